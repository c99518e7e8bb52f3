package dev.yumen.dataplane.upstream;

import org.jspecify.annotations.Nullable;

/** One health check under way. Only on its loop. */
interface Probe {

  /** Hears how a check went; once, and not after {@link #cancel}. */
  @FunctionalInterface
  interface Outcome {
    /**
     * @param failure what was wrong; null when nothing was
     */
    void onEnd(@Nullable String failure);
  }

  /** Gives it up. */
  void cancel();
}
