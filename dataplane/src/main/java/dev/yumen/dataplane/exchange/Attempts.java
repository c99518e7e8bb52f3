package dev.yumen.dataplane.exchange;

import dev.yumen.api.FailureCode;
import dev.yumen.dataplane.stream.UpstreamStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of one request: the last one, and with hedging those that are under way beside it.
 * Only on the exchange's loop.
 */
final class Attempts {
  private @Nullable Attempt last;
  private List<Attempt> others = List.of();
  private int begun;
  private int hedged;

  /** How many were begun. */
  int begun() {
    return begun;
  }

  /** How many of them were begun beside another one. */
  int hedged() {
    return hedged;
  }

  /** The one under way, the one begun last of several, or the last one that was. */
  @Nullable Attempt last() {
    return last;
  }

  /** The same, where there is one for sure. */
  Attempt latest() {
    return Objects.requireNonNull(last);
  }

  /** What the answer comes on; null while there is no connection. */
  @Nullable UpstreamStream stream() {
    return last == null ? null : last.stream();
  }

  /** Whether something may still come of one. */
  boolean active() {
    return last != null && last.active();
  }

  /** Whether several are under way. */
  boolean racing() {
    return !others.isEmpty();
  }

  void add(Attempt one) {
    last = one;
    begun++;
  }

  /** Adds one that is begun while another one is under way. */
  void addBeside(Attempt one) {
    others = others.isEmpty() ? new ArrayList<>(1) : others;
    others.add(latest());
    hedged++;
    add(one);
  }

  /** Forgets one that has failed; false when it was the only one. */
  boolean goOnWithout(Attempt failed) {
    if (!racing()) {
      return false;
    }
    if (failed == last) {
      last = others.removeLast();
    } else {
      others.remove(failed);
    }
    return true;
  }

  /**
   * Stops all but one.
   *
   * @return whether it overtook another one
   */
  boolean keepOnly(Attempt one) {
    boolean overtook = one != others.getFirst();
    others.add(latest());
    others.remove(one);
    stopOthers();
    last = one;
    return overtook;
  }

  private void stopOthers() {
    for (Attempt other : others) {
      other.abandon();
      other.leave();
    }
    others = List.of();
  }

  /** Says of those without an answer that they failed. */
  void countFailed(FailureCode code) {
    for (Attempt other : others) {
      other.countFailed(code);
    }
    if (last != null && last.active()) {
      last.countFailed(code);
    }
  }

  /** Stops all of them without a word. */
  void abandon() {
    stopOthers();
    if (last != null) {
      last.abandon();
    }
  }

  /** Stops all of them, and has no more to do with their endpoints. */
  void stop() {
    abandon();
    leave();
  }

  /** Has no more to do with any endpoint. */
  void leave() {
    stopOthers();
    if (last != null) {
      last.leave();
    }
  }

  /** Sends what was written. */
  void flush() {
    if (last != null) {
      last.flush();
    }
    for (Attempt other : others) {
      other.flush();
    }
  }
}
