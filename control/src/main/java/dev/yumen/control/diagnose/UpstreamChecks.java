package dev.yumen.control.diagnose;

import dev.yumen.api.FailureCode;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.Position;
import dev.yumen.config.UpstreamConfig;
import dev.yumen.control.diagnose.TimeoutTree.Seen;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What is seen of one upstream: connections to it, its answers, the limits set for it. */
final class UpstreamChecks {
  /** Part of a limit from which on it is near. */
  private static final double NEAR = 0.8;

  private final Seen seen;
  private final String name;
  private final Tally tally;
  private final JsonNode live;
  private final UpstreamConfig.@Nullable Timeout timeout;

  UpstreamChecks(Seen seen, String name) {
    this.seen = seen;
    this.name = name;
    this.tally = seen.of(name);
    this.live = seen.live().path(name);
    GatewayConfig config = seen.config().config();
    UpstreamConfig own = config == null ? null : config.upstreams().get(name);
    this.timeout = own == null ? null : own.timeout();
  }

  /** The step that a failure belongs to; null for none of this tree. */
  static @Nullable Check check(FailureCode code) {
    return switch (code) {
      case UPSTREAM_CONNECT_REFUSED, UPSTREAM_CONNECT_TIMEOUT, UPSTREAM_TLS -> Check.NETWORK;
      case UPSTREAM_TIMEOUT, UPSTREAM_RESET, UPSTREAM_PROTOCOL -> Check.UPSTREAM;
      default -> null;
    };
  }

  // ---- network ----

  List<Evidence> network() {
    List<Evidence> all = new ArrayList<>();
    connection(all, FailureCode.UPSTREAM_CONNECT_REFUSED, Sign.CONNECT_REFUSED);
    connection(all, FailureCode.UPSTREAM_CONNECT_TIMEOUT, Sign.CONNECT_TIMEOUT);
    connection(all, FailureCode.UPSTREAM_TLS, Sign.TLS_FAILED);
    if (live.isObject() && live.path("endpoints").isEmpty()) {
      all.add(Evidence.of(Sign.NO_ADDRESS, "upstream", name).at(at("endpoints")));
    }
    if (all.isEmpty() && tally.total() > 0) {
      all.add(of(Sign.REACHED, tally.total()));
    }
    return all;
  }

  private void connection(List<Evidence> all, FailureCode code, Sign sign) {
    Tally.Kind failed = tally.failed(code);
    if (failed == null) {
      return;
    }
    boolean many = tally.isMany(failed.count());
    Evidence found = of(many ? sign : Sign.SOME_CONNECTIONS_FAIL, failed.count());
    found = found.with("endpoint", failed.endpoint());
    found = found.with("code", code.name());
    found = found.with("limit", timeout == null ? "5s" : Figures.setting(timeout.connect()));
    boolean late = code == FailureCode.UPSTREAM_CONNECT_TIMEOUT;
    all.add(found.at(at(late ? "timeout.connect" : "endpoints")));
  }

  // ---- the service ----

  List<Evidence> service() {
    List<Evidence> all = new ArrayList<>();
    Tally.Kind late = tally.failed(FailureCode.UPSTREAM_TIMEOUT);
    if (late != null) {
      all.add(late(late));
    }
    for (FailureCode code : List.of(FailureCode.UPSTREAM_RESET, FailureCode.UPSTREAM_PROTOCOL)) {
      Tally.Kind failed = tally.failed(code);
      if (failed != null) {
        Evidence found = of(Sign.BREAKS_OFF, failed.count());
        found = found.with("code", code.name());
        all.add(found);
      }
    }
    if (tally.gatewayTimeouts().count() > 0) {
      all.add(of(Sign.SERVICE_504, tally.gatewayTimeouts().count()));
    }
    if (tally.errors().count() > 0) {
      all.add(of(Sign.SERVICE_FAILS, tally.errors().count()));
    }
    breaker(all);
    endpoints(all);
    long active = active();
    if (tally.total() == 0 && active > 0) {
      Evidence waiting = Evidence.of(Sign.NOTHING_ENDED, "upstream", name);
      waiting = waiting.with("active", Figures.count(active));
      waiting = waiting.with("limit", Figures.setting(longest()));
      all.add(waiting);
    }
    if (all.isEmpty() && tally.answered().count() > 0) {
      all.add(answered());
    }
    return all;
  }

  private Evidence late(Tally.Kind late) {
    if (!tally.isMany(late.count()) || isUsual(late)) {
      return of(Sign.SOME_TIMED_OUT, late.count());
    }
    Limit ended = ended(late);
    boolean never = tally.answered().count() == 0;
    Evidence found = of(never ? Sign.NEVER_ANSWERS : Sign.TIMED_OUT, late.count());
    found = found.with("p50", Figures.nanos(late.quantile(0.5)));
    found = found.with("answered", Figures.nanos(tally.answered().quantile(1)));
    found = ended.into(found);
    return found.at(ended.at);
  }

  private void breaker(List<Evidence> all) {
    String state = live.path("circuit-breaker").asString("closed");
    if (!state.equals("closed")) {
      Sign sign = state.equals("half-open") ? Sign.BREAKER_HALF_OPEN : Sign.BREAKER_OPEN;
      all.add(Evidence.of(sign, "upstream", name).at(at("circuit-breaker")));
    }
  }

