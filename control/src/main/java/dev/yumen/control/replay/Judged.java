package dev.yumen.control.replay;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a configuration would do with a request.
 *
 * @param route that takes it; null when none does
 * @param answer its status; {@link #UPSTREAM} when the service decides, {@link #NO_LISTENER} when
 *     it could not come any more
 * @param sent what the service would get; null when it would get nothing
 * @param unknown what could not be tried and was taken to let it pass, each as something that
 *     equals the same in another configuration
 */
record Judged(@Nullable String route, String answer, @Nullable Sent sent, Set<Object> unknown) {
  static final String UPSTREAM = "upstream";
  static final String NO_LISTENER = "no-listener";

  Judged {
    unknown = Set.copyOf(unknown);
  }

  /**
   * A request on its way to a service, as far as filters change where it goes.
   *
   * @param host null where it is the client's own
   * @param query null where it is the client's own
   */
  record Sent(String upstream, String path, @Nullable String host, @Nullable String query) {}
}
