package dev.yumen.dataplane.snapshot;

import dev.yumen.dataplane.canary.CanaryTraffic;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the filters of one place took while they were made, and what must be given back for it. One
 * thread.
 */
final class Taken {
  private final List<Runnable> giveBack = new ArrayList<>(4);
  private @Nullable CanaryTraffic canary;
  private boolean lookedAtFiles;

  void add(Runnable undo) {
    giveBack.add(undo);
  }

  List<Runnable> giveBack() {
    return List.copyOf(giveBack);
  }

  @Nullable CanaryTraffic canary() {
    return canary;
  }

  void canary(CanaryTraffic taken) {
    canary = taken;
  }

  /** Says that a filter looks where files lie: what is there may be another thing next time. */
  void lookAtFiles() {
    lookedAtFiles = true;
  }

  boolean lookedAtFiles() {
    return lookedAtFiles;
  }
}
