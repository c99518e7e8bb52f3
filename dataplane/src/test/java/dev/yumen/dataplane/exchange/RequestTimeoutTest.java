package dev.yumen.dataplane.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTimeoutTest {

  @ParameterizedTest
  @CsvSource({
    "2, 2000",
    "2s, 2000",
    "1.5, 1500",
    "1.5s, 1500",
    "0.25, 250",
    "0.125, 125",
    "1500ms, 1500",
    "0, 0",
    "999999999, 999999999000"
  })
  void timesAreRead(String value, long millis) {
    assertEquals(millis * 1_000_000, RequestTimeout.nanos(value));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-1",
        "+1",
        " 1",
        "1 ",
        "s",
        "ms",
        "1m",
        "1.",
        ".5",
        "1.2.3",
        "1.2345",
        "1e3",
        "١",
        "1.5ms",
        "9999999999",
        "1,5"
      })
  void anythingElseIsNone(String value) {
    assertEquals(-1, RequestTimeout.nanos(value));
  }

  @Test
  void whatIsLeftIsWrittenAlike() {
    assertEquals("1500ms", RequestTimeout.left(1_500_000_000, "2s"));
    assertEquals("1.500", RequestTimeout.left(1_499_000_001, "2"));
    assertEquals("0.001", RequestTimeout.left(0, "2"));
    assertEquals("1ms", RequestTimeout.left(0, "900ms"));
  }
}
