package dev.yumen.dataplane;

import dev.yumen.api.InvalidValue;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.dataplane.audit.AuditLog;
import dev.yumen.dataplane.canary.CanaryDesk;
import dev.yumen.dataplane.exchange.BuiltInEndpoints;
import dev.yumen.dataplane.exchange.Explainer;
import dev.yumen.dataplane.explain.ExplainRequest;
import dev.yumen.dataplane.explain.Explanation;
import dev.yumen.dataplane.redis.RedisOpener;
import dev.yumen.dataplane.snapshot.Snapshot;
import dev.yumen.dataplane.snapshot.SnapshotBuilder;
import dev.yumen.dataplane.upstream.Upstream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A configuration that is compiled and does not run: it can be asked what it would do. Nothing is
 * opened for it, nobody is asked and no name is looked up. Any thread but an event loop.
 */
public final class OfflineGateway implements AutoCloseable {
  private final Engine engine;
  private final @Nullable Snapshot snapshot;
  private final List<Problem> problems;
  private final Explainer explainer;

  private OfflineGateway(Engine engine, SnapshotBuilder.Built built, InstantSource clock) {
    this.engine = engine;
    this.snapshot = built.snapshot();
    this.problems = built.problems();
    this.explainer =
        new Explainer(
            new BuiltInEndpoints(new NoStatus(), engine.metrics()), engine.challenges(), clock);
  }

  /**
   * Compiles a configuration.
   *
   * @param loaded without errors
   * @param clock what the time is there
   * @throws StartFailure if it can not be compiled
   */
  public static OfflineGateway open(LoadedConfig loaded, InstantSource clock) throws StartFailure {
    GatewayConfig config = Objects.requireNonNull(loaded.config(), "a configuration with errors");
    OfflineGateway offline = of(loaded, config, clock);
    if (offline.snapshot == null) {
      offline.close();
      throw new StartFailure(offline.problems);
    }
    return offline;
  }

  /**
   * Problems that only compiling finds: filters, expressions, conflicts of routes. Where reading
   * found errors, those come first, and what could be read is compiled.
   */
  public static List<Problem> check(LoadedConfig loaded) {
    GatewayConfig whole = loaded.config();
    if (whole != null) {
      List<Problem> problems = compiled(loaded, whole);
      problems.addAll(AuditLog.problems(loaded));
      return problems;
    }
    Set<Problem> problems = new LinkedHashSet<>(loaded.problems());
    if (loaded.partial() != null) {
      problems.addAll(compiled(loaded, loaded.partial().config()));
    }
    return List.copyOf(problems);
  }

  private static List<Problem> compiled(LoadedConfig loaded, GatewayConfig config) {
    try (OfflineGateway offline = of(loaded, config, InstantSource.system())) {
      return new ArrayList<>(offline.problems);
    }
  }

  /** Compiles it, whatever comes of that. */
  private static OfflineGateway of(LoadedConfig loaded, GatewayConfig config, InstantSource clock) {
    Engine engine = Engine.forCheck(config);
    SnapshotBuilder builder =
        new SnapshotBuilder(
            loaded,
            config,
            engine.filterSurroundings(clock, System::nanoTime, RedisOpener.NONE, CanaryDesk.NONE),
            engine.upstreamSurroundings(config, clock));
    try {
      return new OfflineGateway(engine, builder.build(0, null), clock);
    } catch (RuntimeException e) {
      engine.stop();
      throw e;
    }
  }

  /**
   * Says what would become of a request.
   *
   * @throws InvalidValue when it names a listener that there is not
   */
  public Explanation explain(ExplainRequest request) {
    return explain(request, Explainer.MOST_CANDIDATES);
  }

  /**
   * The same with fewer candidates.
   *
   * @param most candidates that are told of; 0 is faster by far where there are many routes, and
   *     then it is not told where settings stand
   */
  public Explanation explain(ExplainRequest request, int most) {
    return explainer.explain(
        Objects.requireNonNull(snapshot, "a configuration with errors"), request, most);
  }

  @Override
  public void close() {
    if (snapshot != null) {
      snapshot.releaseUnused();
    }
    engine.stop();
  }

  /** Nobody asks it: what is built in is looked for and not answered. */
  private static final class NoStatus implements BuiltInEndpoints.Status {
    @Override
    public boolean ready() {
      return false;
    }

    @Override
    public String readyBody() {
      return "{}";
    }

    @Override
    public Map<String, Upstream> upstreams() {
      return Map.of();
    }

    @Override
    public String versionBody() {
      return "{}";
    }
  }
}
