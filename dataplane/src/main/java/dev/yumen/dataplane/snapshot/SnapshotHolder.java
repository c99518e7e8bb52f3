package dev.yumen.dataplane.snapshot;

import dev.yumen.dataplane.loop.Loop;
import java.time.Duration;
import java.util.List;

/** The configuration that is live: one reference, replaced as a whole. */
public final class SnapshotHolder {
  private volatile Snapshot current;

  public SnapshotHolder(Snapshot first) {
    current = first;
  }

  public Snapshot current() {
    return current;
  }

  /**
   * Makes {@code next} live and lets the old one go once no exchange uses it. One caller a time.
   */
  public void replace(Snapshot next, List<Loop> loops) {
    Snapshot old = current;
    current = next;
    retire(old, loops);
  }

  /**
   * Lets the live one go once no exchange uses it, and waits for that; for the end of the process.
   */
  public void retireCurrent(List<Loop> loops, Duration most) {
    retire(current, loops);
    current.awaitRelease(most);
  }

  private static void retire(Snapshot old, List<Loop> loops) {
    for (Loop loop : loops) {
      // Runs behind everything that could still have read the old reference on that loop.
      loop.eventLoop().execute(() -> old.retire(loop));
    }
  }
}
