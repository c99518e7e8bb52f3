package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.yumen.api.InvalidValue;
import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
  @Property
  void textIsReadBack(@ForAll @LongRange(max = 1L << 45) long millis) {
    Duration duration = Duration.ofMillis(millis);
    assertEquals(duration, Durations.parse(Durations.text(duration)));
  }

  @ParameterizedTest
  @CsvSource({
    "500ms, PT0.5S",
    "30s, PT30S",
    "5m, PT5M",
    "1h, PT1H",
    "1d, PT24H",
    "2h30m, PT2H30M",
    "1d2h3m4s5ms, PT26H3M4.005S",
    "0s, PT0S",
    "90m, PT1H30M",
    "1m500ms, PT1M0.5S"
  })
  void unitsGoFromLargeToSmall(String text, Duration expected) {
    assertEquals(expected, Durations.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "s", "-5s", "5 s", "5S", "1s1m", "1s1s", "1.5s", "9999999999s"})
  void otherFormsAreRefused(String text) {
    assertThrows(InvalidValue.class, () -> Durations.parse(text));
  }
}
