package dev.yumen.control.replay;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What another configuration would have done differently.
 *
 * @param total requests that were judged
 * @param routes changes of the route, the most frequent first
 * @param answers changes of the status that a client would have got; {@code upstream} where the
 *     service decides, {@code no-listener} where the request could not have come
 * @param sent requests that a service would have got in both cases, but another service, or at
 *     another path, host or query
 * @param sentExample id of one of them; null when there are none
 * @param undecided requests of which filters or routes that differ ask for what is not recorded
 * @param cut requests that are not recorded whole and were not judged
 */
public record ReplayResult(
    long total,
    List<Changed> routes,
    List<Changed> answers,
    long sent,
    @Nullable String sentExample,
    long undecided,
    long cut) {

  public ReplayResult {
    routes = List.copyOf(routes);
    answers = List.copyOf(answers);
  }

  /**
   * Requests for which the same changes.
   *
   * @param from what it is in the live configuration; null for no route
   * @param to what it would be; null for no route
   * @param example id of the first of them that was found
   */
  public record Changed(@Nullable String from, @Nullable String to, long count, String example) {}

  /** How many requests another route would have taken. */
  public long routeChanged() {
    return routes.stream().mapToLong(Changed::count).sum();
  }
}
