package dev.yumen.dataplane.snapshot;

import dev.yumen.api.AnyFilter;
import dev.yumen.api.InvalidValue;
import dev.yumen.config.FilterConfig;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.config.RedisConfig;
import dev.yumen.config.RouteConfig;
import dev.yumen.config.UpstreamConfig;
import dev.yumen.dataplane.canary.CanaryTraffic;
import dev.yumen.dataplane.chain.FilterChain;
import dev.yumen.dataplane.observe.CertificateExpiry;
import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.dataplane.redis.OpenRedis;
import dev.yumen.dataplane.redis.RedisOpener;
import dev.yumen.dataplane.routing.ExpressionFailures;
import dev.yumen.dataplane.routing.RouteProblem;
import dev.yumen.dataplane.routing.RouteTable;
import dev.yumen.dataplane.routing.Rule;
import dev.yumen.dataplane.state.StateRegistry;
import dev.yumen.dataplane.tls.UpstreamTls;
import dev.yumen.dataplane.upstream.Upstream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiles a configuration. Every problem is collected, each with its place; with one of severity
 * ERROR nothing comes of it and everything taken on the way is given back.
 */
public final class SnapshotBuilder {
  /** Label of requests that no route matched. */
  public static final String NO_PATTERN = "none";

  private static final Logger LOG = LoggerFactory.getLogger(SnapshotBuilder.class);

  private final LoadedConfig loaded;
  private final ExpressionFailures expressionFailures;
  private final GatewayConfig config;
  private final FilterSurroundings filterSurroundings;
  private final Upstream.Surroundings surroundings;
  private final CompileProblems problems;
  private final PortParts ports;
  private final RouteEnds ends;
  private final List<Runnable> giveBack = new ArrayList<>();

  /** After all others, which may use it until then. */
  private final List<Runnable> giveBackLast = new ArrayList<>();

  private final Map<String, Upstream> upstreams = new HashMap<>();
  private final Map<String, OpenRedis> redises = new HashMap<>();
  private final Map<String, CanaryTraffic> canaries = new HashMap<>();
  private final List<CertificateExpiry> expiries = new ArrayList<>();

  /** Filters for every route: one instance serves them all. */
  private List<FilterChain.Named> shared = List.of();

  /**
   * @param snapshot null exactly when there is a problem of severity ERROR
   */
  public record Built(@Nullable Snapshot snapshot, List<Problem> problems) {}

  public SnapshotBuilder(
      LoadedConfig loaded,
      GatewayConfig config,
      FilterSurroundings filterSurroundings,
      Upstream.Surroundings surroundings) {
    this.loaded = loaded;
    this.config = config;
    this.filterSurroundings = filterSurroundings;
    this.surroundings = surroundings;
    this.expressionFailures = ExpressionLog.of(surroundings.metrics());
    this.problems = new CompileProblems(loaded.positions());
    this.ports = new PortParts(loaded, surroundings.tls(), problems, giveBack::add);
    this.ends = new RouteEnds(loaded.folder(), this::upstream, problems);
  }

  /**
   * @param previous the live one, whose compiled parts are used again where nothing changed
   */
  public Built build(long number, @Nullable Snapshot previous) {
    config.upstreams().forEach(this::holdUpstream);
    config.redis().forEach(this::holdRedis);
    config.listeners().forEach((name, settings) -> ports.hold(name, settings, this::upstream));
    ports.hold(config.admin());
    expiries.addAll(ports.expiries());
    shared = filters("", config.filters(), "filters");
    Route unmatched =
        new Route(
            "",
            NO_PATTERN,
            new Route.Slots(Metrics.NONE, Metrics.NONE),
            chain("", List.of(), "routes"),
            new RouteEnd.Unmatched());
    Map<String, Route> routes = new HashMap<>(config.routes().size() * 2);
    List<Rule<String>> rules = new ArrayList<>(config.routes().size());
    for (int i = 0; i < config.routes().size(); i++) {
      RouteConfig route = config.routes().get(i);
      Route compiled = route(route, "routes[" + i + "]");
      rules.add(
          new Rule<>(
              route.id(),
              route.match(),
              Set.copyOf(route.allow()),
              route.mergeSlashes(),
              route.id()));
      if (compiled != null) {
        routes.put(route.id(), compiled);
      }
    }
    RouteTable.Compiled<String> table =
        previous == null
            ? RouteTable.compile(rules, expressionFailures)
            : RouteTable.recompile(previous.table(), rules, expressionFailures);
    table.problems().forEach(this::routeProblem);
    giveBack.addAll(giveBackLast);
    List<Runnable> held = List.copyOf(giveBack);
    if (problems.hasErrors()) {
      giveBackAll(held);
      return new Built(null, problems.all());
    }
    Snapshot snapshot =
        new Snapshot(
            number,
            config,
            new Snapshot.Parts(
                ports.tls(),
                ports.adminTls(),
                ports.tcp(),
                ports.udp(),
                expiries,
                upstreams,
                redises,
                canaries,
                loaded.positions(),
                loaded.hash()),
            table.table(),
            routes,
            unmatched,
            surroundings.loops().size(),
            () -> giveBackAll(held));
    return new Built(snapshot, problems.all());
  }

  /** One that fails does not keep the others from being given back. */
  private static void giveBackAll(List<Runnable> held) {
    for (Runnable each : held) {
      try {
        each.run();
      } catch (RuntimeException e) {
        LOG.warn("giving back a part of a configuration failed", e);
      }
    }
  }

