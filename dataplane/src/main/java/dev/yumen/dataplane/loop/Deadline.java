package dev.yumen.dataplane.loop;

import org.jspecify.annotations.Nullable;

/**
 * Something that has to be looked at when a time has come. Owned by one loop, in at most one slot
 * of its {@link DeadlineWheel}; moving it to a later time costs a store, to an earlier one a
 * relink.
 */
public abstract class Deadline {
  /** Never. */
  public static final long NONE = Long.MAX_VALUE;

  long at = NONE;

  /** The tick at which the wheel looks at it next; at most the tick of {@link #at}. */
  long looked;

  int slot = -1;
  @Nullable Deadline previous;
  @Nullable Deadline next;

  /** The time it is set to, or {@link #NONE}. */
  protected final long at() {
    return at;
  }

  /**
   * Called on the loop at or up to one tick after the time that was set. It may be set again from
   * inside.
   */
  protected abstract void onDeadline(long now);
}
