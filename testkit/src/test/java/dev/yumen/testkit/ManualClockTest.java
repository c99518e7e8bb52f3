package dev.yumen.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ManualClockTest {

  @Test
  void bothTimesMoveTogether() {
    ManualClock clock = new ManualClock(Instant.EPOCH);
    clock.advance(Duration.ofMillis(1500));

    assertEquals(Instant.ofEpochMilli(1500), clock.instant());
    assertEquals(1_500_000_000L, clock.nanoTime());
  }
}
