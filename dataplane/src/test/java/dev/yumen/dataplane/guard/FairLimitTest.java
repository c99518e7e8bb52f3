package dev.yumen.dataplane.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.ConcurrencyLimit;
import dev.yumen.api.ConcurrencyLimit.Ticket;
import dev.yumen.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FairLimitTest {
  private static final long NOT_KNOWN = -1;

  private final ManualClock clock = new ManualClock();
  private final List<String> granted = new ArrayList<>();

  private FairLimit limit(int max, int maxPending) {
    return new FairLimit(new ConcurrencyLimit.Rules(max, maxPending, 0), clock::nanoTime);
  }

  private Ticket ask(FairLimit limit, String key, String name) {
    Ticket ticket = limit.ask(key, Runnable::run, () -> granted.add(name));
    assertNotNull(ticket, name);
    return ticket;
  }

  private boolean refuses(FairLimit limit, String key) {
    return limit.ask(key, Runnable::run, () -> granted.add("refused")) == null;
  }

  @Test
  void noMoreThanTheLimitAreUnderWay() {
    FairLimit limit = limit(2, 0);
    Ticket first = ask(limit, "", "first");
    assertTrue(first.granted());
    assertTrue(ask(limit, "", "second").granted());
    assertTrue(refuses(limit, ""));
    first.end(NOT_KNOWN);
    assertTrue(ask(limit, "", "third").granted());
    assertTrue(refuses(limit, ""));
  }

  @Test
  void thoseThatWaitComeInOrder() {
    FairLimit limit = limit(1, 2);
    Ticket now = ask(limit, "", "now");
    Ticket first = ask(limit, "", "first");
    Ticket second = ask(limit, "", "second");
    assertFalse(first.granted());
    assertTrue(refuses(limit, ""));
    now.end(NOT_KNOWN);
    assertEquals(List.of("first"), granted);
    assertTrue(first.granted());
    Ticket third = ask(limit, "", "third");
    assertFalse(third.granted(), "nobody overtakes the second");
    first.end(NOT_KNOWN);
    second.end(NOT_KNOWN);
    assertEquals(List.of("first", "second", "third"), granted);
  }

  @Test
  void whoeverWaitsNoMoreIsPassedOver() {
    FairLimit limit = limit(1, 2);
    Ticket now = ask(limit, "", "now");
    Ticket first = ask(limit, "", "first");
    ask(limit, "", "second");
    first.end(NOT_KNOWN);
    assertEquals(1, limit.pending());
    now.end(NOT_KNOWN);
    assertEquals(List.of("second"), granted);
    assertEquals(1, limit.inUse());
  }

  @Test
  void aPlaceThatWasGrantedTooLateIsGivenBack() {
    FairLimit limit = limit(1, 1);
    Ticket now = ask(limit, "", "now");
    List<Runnable> tasks = new ArrayList<>();
    Ticket late = limit.ask("", tasks::add, () -> granted.add("late"));
    assertNotNull(late);
    now.end(NOT_KNOWN);
    late.end(NOT_KNOWN); // before its executor came to tell it
    tasks.forEach(Runnable::run);
    assertEquals(List.of(), granted);
    assertEquals(0, limit.inUse());
  }

  @Test
  void keysDoNotCountAgainstEachOtherAndAreForgotten() {
    FairLimit limit = limit(1, 1);
    Ticket alice = ask(limit, "alice", "alice");
    Ticket bob = ask(limit, "bob", "bob");
    Ticket waiting = ask(limit, "alice", "alice again");
    assertTrue(refuses(limit, "alice"));
    assertEquals(2, limit.keys());
    alice.end(NOT_KNOWN);
    assertEquals(List.of("alice again"), granted);
    waiting.end(NOT_KNOWN);
    bob.end(NOT_KNOWN);
    assertEquals(0, limit.keys());
  }

  @Test
  void manyThreadsNeverHoldMoreThanTheLimitAndAllComeThrough() throws InterruptedException {
    FairLimit limit = limit(3, 100);
    AtomicInteger holding = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger served = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(8);
    for (int i = 0; i < 8; i++) {
      Thread.ofPlatform()
          .start(
              () -> {
                for (int j = 0; j < 2_000; j++) {
                  CountDownLatch turn = new CountDownLatch(1);
                  Ticket ticket = limit.ask("", Runnable::run, turn::countDown);
                  assertNotNull(ticket);
                  if (!ticket.granted()) {
                    await(turn);
                  }
                  most.accumulateAndGet(holding.incrementAndGet(), Math::max);
                  holding.decrementAndGet();
                  served.incrementAndGet();
                  ticket.end(NOT_KNOWN);
                }
                done.countDown();
              });
    }
    assertTrue(done.await(30, TimeUnit.SECONDS), () -> served + " served, " + limit.inUse());
    assertTrue(most.get() <= 3, () -> most + " at once");
    assertEquals(0, limit.inUse());
    assertEquals(0, limit.pending());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  // ---- adaptive ----

  private void calls(Gradient gradient, int seconds, Duration took) {
    for (int i = 0; i < seconds * 10; i++) {
      for (int j = 0; j < 20; j++) {
        clock.advance(Duration.ofMillis(5));
        gradient.ended(clock.nanoTime(), took.toNanos(), gradient.limit());
      }
    }
  }

  @Test
  void aLimitThatIsUsedGoesUpToItsCeiling() {
    Gradient gradient = new Gradient(4, 100, clock.nanoTime());
    assertEquals(50, gradient.limit());
    calls(gradient, 20, Duration.ofMillis(5));
    assertEquals(100, gradient.limit());
  }

  @Test
  void aServiceThatBecomesSlowIsGivenLess() {
    Gradient gradient = new Gradient(4, 100, clock.nanoTime());
    calls(gradient, 20, Duration.ofMillis(5));
    calls(gradient, 1, Duration.ofSeconds(2));
    assertTrue(gradient.limit() < 60, () -> gradient.limit() + " after a second");
    calls(gradient, 3, Duration.ofSeconds(2));
    assertTrue(gradient.limit() < 30, () -> gradient.limit() + " after four");
    assertTrue(gradient.limit() >= 4);
  }

  @Test
  void aLimitThatIsNotUsedStays() {
    Gradient gradient = new Gradient(4, 100, clock.nanoTime());
    for (int i = 0; i < 1_000; i++) {
      clock.advance(Duration.ofMillis(20));
      gradient.ended(clock.nanoTime(), 5_000_000, 1);
    }
    assertEquals(50, gradient.limit());
  }

  @Test
  void anAdaptiveLimitRefusesBeyondWhatItLearnt() {
    FairLimit limit = new FairLimit(new ConcurrencyLimit.Rules(10, 0, 1), clock::nanoTime);
    for (int i = 0; i < 5; i++) {
      ask(limit, "", "one of five");
    }
    assertNull(limit.ask("", Runnable::run, () -> granted.add("sixth")), "it begins at half");
  }
}
