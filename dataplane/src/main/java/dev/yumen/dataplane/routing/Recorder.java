package dev.yumen.dataplane.routing;

import dev.yumen.dataplane.routing.Candidate.Misses;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a walk through a {@link RouteTable} comes by when it is to miss nothing: every rule whose
 * path fits, under whichever host. Used by one thread, for one request.
 */
final class Recorder<T> {
  /** The host of a rule that a request for another host came by. */
  static final int OTHER_HOST = -1;

  private final Map<Entry<T>, Seen> seen = new HashMap<>();
  private final Set<String> fittingHosts = new HashSet<>();
  private int host;

  /**
   * A rule that was come by.
   *
   * @param host how specific its host is, {@link #OTHER_HOST} when it does not fit
   * @param misses the first thing that keeps it from taking the request; null when nothing does
   */
  record Seen(int host, @Nullable Misses misses) {}

  /** From now on rules of this host are seen. */
  void host(String written, int specific) {
    host = specific;
    if (specific != OTHER_HOST) {
      fittingHosts.add(written);
    }
  }

  /** The path leads to this rule. */
  void see(Entry<T> entry, @Nullable Misses misses) {
    Seen before = seen.get(entry);
    if (before == null || before.host < host) {
      seen.put(entry, new Seen(host, misses));
    }
  }

  Map<Entry<T>, Seen> seen() {
    return seen;
  }

  /** Whether the request's host is one of the rule's. */
  boolean fits(Rule<T> rule) {
    return rule.match().host().isEmpty()
        || rule.match().host().stream().anyMatch(fittingHosts::contains);
  }
}
