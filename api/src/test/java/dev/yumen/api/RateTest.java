package dev.yumen.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RateTest {

  @ParameterizedTest
  @CsvSource({
    "100/s, 100/s",
    "100/second, 100/s",
    "60/min, 60/min",
    "5 / minute, 5/min",
    "10/h, 10/h",
    "10/Hour, 10/h",
    "1000/day, 1000/day",
    "9/month, 9/month",
  })
  void ratesAreReadAndWritten(String text, String written) {
    assertEquals(written, Rate.parse(text).toString());
    assertEquals(Rate.parse(text), Rate.parse(written));
  }

  @ParameterizedTest
  @ValueSource(strings = {"100", "100/", "/s", "0/s", "-1/s", "1.5/s", "100/year", "9999999999/s"})
  void anythingElseIsRefused(String text) {
    assertThrows(InvalidValue.class, () -> Rate.parse(text));
  }
}
