package dev.yumen.acme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.dataplane.observe.AcmeMetrics.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlanTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

  private final Plan plan = new Plan(new Random(1));

  private Duration waitAfter(OrderFailed failure) {
    plan.failed(failure, NOW);
    return Duration.between(NOW, plan.earliest());
  }

  private static void assertAbout(Duration expected, Duration found) {
    double share = (double) found.toMillis() / expected.toMillis();
    assertTrue(share >= 0.9 && share <= 1.1, found + " is not about " + expected);
  }

  @Test
  void renewalIsDueWhenAThirdOfTheTimeIsLeftOrALittleEarlier() {
    List<Instant> times = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Instant due = new Plan(new Random(i)).renewal(NOW, NOW.plus(Duration.ofDays(90)));
      assertTrue(!due.isAfter(NOW.plus(Duration.ofDays(60))), due.toString());
      assertTrue(due.isAfter(NOW.plus(Duration.ofDays(55))), due.toString());
      times.add(due);
    }
    assertTrue(times.stream().distinct().count() > 90, "they are spread");
  }

  @Test
  void renewalThatTheAuthorityAsksForIsInItsWindow() {
    Instant end = NOW.plus(Duration.ofDays(2));
    Instant due = plan.renewal(new Authority.Window(NOW, end));
    assertTrue(!due.isBefore(NOW) && !due.isAfter(end), due.toString());
  }

  @Test
  void waitsDoubleUpToSixHours() {
    OrderFailed failure = new OrderFailed(Outcome.FAILED, "no");
    for (int minutes : new int[] {2, 4, 8, 16, 32, 64, 128, 256, 360, 360}) {
      assertAbout(Duration.ofMinutes(minutes), waitAfter(failure));
    }
  }

  @Test
  void authorityThatWasNotReachedIsAskedAgainSoon() {
    OrderFailed failure = new OrderFailed(Outcome.UNREACHABLE, "no");
    for (int seconds : new int[] {5, 10, 20, 40, 80, 160, 320, 600, 600}) {
      assertAbout(Duration.ofSeconds(seconds), waitAfter(failure));
    }
  }

  @Test
  void retryAfterIsKept() {
    Instant asked = NOW.plus(Duration.ofDays(3));
    OrderFailed limited = new OrderFailed(Outcome.RATE_LIMITED, "too many", asked);
    assertEquals(Duration.ofDays(3), waitAfter(limited));
  }

  @Test
  void retryAfterIsNoWayToStopUsForEver() {
    Instant asked = NOW.plus(Duration.ofDays(3_000));
    assertEquals(
        Duration.ofDays(8), waitAfter(new OrderFailed(Outcome.RATE_LIMITED, "too many", asked)));
  }

  @Test
  void successForgetsFailures() {
    OrderFailed failure = new OrderFailed(Outcome.FAILED, "no");
    waitAfter(failure);
    waitAfter(failure);
    plan.succeeded();
    assertEquals(Instant.MIN, plan.earliest());
    assertAbout(Duration.ofMinutes(2), waitAfter(failure));
  }
}
