package dev.yumen.dataplane.snapshot;

import dev.yumen.api.Canary;
import dev.yumen.api.CircuitBreaker;
import dev.yumen.api.ConcurrencyLimit;
import dev.yumen.api.Consumer;
import dev.yumen.api.FilterContext;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.MirrorRef;
import dev.yumen.api.Redis;
import dev.yumen.api.RequestExpression;
import dev.yumen.api.RequestPattern;
import dev.yumen.api.RequestRules;
import dev.yumen.api.RetryRef;
import dev.yumen.api.RetryRules;
import dev.yumen.api.UpstreamName;
import dev.yumen.api.UpstreamRef;
import dev.yumen.dataplane.canary.CanaryTraffic;
import dev.yumen.dataplane.guard.BreakerEvents;
import dev.yumen.dataplane.guard.FairLimit;
import dev.yumen.dataplane.guard.WindowBreaker;
import dev.yumen.dataplane.routing.ClientExpression;
import dev.yumen.dataplane.routing.RuleList;
import dev.yumen.dataplane.state.StateRegistry;
import dev.yumen.dataplane.upstream.MirrorTarget;
import dev.yumen.dataplane.upstream.RetryPolicy;
import dev.yumen.dataplane.upstream.Upstream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;

/** The {@link FilterContext} of one place where a filter is written. */
record BuildContext(Around around, String routeId, String place, Taken taken)
    implements FilterContext {

  @Override
  public Path folder() {
    taken.lookAtFiles();
    return around.folder();
  }

  /** Says that a filter can not be made as something it needs could not be read. */
  static final class Doubtful extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Doubtful(String setting) {
      super(setting + " could not be read as a whole", null, false, false);
    }
  }

  private void need(String setting) {
    if (around.doubts().contains(setting)) {
      throw new Doubtful(setting);
    }
  }

  @Override
  public List<Consumer> consumers() {
    need("consumers");
    return around.consumers();
  }

  @Override
  public UpstreamRef upstream(UpstreamName name) {
    need("upstreams." + name.text());
    return around.upstream(name.text());
  }

  @Override
  public MirrorRef mirror(UpstreamName to, MirrorRef.Limits limits) {
    need("upstreams." + to.text());
    Upstream upstream = around.upstream(to.text());
    AtomicInteger inFlight =
        state(AtomicInteger.class, "mirror " + upstream.name(), AtomicInteger::new);
    return new MirrorTarget(upstream, limits, inFlight, this);
  }

  @Override
  public InstantSource clock() {
    return around.surroundings().clock();
  }

  @Override
  public long nanoTime() {
    return around.surroundings().nanoClock().getAsLong();
  }

  @Override
  public Duration filterTimeout() {
    need("limits");
    return around.filterTimeout();
  }

  @Override
  public int loops() {
    return around.surroundings().loops();
  }

  @Override
  public boolean live() {
    return around.surroundings().live();
  }

  @Override
  public <T> T state(Class<T> type, String key, Supplier<? extends T> create) {
    StateRegistry.Handle<T> handle =
        around
            .surroundings()
            .states()
            .hold(type, "filter " + type.getName() + " " + key, create, BuildContext::close);
    taken.add(handle::release);
    return handle.value();
  }

  private static void close(Object state) {
    if (state instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        LoggerFactory.getLogger(BuildContext.class).warn("closing {} failed", state, e);
      }
    }
  }

  @Override
  public CircuitBreaker circuitBreaker(CircuitBreaker.Rules rules) {
    String name = routeId.isEmpty() ? "all" : routeId;
    return state(
        WindowBreaker.class,
        name + " " + rules,
        () ->
            new WindowBreaker(
                rules,
                around.surroundings().nanoClock(),
                new BreakerEvents("route", name, around.surroundings().metrics())));
  }

  @Override
  public Canary canary(Canary.Rules rules) {
    if (routeId.isEmpty()) {
      throw InvalidValue.found("", "a canary for every route", "one among the filters of a route");
    }
    if (taken.canary() != null) {
      throw InvalidValue.found("", "a second canary of the route", "one");
    }
    CanaryTraffic canary =
        state(
            CanaryTraffic.class,
            routeId + " " + rules,
            () -> new CanaryTraffic(routeId, rules, around.surroundings().canaries()));
    taken.canary(canary);
    return canary;
  }

  @Override
  public RetryRef retries(RetryRules rules) {
    return new RetryPolicy(rules, loops(), nanoTime());
  }

  @Override
  public Redis redis(String component, String name) {
    Redis redis = around.redises().get(name);
    if (redis != null) {
      return redis;
    }
    need("redis");
    String known = String.join(", ", around.redisNames());
    throw new InvalidValue(
        component,
        name,
        around.redisNames().isEmpty()
            ? "a name under the top-level redis, which is missing"
            : "a name under the top-level redis: " + known);
  }

  @Override
  public ConcurrencyLimit concurrencyLimit(String name, ConcurrencyLimit.Rules rules) {
    return state(
        FairLimit.class,
        routeId + " " + name + " " + rules,
        () -> new FairLimit(rules, around.surroundings().nanoClock()));
  }

  @Override
  public RequestRules rules(String component, List<RequestPattern> patterns) {
    return RuleList.of(component, patterns);
  }

  @Override
  public RequestExpression expression(String component, String text) {
    return new ClientExpression(component, text, ExpressionLog.of(around.surroundings().metrics()));
  }

  @Override
  public Counter counter(String name, String help, List<String> labels) {
    return around.surroundings().metrics().counter(name, help, labels);
  }
}
