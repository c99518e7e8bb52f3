package dev.yumen.dataplane.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class DeadlineWheelTest {
  private static final int SHIFT = 4;
  private static final long TICK = 1L << SHIFT;

  private static final class Probe extends Deadline {
    private final List<Long> called = new ArrayList<>();
    private Runnable then = () -> {};

    @Override
    protected void onDeadline(long now) {
      called.add(now);
      then.run();
    }
  }

  /** Compares with what a list of times would do, over far more than one turn of the ring. */
  @Property(tries = 200)
  void everyDeadlineIsCalledOnceWithinATickOfItsTime(@ForAll long seed, @ForAll boolean negative) {
    Random random = new Random(seed);
    long now = negative ? -500_000 : 500_000;
    DeadlineWheel wheel = new DeadlineWheel(SHIFT, now);
    Probe[] probes = new Probe[8];
    long[] due = new long[probes.length];
    for (int i = 0; i < probes.length; i++) {
      probes[i] = new Probe();
      due[i] = Deadline.NONE;
    }
    for (int step = 0; step < 400; step++) {
      int i = random.nextInt(probes.length);
      switch (random.nextInt(8)) {
        case 0 -> {
          wheel.cancel(probes[i]);
          due[i] = Deadline.NONE;
        }
        case 1 -> {
          wheel.suspend(probes[i]);
          due[i] = Deadline.NONE;
        }
        case 2, 3 -> {
          // Sometimes past, sometimes further away than the ring is long.
          long at = now + random.nextLong(-50, random.nextBoolean() ? 200 : 60_000);
          wheel.set(probes[i], at);
          due[i] = Math.max(now, at);
        }
        default -> {
          now += random.nextLong(random.nextInt(20) == 0 ? 40_000 : 40);
          wheel.advance(now);
          assertEquals(now, wheel.coarseNow());
          check(probes, due, now);
        }
      }
    }
  }

  private static void check(Probe[] probes, long[] due, long now) {
    for (int i = 0; i < probes.length; i++) {
      List<Long> called = probes[i].called;
      if (!called.isEmpty()) {
        assertEquals(1, called.size());
        assertTrue(due[i] <= now, "called before its time, or when it was not set");
        called.clear();
        due[i] = Deadline.NONE;
      }
      // The tick of its time is over: it must have been called.
      assertFalse(due[i] != Deadline.NONE && due[i] + 2 * TICK <= now, "not called in time");
    }
  }

  @Test
  void aDeadlineMaySetItselfAgain() {
    DeadlineWheel wheel = new DeadlineWheel(SHIFT, 0);
    Probe probe = new Probe();
    probe.then = () -> wheel.set(probe, wheel.coarseNow() + TICK);
    wheel.set(probe, 5);
    for (long now = TICK; now <= 10 * TICK; now += TICK) {
      wheel.advance(now);
    }
    assertEquals(5, probe.called.size());
  }

  @Test
  void aDeadlineMayCancelAnotherOfTheSameTick() {
    DeadlineWheel wheel = new DeadlineWheel(SHIFT, 0);
    Probe first = new Probe();
    Probe second = new Probe();
    first.then = () -> wheel.cancel(second);
    second.then = () -> wheel.cancel(first);
    wheel.set(first, 5);
    wheel.set(second, 5);
    wheel.advance(10 * TICK);
    assertEquals(1, first.called.size() + second.called.size());
  }

  @Test
  void oneThatThrowsKeepsNoOtherFromBeingCalled() {
    DeadlineWheel wheel = new DeadlineWheel(SHIFT, 0);
    List<Probe> probes = List.of(new Probe(), new Probe(), new Probe());
    for (Probe probe : probes) {
      probe.then =
          () -> {
            throw new IllegalStateException("boom");
          };
      wheel.set(probe, 5);
    }
    wheel.advance(10 * TICK);
    for (Probe probe : probes) {
      assertEquals(1, probe.called.size());
    }
  }

  @Test
  void theRingLetsGoOfWhatWasSuspended() {
    DeadlineWheel wheel = new DeadlineWheel(SHIFT, 0);
    Probe probe = new Probe();
    wheel.set(probe, 5);
    wheel.suspend(probe);
    wheel.advance(10 * TICK);
    assertEquals(-1, probe.slot);
    assertTrue(probe.called.isEmpty());
    wheel.set(probe, 11 * TICK);
    wheel.advance(20 * TICK);
    assertEquals(1, probe.called.size());
  }

  @Test
  void aLongPauseOfTheLoopIsCaughtUpWith() {
    DeadlineWheel wheel = new DeadlineWheel(SHIFT, 0);
    Probe near = new Probe();
    Probe far = new Probe();
    wheel.set(near, 5);
    wheel.set(far, 5_000 * TICK);
    wheel.advance(100_000 * TICK);
    assertEquals(1, near.called.size());
    assertEquals(1, far.called.size());
  }
}
