package dev.yumen.control.replay;

import dev.yumen.config.FilterConfig;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.RouteConfig;
import dev.yumen.dataplane.OfflineGateway;
import dev.yumen.dataplane.StartFailure;
import dev.yumen.dataplane.explain.ExplainRequest;
import dev.yumen.dataplane.explain.Explanation;
import dev.yumen.dataplane.explain.Explanation.Change;
import dev.yumen.dataplane.explain.Explanation.Changed;
import dev.yumen.dataplane.explain.Explanation.Result;
import dev.yumen.dataplane.explain.Explanation.Step;
import dev.yumen.dataplane.explain.Phrase;
import dev.yumen.dataplane.explain.Saying;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says what a configuration would do with requests. It does not run, so how services fare at the
 * moment has no part in it. Several threads may ask.
 */
final class Judge implements AutoCloseable {
  private final GatewayConfig config;
  private final OfflineGateway gateway;
  private final Map<String, RouteConfig> routes = new HashMap<>();
  private final Object knows;

  /**
   * @param loaded without errors
   * @param knows equals the same of another one that lets the same consumers in
   * @throws StartFailure if it can not be compiled
   */
  Judge(LoadedConfig loaded, Object knows) throws StartFailure {
    config = Objects.requireNonNull(loaded.config(), "a configuration with errors");
    this.knows = knows;
    gateway = OfflineGateway.open(loaded, InstantSource.system());
    config.routes().forEach(route -> routes.put(route.id(), route));
  }

  Judged judge(ExplainRequest request) {
    if (!config.listeners().containsKey(String.valueOf(request.listener()))) {
      return new Judged(null, Judged.NO_LISTENER, null, Set.of());
    }
    Explanation told = gateway.explain(request, 0);
    String route = told.route() == null ? null : told.route().id();
    boolean forwarded = told.destination() != null;
    return new Judged(
        route,
        forwarded ? Judged.UPSTREAM : Integer.toString(told.outcome().status()),
        forwarded ? sent(told) : null,
        unknown(told, route));
  }

  private static Judged.Sent sent(Explanation told) {
    String path = told.asked().path();
    String host = null;
    String query = null;
    for (Step step : told.filters()) {
      for (Change change : step.changes()) {
        path = change.what() == Changed.PATH ? String.valueOf(change.value()) : path;
        host = change.what() == Changed.HOST ? change.value() : host;
        query = change.what() == Changed.QUERY ? String.valueOf(change.value()) : query;
      }
    }
    String upstream = Objects.requireNonNull(told.destination()).upstream();
    return new Judged.Sent(upstream, path, host, query);
  }

  private Set<Object> unknown(Explanation told, @Nullable String route) {
    Set<Object> unknown = new HashSet<>();
    for (int i = 0; i < told.filters().size(); i++) {
      if (told.filters().get(i).result() == Result.UNTRIED) {
        unknown.add(filter(i, route));
        unknown.add(knows);
      }
    }
    for (Saying saying : told.why()) {
      if (saying.key() == Phrase.HIDDEN_DECIDES) {
        unknown.add(saying);
      }
    }
    return unknown;
  }

  /** Filters of all routes stand before the route's own. */
  private FilterConfig filter(int index, @Nullable String route) {
    int shared = config.filters().size();
    RouteConfig found = routes.get(String.valueOf(route));
    List<FilterConfig> own = found == null ? List.of() : found.filters();
    return index < shared ? config.filters().get(index) : own.get(index - shared);
  }

  @Override
  public void close() {
    gateway.close();
  }
}
