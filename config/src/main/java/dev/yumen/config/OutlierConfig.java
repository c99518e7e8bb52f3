package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import java.time.Duration;

/** Takes an endpoint out of use for a while when requests to it fail. */
@Describe(
    "Takes an endpoint out of use for a while when requests to it fail: it can not be connected,"
        + " resets, does not answer in time, or answers 502, 503 or 504.")
public record OutlierConfig(
    @Describe("Failures in a row; 0 does not look at them.") @Default("5") int consecutiveFailures,
    @Describe("Share of failures among the requests of a window, such as 0.5; 0 is off.")
        @Default("0")
        double errorRatio,
    @Describe(
            "Times the median latency of all endpoints that the mean latency of one may reach in a"
                + " window, such as 5; 0 is off.")
        @Default("0")
        double latencyFactor,
    @Describe("Requests in a window below which error-ratio and latency-factor say nothing.")
        @Default("20")
        int minimumCalls,
    @Describe("What error-ratio and latency-factor look back on.") @Default("10s") Duration window,
    @Describe(
            "How long an endpoint is out of use for the first time; the next times in a row twice,"
                + " three times … as long.")
        @Default("10s")
        Duration ejectionTime,
    @Describe("How long at most; never less than ejection-time.") @Default("5m")
        Duration maxEjectionTime,
    @Describe("Largest share of the endpoints that may be out of use by this.") @Default("0.5")
        double maxEjected) {

  public OutlierConfig {
    Check.range("consecutive-failures", consecutiveFailures, 0, 1_000_000);
    Check.ratio("error-ratio", errorRatio);
    Check.ratio("max-ejected", maxEjected);
    if (latencyFactor != 0 && (latencyFactor < 1.5 || latencyFactor > 1_000)) {
      throw new InvalidValue("latency-factor", latencyFactor, "0, or a number from 1.5 to 1000");
    }
    Check.range("minimum-calls", minimumCalls, 1, 1_000_000);
    Check.range("window", window, Duration.ofSeconds(1), Duration.ofMinutes(10));
    Check.range("ejection-time", ejectionTime, Duration.ofMillis(100), Duration.ofHours(1));
    Check.range("max-ejection-time", maxEjectionTime, Duration.ofMillis(100), Duration.ofHours(24));
    maxEjectionTime = maxEjectionTime.compareTo(ejectionTime) < 0 ? ejectionTime : maxEjectionTime;
  }
}
