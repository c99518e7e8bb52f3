package dev.yumen.config;

import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** From when on the gateway has more to do than it bears. */
@Describe(
    "Turns requests away by their priority while the gateway has more to do than it bears. Each of"
        + " the two is measured only where it is set.")
public record OverloadConfig(
    @Describe(
            "Share of the processors that the process may use, limits of containers included, such"
                + " as 0.9.")
        @Nullable Double cpu,
    @Describe("How late event loops may come to their work, such as 50ms.")
        @Nullable Duration loopDelay) {

  public OverloadConfig {
    if (cpu == null && loopDelay == null) {
      throw InvalidValue.found("", "nothing", "cpu, loop-delay or both");
    }
    if (cpu != null && (cpu < 0.1 || cpu > 0.99)) {
      throw new InvalidValue("cpu", cpu, "a number from 0.1 to 0.99");
    }
    if (loopDelay != null) {
      Check.range("loop-delay", loopDelay, Duration.ofMillis(5), Duration.ofSeconds(10));
    }
  }
}
