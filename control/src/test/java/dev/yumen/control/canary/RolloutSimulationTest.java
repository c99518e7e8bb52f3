package dev.yumen.control.canary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Canary;
import dev.yumen.api.Canary.Result;
import dev.yumen.api.Canary.Stage;
import dev.yumen.api.Canary.Version;
import dev.yumen.dataplane.canary.CanaryDesk;
import dev.yumen.dataplane.canary.CanaryTraffic;
import dev.yumen.testkit.ManualClock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whole releases at 200 requests per second, by the real counters and the real decisions; only time
 * and the services are simulated, and all draws are seeded.
 */
class RolloutSimulationTest {
  private static final Logger LOG = LoggerFactory.getLogger(RolloutSimulationTest.class);
  private static final int RUNS = 50;
  private static final int PER_SECOND = 200;
  private static final Canary.Rules DEFAULTS =
      new Canary.Rules(
          "",
          "new",
          List.of(5.0, 20.0, 50.0),
          Duration.ofMinutes(5),
          100,
          1,
          new Canary.Latency(0.99, 1.5, Duration.ofMillis(10)),
          0.01,
          "");

  /** How a version does: share of failures, and how many times slower than the stable one. */
  private record Service(double failing, double slowness) {}

  /** How a release ended, and after how many seconds. */
  private record Run(Stage stage, int seconds) {}

  @ParameterizedTest
  @CsvSource({"0", "0.002", "0.005", "0.01"})
  void aVersionThatFailsFivePercentMoreIsRolledBackWithinAMinute(double failing) {
    int[] seconds = new int[RUNS];
    for (int run = 0; run < RUNS; run++) {
      Run ended = release(run, new Service(failing, 1), new Service(failing + 0.05, 1), 60);
      assertEquals(Stage.ROLLED_BACK, ended.stage, "run " + run);
      seconds[run] = ended.seconds;
    }
    Arrays.sort(seconds);
    LOG.info(
        "failing {} and {}: rolled back in {} of {}; median {} s, longest {} s",
        failing,
        failing + 0.05,
        RUNS,
        RUNS,
        seconds[RUNS / 2],
        seconds[RUNS - 1]);
    assertTrue(seconds[RUNS - 1] <= 60);
  }

  @ParameterizedTest
  @CsvSource({"0", "0.005", "0.01", "0.05"})
  void anEqualVersionIsPromoted(double failing) {
    Service equal = new Service(failing, 1);
    int promoted = 0;
    int longest = 0;
    for (int run = 0; run < RUNS; run++) {
      Run ended = release(run, equal, equal, 3600);
      promoted += ended.stage == Stage.PROMOTED ? 1 : 0;
      longest = Math.max(longest, ended.seconds);
    }
    LOG.info(
        "failing {}: promoted {} of {}, the last after {} s", failing, promoted, RUNS, longest);
    assertTrue(promoted >= 48, promoted + " of " + RUNS);
  }

  @Test
  void aVersionThatIsTwiceAsSlowIsRolledBack() {
    int[] seconds = new int[RUNS];
    for (int run = 0; run < RUNS; run++) {
      Run ended = release(run, new Service(0.005, 1), new Service(0.005, 2), 900);
      assertEquals(Stage.ROLLED_BACK, ended.stage, "run " + run);
      seconds[run] = ended.seconds;
    }
    Arrays.sort(seconds);
    LOG.info("twice as slow: median {} s, longest {} s", seconds[RUNS / 2], seconds[RUNS - 1]);
    assertTrue(seconds[RUNS / 2] <= 300, "median " + seconds[RUNS / 2]);
  }

  @Test
  void aLittleSlowerIsNoReason() {
    for (int run = 0; run < 10; run++) {
      Run ended = release(run, new Service(0.005, 1), new Service(0.005, 1.2), 3600);
      assertEquals(Stage.PROMOTED, ended.stage, "run " + run);
    }
  }

  private static Run release(int seed, Service stable, Service candidate, int mostSeconds) {
    Random random = new Random(seed);
    ManualClock clock = new ManualClock();
    CanaryTraffic traffic = new CanaryTraffic("users", DEFAULTS, CanaryDesk.NONE);
    Rollout rollout = new Rollout(traffic, clock.instant(), null);
    for (int second = 1; second <= mostSeconds; second++) {
      for (int i = 0; i < PER_SECOND; i++) {
        boolean ours = random.nextDouble() * 100 < traffic.weight();
        request(
            random, traffic, ours ? Version.CANDIDATE : Version.STABLE, ours ? candidate : stable);
      }
      clock.advance(Duration.ofSeconds(1));
      rollout.look(clock.instant());
      if (traffic.stage() != Stage.STEP) {
        return new Run(traffic.stage(), second);
      }
    }
    return new Run(traffic.stage(), mostSeconds);
  }

  /** Times are lognormal: a median of 20 ms, and 99 of 100 below 130 ms. */
  private static void request(Random random, CanaryTraffic to, Version version, Service service) {
    double millis = 20 * Math.exp(0.8 * random.nextGaussian()) * service.slowness;
    boolean fails = random.nextDouble() < service.failing;
    to.ended(version, fails ? Result.FAILED : Result.ANSWERED, (long) (millis * 1e6));
  }
}
