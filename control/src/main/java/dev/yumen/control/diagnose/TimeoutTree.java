package dev.yumen.control.diagnose;

import dev.yumen.api.FailureCode;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.dataplane.Gateway;
import dev.yumen.dataplane.observe.FailureCounts;
import dev.yumen.dataplane.recording.RecordedRequest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Why requests take too long or get 502, 503 or 504: what the process has recorded and counted of
 * them, and how it fares. Sends nothing, but for a {@link Probe} that is asked for.
 *
 * <p>Takes up to a second, and with a probe some seconds. Any thread but an event loop.
 */
public final class TimeoutTree {
  /** Requests that are looked at most, the newest first. */
  static final int MOST_REQUESTS = 100_000;

  /** Upstreams that are told of at each step, those that are not well before others. */
  private static final int MOST_UPSTREAMS = 20;

  private static final JsonMapper JSON = new JsonMapper();

  private final Gateway gateway;
  private final InstantSource clock;

  public TimeoutTree(Gateway gateway, InstantSource clock) {
    this.gateway = gateway;
    this.clock = clock;
  }

  /**
   * What of it is known.
   *
   * @param tallies of recorded requests, by upstream
   * @param all those of all upstreams, and of none
   * @param live how upstreams fare, as {@code /upstreams} says
   */
  record Seen(
      Extent extent,
      LoadedConfig config,
      boolean recording,
      Map<String, Tally> tallies,
      Tally all,
      JsonNode live) {

    Tally of(String upstream) {
      return tallies.getOrDefault(upstream, new Tally());
    }
  }

  /**
   * Walks it.
   *
   * @param probed what a probe has shown; empty without one
   */
  public Diagnosis walk(Extent extent, List<Evidence> probed) throws InterruptedException {
    LoadedConfig live = gateway.live();
    Seen seen = seen(extent, live);
    Diagnosis.Builder tree = new Diagnosis.Builder(Tree.TIMEOUTS);
    tree.add(Check.NETWORK, probed);
    int told = 0;
    for (String upstream : upstreams(seen)) {
      if (told++ == MOST_UPSTREAMS) {
        break;
      }
      UpstreamChecks checks = new UpstreamChecks(seen, upstream);
      tree.add(Check.NETWORK, checks.network());
      tree.add(Check.UPSTREAM, checks.service());
      tree.add(Check.GATEWAY_TIMEOUT, checks.limits());
      tree.add(Check.RESOURCES, checks.places());
      if (!seen.recording) {
        sinceStart(tree, upstream);
      }
    }
    requests(tree, seen);
    tree.add(Check.RESOURCES, ProcessChecks.resources(gateway.metrics().bufferMemory()));
    tree.add(Check.BLOCKED_THREADS, ProcessChecks.threads(gateway));
    unknown(tree, seen);
    return tree.build(about(extent), Evidence.of(Sign.NOT_SAID));
  }

  // ---- what is known ----

  private Seen seen(Extent extent, LoadedConfig live) {
    Instant since = clock.instant().minus(extent.since());
    Map<String, Tally> tallies = new TreeMap<>();
    Tally all = new Tally();
    List<RecordedRequest> requests =
        gateway
            .recording()
            .newest(one -> one.time().isAfter(since) && extent.has(one), MOST_REQUESTS);
    for (RecordedRequest request : requests) {
      all.add(request.result());
      String upstream = request.result().upstream();
      if (upstream != null) {
        tallies.computeIfAbsent(upstream, _ -> new Tally()).add(request.result());
      }
    }
    return new Seen(
        extent,
        live,
        gateway.recording().active(),
        tallies,
        all,
        JSON.readTree(gateway.upstreamsJson()));
  }

  /** Those whose requests failed come first, as there may be thousands. */
  private static List<String> upstreams(Seen seen) {
    GatewayConfig config = seen.config.config();
    Set<String> names = config == null ? Set.of() : seen.extent.upstreams(config);
    Map<String, Long> failed = new LinkedHashMap<>();
    seen.tallies.keySet().forEach(name -> failed.put(name, failures(seen.of(name))));
    names.forEach(name -> failed.putIfAbsent(name, 0L));
    return failed.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .map(Map.Entry::getKey)
        .toList();
  }

  private static long failures(Tally tally) {
    return tally.total() - tally.answered().count();
  }

  // ---- what is not of one upstream ----

  private void sinceStart(Diagnosis.Builder tree, String upstream) {
    FailureCounts.of(gateway.metrics(), upstream)
        .forEach(
            (code, count) -> {
              Check check = UpstreamChecks.check(code);
              if (check != null) {
                tree.add(
                    check,
                    Evidence.of(
                        Sign.FAILED_SINCE_START,
                        "upstream",
                        upstream,
                        "count",
                        Figures.count(count),
                        "code",
                        code.name()));
              }
            });
  }

  private static void requests(Diagnosis.Builder tree, Seen seen) {
    share(tree, Check.UPSTREAM, Sign.BREAKER_REFUSED, seen, FailureCode.CIRCUIT_OPEN);
    share(tree, Check.GATEWAY_TIMEOUT, Sign.FILTER_TOO_SLOW, seen, FailureCode.FILTER_TIMEOUT);
    share(tree, Check.GATEWAY_TIMEOUT, Sign.CLIENT_TOO_SLOW, seen, FailureCode.REQUEST_TIMEOUT);
    share(tree, Check.RESOURCES, Sign.OVERLOADED, seen, FailureCode.OVERLOADED);
  }

  private static void share(
      Diagnosis.Builder tree, Check check, Sign sign, Seen seen, FailureCode code) {
    Tally.Kind failed = seen.all.failed(code);
    if (failed != null) {
      String total = Figures.count(seen.all.total());
      tree.add(check, Evidence.of(sign, "count", Figures.count(failed.count()), "total", total));
    }
  }

  private static void unknown(Diagnosis.Builder tree, Seen seen) {
    if (seen.all.total() > 0) {
      return;
    }
    Evidence why =
        seen.recording
            ? Evidence.of(Sign.NO_REQUESTS, "since", Figures.setting(seen.extent.since()))
            : Evidence.of(Sign.NOT_RECORDED);
    tree.add(Check.NETWORK, why);
    tree.add(Check.UPSTREAM, why);
    tree.add(Check.GATEWAY_TIMEOUT, why);
  }

  private static Map<String, String> about(Extent extent) {
    Map<String, String> about = new LinkedHashMap<>();
    if (extent.route() != null) {
      about.put("route", extent.route());
    }
    if (extent.upstream() != null) {
      about.put("upstream", extent.upstream());
    }
    about.put("since", Figures.setting(extent.since()));
    return about;
  }
}
