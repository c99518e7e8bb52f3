package dev.yumen.dataplane.snapshot;

import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.config.RedisConfig;
import dev.yumen.config.RouteConfig;
import dev.yumen.config.UpstreamConfig;
import dev.yumen.dataplane.observe.CertificateExpiry;
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

/**
 * Compiles a configuration. Every problem is collected, each with its place; with one of severity
 * ERROR nothing comes of it and everything taken on the way is given back.
 */
public final class SnapshotBuilder {
  private final LoadedConfig loaded;
  private final ExpressionFailures expressionFailures;
  private final GatewayConfig config;
  private final FilterSurroundings filterSurroundings;
  private final Upstream.Surroundings surroundings;
  private final CompileProblems problems;
  private final PortParts ports;
  private final List<Runnable> giveBack = new ArrayList<>();

  /** After all others, which may use it until then. */
  private final List<Runnable> giveBackLast = new ArrayList<>();

  private final Map<String, Upstream> upstreams = new HashMap<>();
  private final Map<String, OpenRedis> redises = new HashMap<>();
  private final List<CertificateExpiry> expiries = new ArrayList<>();

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
  }

  /**
   * @param previous the live one, whose compiled parts are used again where nothing changed
   */
  public Built build(long number, @Nullable Snapshot previous) {
    config.upstreams().forEach(this::holdUpstream);
    config.redis().forEach(this::holdRedis);
    Around around = Around.of(loaded, config, filterSurroundings, upstreams, redises);
    config.listeners().forEach((name, settings) -> ports.hold(name, settings, around::upstream));
    ports.hold(config.admin());
    expiries.addAll(ports.expiries());
    RouteMaker maker =
        new RouteMaker(
            around,
            previous == null ? null : previous.routes(),
            config.filters(),
            problems,
            giveBack);
    List<Rule<String>> rules = new ArrayList<>(config.routes().size());
    for (int i = 0; i < config.routes().size(); i++) {
      RouteConfig route = config.routes().get(i);
      maker.make(route, i);
      rules.add(
          new Rule<>(
              route.id(),
              route.match(),
              Set.copyOf(route.allow()),
              route.mergeSlashes(),
              route.id()));
    }
    RouteTable.Compiled<String> table =
        previous == null
            ? RouteTable.compile(rules, expressionFailures)
            : RouteTable.recompile(previous.table(), rules, expressionFailures);
    table.problems().forEach(this::routeProblem);
    giveBack.addAll(giveBackLast);
    List<Runnable> held = List.copyOf(giveBack);
    if (problems.hasErrors()) {
      MadeFilters.giveBackAll(held);
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
                loaded.positions(),
                loaded.hash()),
            table.table(),
            maker.routes(),
            maker.unmatched(),
            surroundings.loops().size(),
            () -> MadeFilters.giveBackAll(held));
    return new Built(snapshot, problems.all());
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
