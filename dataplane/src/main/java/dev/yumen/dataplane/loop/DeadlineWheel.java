package dev.yumen.dataplane.loop;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deadlines of one loop in a ring of slots, one slot a tick (hashed timing wheel; Varghese and
 * Lauck, 1987). Built for deadlines that are moved far more often than they are reached: a later
 * time is only stored, and the slot is looked at again when the old time comes.
 */
public final class DeadlineWheel {
  private static final Logger LOG = LoggerFactory.getLogger(DeadlineWheel.class);
  private static final int SLOTS = 1024;

  private final @Nullable Deadline[] slots = new Deadline[SLOTS];
  private final int tickShift;
  private long tick;
  private long coarseNow;

  /**
   * @param tickShift binary logarithm of a tick's nanoseconds; deadlines are reached at most a tick
   *     late
   * @param now the loop's time at the start
   */
  public DeadlineWheel(int tickShift, long now) {
    this.tickShift = tickShift;
    this.tick = now >> tickShift;
    this.coarseNow = now;
  }

  /**
   * The time of the last tick, for free. Not for limits that begin now: after a stall it lies as
   * far in the past as the stall was long.
   */
  public long coarseNow() {
    return coarseNow;
  }

  /** Sets or moves a deadline to {@code at}, in the loop's nanoseconds. */
  public void set(Deadline deadline, long at) {
    deadline.at = at;
    if (deadline.slot < 0 || (at >> tickShift) + 1 < deadline.looked) {
      unlink(deadline);
      link(deadline);
    }
  }

  /** Takes a deadline out; harmless when it is not set. */
  public void cancel(Deadline deadline) {
    deadline.at = Deadline.NONE;
    unlink(deadline);
  }

  /** Forgets the time but keeps the place in the ring: cheap when it will soon be set again. */
  public void suspend(Deadline deadline) {
    deadline.at = Deadline.NONE;
  }

  /** Calls what is due. Called by the loop once a tick. */
  public void advance(long now) {
    coarseNow = now;
    long last = now >> tickShift;
    if (last - tick > SLOTS) {
      tick = last - SLOTS;
    }
    while (tick < last) {
      tick++;
      expire((int) (tick & (SLOTS - 1)), now);
    }
  }

  private void expire(int slot, long now) {
    // Popped one by one: a callback may cancel or move any other deadline, also of this slot.
    for (Deadline deadline = slots[slot]; deadline != null; deadline = slots[slot]) {
      unlink(deadline);
      if (deadline.at == Deadline.NONE) {
        // Suspended and not set again: the ring lets go of it.
        continue;
      }
      if (deadline.at > now) {
        link(deadline);
      } else {
        deadline.at = Deadline.NONE;
        call(deadline, now);
      }
    }
  }

  /** A bug in one callback must not keep the others from theirs. */
  private static void call(Deadline deadline, long now) {
    try {
      deadline.onDeadline(now);
    } catch (RuntimeException e) {
      LOG.error("a deadline ended in a bug", e);
    }
  }

  private void link(Deadline deadline) {
    // Never the current slot: it is being or has been looked at. What is further away than the ring
    // is long stops at its far end on the way.
    long due = Math.clamp((deadline.at >> tickShift) + 1, tick + 1, tick + SLOTS - 1);
    deadline.looked = due;
    int slot = (int) (due & (SLOTS - 1));
    Deadline head = slots[slot];
    deadline.slot = slot;
    deadline.next = head;
    if (head != null) {
      head.previous = deadline;
    }
    slots[slot] = deadline;
  }

  private void unlink(Deadline deadline) {
    if (deadline.slot < 0) {
      return;
    }
    if (deadline.previous != null) {
      deadline.previous.next = deadline.next;
    } else {
      slots[deadline.slot] = deadline.next;
    }
    if (deadline.next != null) {
      deadline.next.previous = deadline.previous;
    }
    deadline.previous = null;
    deadline.next = null;
    deadline.slot = -1;
  }
}
