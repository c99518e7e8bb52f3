package dev.yumen.dataplane.upstream;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which endpoint a request would go to, found out without choosing it.
 *
 * @param endpoint its address; null when there is none, or chance decides
 * @param kept whether the client comes back to it by a cookie
 * @param way how one is chosen, as settings name it
 * @param panic whether endpoints that are not well are used, because too many are not
 * @param endpoints all that there are
 * @param unresolved addresses as configured whose names are not looked up
 */
public record EndpointPreview(
    @Nullable String endpoint,
    boolean kept,
    String way,
    boolean panic,
    List<Standing> endpoints,
    List<String> unresolved) {

  public EndpointPreview {
    endpoints = List.copyOf(endpoints);
    unresolved = List.copyOf(unresolved);
  }

  /**
   * An endpoint.
   *
   * @param warming whether it gets fewer requests than its weight says, as it is new or back
   */
  public record Standing(EndpointReport report, boolean warming) {}

  /** Whether there is one to go to, or may be once names are looked up. */
  public boolean any() {
    return endpoints.stream().anyMatch(standing -> standing.report().used())
        || !unresolved.isEmpty();
  }
}