  private void holdUpstream(String name, UpstreamConfig settings) {
    if (settings.use() != null) {
      return;
    }
    if (settings.tls().enabled()) {
      StateRegistry.Handle<UpstreamTls.Compiled> tls =
          UpstreamTls.hold(settings.tls(), surroundings.tls());
      giveBack.add(tls::release);
      problems.addTls("upstreams." + name + ".tls", tls.value().problems());
      if (tls.value().tls() != null) {
        expiries.addAll(tls.value().tls().expiries(name));
      }
    }
    StateRegistry.Handle<Upstream> handle =
        surroundings
            .states()
            .hold(
                Upstream.class,
                "upstream " + name + " " + settings,
                () -> new Upstream(name, settings, surroundings),
                Upstream::close);
    giveBack.add(handle::release);
    upstreams.put(name, handle.value());
  }

  private void holdRedis(String name, RedisConfig settings) {
    UpstreamTls tls = null;
    if (settings.tls().enabled()) {
      StateRegistry.Handle<UpstreamTls.Compiled> compiled =
          UpstreamTls.hold(settings.tls(), surroundings.tls());
      giveBackLast.add(compiled::release);
      problems.addTls("redis." + name + ".tls", compiled.value().problems());
      tls = compiled.value().tls();
      if (tls == null) {
        return;
      }
      tls.expiries(name).forEach(expiry -> expiries.add(expiry.of("redis")));
    }
    RedisOpener.Surroundings around =
        new RedisOpener.Surroundings(name, tls, surroundings.metrics().redis(), System::nanoTime);
    StateRegistry.Handle<OpenRedis> opened =
        surroundings
            .states()
            .hold(
                OpenRedis.class,
                "redis " + name + " " + settings.fingerprint(),
                () -> filterSurroundings.redis().open(settings, around),
                OpenRedis::close);
    giveBackLast.addFirst(opened::release); // before its TLS
    redises.put(name, opened.value());
  }

  private @Nullable Route route(RouteConfig route, String place) {
    String pattern = route.match().path() == null ? "/**" : route.match().path().text();
    FilterChain chain = chain(route.id(), route.filters(), place + ".filters");
    CanaryTraffic canary = canaries.get(route.id());
    if (canary != null) {
      elsewhere(route, canary.rules().stable(), place);
    }
    RouteEnd end = ends.of(route, place);
    if (end == null) {
      return null;
    }
    Metrics metrics = surroundings.metrics();
    Route.Slots slots = new Route.Slots(metrics.pathSlot(pattern), metrics.routeSlot(route.id()));
    return new Route(route.id(), pattern, slots, chain, end);
  }

  /** Whoever reads the route thinks that the old version is where it leads. */
  private void elsewhere(RouteConfig route, String stable, String place) {
    if (!config.upstreams().containsKey(stable)
        || route.to().stream().anyMatch(target -> target.upstream().equals(stable))) {
      return;
    }
    for (int i = 0; i < route.filters().size(); i++) {
      String path = place + ".filters[" + i + "].canary.stable";
      if (route.filters().get(i).type().name().equals("canary")) {
        String message = stable + " (expected: an upstream of the route's to, or nothing)";
        problems.warning(path, message);
      }
    }
  }

  private FilterChain chain(String routeId, List<FilterConfig> own, String place) {
    List<FilterChain.Named> filters = new ArrayList<>(shared);
    filters.addAll(filters(routeId, own, place));
    return FilterChain.of(filters);
  }

  private List<FilterChain.Named> filters(String routeId, List<FilterConfig> filters, String list) {
    List<FilterChain.Named> made = new ArrayList<>(filters.size());
    for (int i = 0; i < filters.size(); i++) {
      FilterConfig filter = filters.get(i);
      String place = list + "[" + i + "]";
      BuildContext context =
          new BuildContext(
              filterSurroundings,
              config,
              loaded,
              routeId,
              place,
              this::upstream,
              redises,
              canaries,
              giveBack);
      try {
        AnyFilter instance = filter.type().create(filter.settings(), context);
        giveBack.add(instance::close);
        made.add(new FilterChain.Named(filter.type().name(), instance));
      } catch (InvalidValue e) {
        String at = place + "." + filter.type().name();
        problems.error(e.component().isEmpty() ? at : at + "." + e.component(), e);
      } catch (BuildContext.Doubtful e) {
        LOG.debug("{}.{} is not made: {}", place, filter.type().name(), e.getMessage());
      } catch (RuntimeException e) {
        LOG.error("{}.{} could not be made", place, filter.type().name(), e);
        problems.error(place + "." + filter.type().name(), "could not be made: " + e);
      }
    }
    return made;
  }

  /** The upstream of this name, or the one that stands for it. */
  private Upstream upstream(String name) {
    Upstream upstream = upstreams.get(config.upstreamUsed(name));
    if (upstream == null) {
      throw new IllegalArgumentException("unchecked configuration: " + name);
    }
    return upstream;
  }

  private void routeProblem(RouteProblem problem) {
    int index = 0;
    while (!config.routes().get(index).id().equals(problem.routeId())) {
      index++;
    }
    String place = "routes[" + index + "]";
    String path = problem.setting().isEmpty() ? place : place + "." + problem.setting();
    problems.add(problem.severity(), path, problem.message());
  }
}
