package dev.yumen.dataplane.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.yumen.api.CircuitBreaker;
import dev.yumen.dataplane.guard.WindowBreaker.State;
import dev.yumen.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WindowBreakerTest {
  private static final Duration WINDOW = Duration.ofSeconds(10);
  private static final Duration OPEN = Duration.ofSeconds(5);
  private static final long FAST = 1_000_000;
  private static final long SLOW = 2_000_000_000;

  private final ManualClock clock = new ManualClock();
  private final List<String> log = new ArrayList<>();
  private int refusals;

  private final WindowBreaker.Listener listener =
      new WindowBreaker.Listener() {
        @Override
        public void changed(State state, String why) {
          log.add(state + ": " + why);
        }

        @Override
        public void refused() {
          refusals++;
        }
      };

  private WindowBreaker breaker(
      double errorRatio, int errorCount, int row, double slowRatio, int minimum) {
    return new WindowBreaker(
        new CircuitBreaker.Rules(
            errorRatio,
            errorCount,
            row,
            slowRatio,
            Duration.ofSeconds(1),
            minimum,
            WINDOW,
            OPEN,
            2),
        clock::nanoTime,
        listener);
  }

  private static CircuitBreaker.Permit permit(CircuitBreaker breaker) {
    CircuitBreaker.Permit permit = breaker.admit();
    assertNotNull(permit);
    return permit;
  }

  private static void calls(CircuitBreaker breaker, int good, int bad) {
    for (int i = 0; i < good; i++) {
      permit(breaker).succeeded(FAST);
    }
    for (int i = 0; i < bad; i++) {
      permit(breaker).failed();
    }
  }

  private WindowBreaker opened() {
    WindowBreaker breaker = breaker(0.5, 0, 0, 0, 10);
    calls(breaker, 0, 10);
    assertEquals(State.OPEN, breaker.state());
    return breaker;
  }

  @Test
  void aRatioOfFailuresOpensIt() {
    WindowBreaker breaker = breaker(0.5, 0, 0, 0, 10);
    calls(breaker, 6, 5);
    assertEquals(State.CLOSED, breaker.state());
    calls(breaker, 0, 1);
    assertEquals(State.OPEN, breaker.state());
    assertEquals(List.of("OPEN: 6 of 12 calls failed"), log);
    assertNull(breaker.admit());
    assertEquals(1, refusals);
    assertEquals(OPEN.toNanos(), breaker.openNanos());
  }

  @Test
  void fewCallsSayNothingOfARatio() {
    WindowBreaker breaker = breaker(0.5, 0, 0, 0, 10);
    calls(breaker, 0, 9);
    assertEquals(State.CLOSED, breaker.state());
  }

  @Test
  void callsLongAgoAreForgotten() {
    WindowBreaker breaker = breaker(0.5, 0, 0, 0, 10);
    calls(breaker, 0, 9);
    clock.advance(WINDOW);
    calls(breaker, 0, 9);
    assertEquals(State.CLOSED, breaker.state());
    clock.advance(WINDOW.dividedBy(2));
    calls(breaker, 0, 1);
    assertEquals(State.OPEN, breaker.state());
  }

  @Test
  void aNumberOfFailuresOpensIt() {
    WindowBreaker breaker = breaker(0, 3, 0, 0, 1000);
    calls(breaker, 500, 2);
    assertEquals(State.CLOSED, breaker.state());
    calls(breaker, 500, 1);
    assertEquals(List.of("OPEN: 3 failures in 10000 ms"), log);
  }

  @Test
  void failuresInARowOpenIt() {
    WindowBreaker breaker = breaker(0, 0, 3, 0, 1000);
    calls(breaker, 0, 2);
    calls(breaker, 1, 2);
    assertEquals(State.CLOSED, breaker.state());
    calls(breaker, 0, 1);
    assertEquals(List.of("OPEN: 3 failures in a row"), log);
  }

  @Test
  void slowCallsOpenIt() {
    WindowBreaker breaker = breaker(0, 0, 0, 0.5, 10);
    calls(breaker, 5, 0);
    for (int i = 0; i < 5; i++) {
      permit(breaker).succeeded(SLOW);
    }
    assertEquals(List.of("OPEN: 5 of 10 calls were slow"), log);
  }

  @Test
  void probesCloseItWhenAllSucceed() {
    WindowBreaker breaker = opened();
    clock.advance(OPEN);
    CircuitBreaker.Permit one = permit(breaker);
    CircuitBreaker.Permit two = permit(breaker);
    assertNull(breaker.admit(), "as many as there are probes");
    one.succeeded(FAST);
    assertEquals(State.HALF_OPEN, breaker.state());
    two.succeeded(FAST);
    assertEquals(State.CLOSED, breaker.state());
    calls(breaker, 0, 9);
    assertEquals(State.CLOSED, breaker.state(), "it begins to count afresh");
  }

  @Test
  void aProbeThatFailsOpensItAgainForAsLong() {
    WindowBreaker breaker = opened();
    clock.advance(OPEN);
    permit(breaker).failed();
    assertEquals(State.OPEN, breaker.state());
    clock.advance(OPEN.minusNanos(1));
    assertNull(breaker.admit());
    clock.advance(Duration.ofNanos(1));
    permit(breaker).succeeded(FAST);
  }

  @Test
  void aProbeThatWasNotMadeGivesItsPlaceBack() {
    WindowBreaker breaker = opened();
    clock.advance(OPEN);
    permit(breaker).cancelled();
    permit(breaker).succeeded(FAST);
    permit(breaker).succeeded(FAST);
    assertEquals(State.CLOSED, breaker.state());
  }

  @Test
  void callsThatBeganBeforeItOpenedSayNothing() {
    WindowBreaker breaker = breaker(0.5, 0, 0, 0, 10);
    CircuitBreaker.Permit early = permit(breaker);
    calls(breaker, 0, 10);
    clock.advance(OPEN);
    permit(breaker).succeeded(FAST);
    early.failed();
    assertEquals(State.HALF_OPEN, breaker.state());
  }
}