  private void endpoints(List<Evidence> all) {
    int count = 0;
    int ill = 0;
    String address = "";
    String reason = "";
    for (JsonNode endpoint : live.path("endpoints")) {
      count++;
      if (!endpoint.path("used").asBoolean(true)) {
        ill++;
        address = endpoint.path("address").asString("");
        reason =
            endpoint.has("ejected-for-seconds")
                ? "ejected"
                : endpoint.path("last-check").asString("unhealthy");
      }
    }
    if (ill == 0) {
      return;
    }
    Evidence found =
        Evidence.of(
            ill == count ? Sign.NO_ENDPOINT_USED : Sign.SOME_ENDPOINTS_ILL, "upstream", name);
    found = found.with("count", Figures.count(count));
    found = found.with("ill", Figures.count(ill));
    found = found.with("endpoint", address);
    found = found.with("reason", reason);
    all.add(found.at(at("endpoints")));
  }

  private Evidence answered() {
    Evidence good = of(Sign.ANSWERED, tally.answered().count());
    good = good.with("p50", Figures.nanos(tally.answered().quantile(0.5)));
    good = good.with("p99", Figures.nanos(tally.answered().quantile(0.99)));
    return good;
  }

  private long active() {
    long active = 0;
    for (JsonNode endpoint : live.path("endpoints")) {
      active += endpoint.path("active").asLong(0);
    }
    return active;
  }

  private Duration longest() {
    return timeout == null
        ? Duration.ZERO
        : timeout.request().isZero() ? timeout.header() : timeout.request();
  }

  // ---- limits ----

  /** A limit on how long the service may take. */
  private record Limit(String setting, Duration value, @Nullable String at) {

    Evidence into(Evidence evidence) {
      return evidence.with("setting", setting).with("limit", Figures.setting(value));
    }

    long distance(long nanos) {
      return Math.abs(value.toNanos() - nanos);
    }
  }

  List<Evidence> limits() {
    List<Evidence> all = new ArrayList<>();
    if (timeout == null) {
      return all;
    }
    Tally.Kind late = tally.failed(FailureCode.UPSTREAM_TIMEOUT);
    if (late != null && isUsual(late)) {
      Evidence found = of(Sign.LIMIT_TOO_SHORT, late.count());
      found = found.with("p90", Figures.nanos(tally.answered().quantile(0.9)));
      Limit ended = ended(late);
      found = ended.into(found);
      all.add(found.at(ended.at));
    } else if (late == null && tally.answered().count() > 0) {
      Limit next = shortest();
      long p99 = tally.answered().quantile(0.99);
      boolean near = p99 >= next.value.toNanos() * NEAR;
      Evidence found = Evidence.of(near ? Sign.LIMIT_NEAR : Sign.LIMIT_FAR, "upstream", name);
      found = found.with("p99", Figures.nanos(p99));
      found = next.into(found);
      all.add(found.at(next.at));
    } else if (tally.total() > 0) {
      all.add(
          Evidence.of(
                  Sign.LIMITS,
                  "upstream",
                  name,
                  "connect",
                  Figures.setting(timeout.connect()),
                  "header",
                  Figures.setting(timeout.header()),
                  "request",
                  Figures.setting(timeout.request()),
                  "idle",
                  Figures.setting(timeout.idle()))
              .at(at("timeout")));
    }
    return all;
  }

  /** Whether answers that are good take about as long as those that were given up. */
  private boolean isUsual(Tally.Kind late) {
    long usual = tally.answered().quantile(0.9);
    return tally.answered().count() >= late.count() && usual * 2 >= late.quantile(0.5);
  }

  /** The limit that ended them, by how long they took. */
  private Limit ended(Tally.Kind late) {
    long took = late.quantile(0.5);
    Limit best = shortest();
    for (Limit limit : all()) {
      best = limit.distance(took) < best.distance(took) ? limit : best;
    }
    return best;
  }

  private Limit shortest() {
    Limit shortest = all().getFirst();
    for (Limit limit : all()) {
      shortest = limit.value.compareTo(shortest.value) < 0 ? limit : shortest;
    }
    return shortest;
  }

  private List<Limit> all() {
    List<Limit> limits = new ArrayList<>(RouteLimits.of(seen).stream().map(this::limit).toList());
    if (timeout != null) {
      limits.add(new Limit("timeout.header", timeout.header(), at("timeout.header")));
      if (limits.size() == 1 && !timeout.request().isZero()) {
        limits.add(new Limit("timeout.request", timeout.request(), at("timeout.request")));
      }
      limits.add(new Limit("timeout.idle", timeout.idle(), at("timeout.idle")));
    } else {
      limits.add(new Limit("timeout.header", Duration.ofMinutes(1), null));
    }
    return limits;
  }

  private Limit limit(RouteLimits.Written written) {
    return new Limit("timeout", written.request(), place(written.path()));
  }

  // ---- places ----

  List<Evidence> places() {
    JsonNode concurrency = live.path("concurrency");
    long limit = concurrency.path("limit").asLong(0);
    long taken = concurrency.path("active").asLong(0);
    long pending = concurrency.path("pending").asLong(0);
    if (limit == 0 || (taken < limit && pending == 0)) {
      return List.of();
    }
    Evidence full = Evidence.of(Sign.PLACES_TAKEN, "upstream", name);
    full = full.with("active", Figures.count(taken));
    full = full.with("limit", Figures.count(limit));
    full = full.with("pending", Figures.count(pending));
    return List.of(full.at(at("concurrency")));
  }

  private Evidence of(Sign sign, long count) {
    return Evidence.of(
        sign,
        "upstream",
        name,
        "count",
        Figures.count(count),
        "total",
        Figures.count(tally.total()));
  }

  private @Nullable String at(String setting) {
    return place("upstreams." + name + "." + setting);
  }

  private @Nullable String place(String path) {
    Position position = seen.config().positions().nearest(path);
    return position == null ? null : position.file() + ":" + position.line();
  }
}
