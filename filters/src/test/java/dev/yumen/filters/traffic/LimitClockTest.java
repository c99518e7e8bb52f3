package dev.yumen.filters.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Rate;
import dev.yumen.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LimitClockTest {
  private static final long SECOND = 1_000_000_000;

  /** Steps of the wall clock, one before each request. */
  private static final List<Duration> STEPS =
      List.of(
          Duration.ofHours(-1),
          Duration.ofDays(1),
          Duration.ofDays(-400),
          Duration.ofMillis(-1),
          Duration.ofDays(10_000),
          Duration.ofSeconds(59));

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void stepsOfTheWallClockNeitherOpenNorCloseALimit(Algorithm algorithm) {
    List<Long> still = answers(algorithm, List.of(Duration.ZERO));
    assertEquals(still, answers(algorithm, STEPS));
    long refused = still.stream().filter(level -> level < 0).count();
    assertTrue(refused > 20 && refused < still.size() / 2, still::toString);
  }

  private static List<Long> answers(Algorithm algorithm, List<Duration> steps) {
    ManualClock wall = new ManualClock();
    ManualClock monotonic = new ManualClock();
    LimitTable table = LimitTable.startingAt(monotonic.nanoTime(), wall);
    Limiter limiter = Limiter.of(Terms.of(algorithm, Rate.parse("10/min"), null), table);
    List<Long> answers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      wall.advance(steps.get(i % steps.size()));
      monotonic.advance(Duration.ofNanos(4 * SECOND));
      answers.add(limiter.take(table, 1, table.time(monotonic.nanoTime()), 1));
    }
    return answers;
  }
}
