package dev.yumen.control.admin;

import dev.yumen.api.InvalidValue;
import dev.yumen.api.Response;
import dev.yumen.config.AdminConfig.Role;
import dev.yumen.config.Durations;
import dev.yumen.config.GatewayConfig;
import dev.yumen.control.diagnose.AuthTree;
import dev.yumen.control.diagnose.Diagnosis;
import dev.yumen.control.diagnose.DiagnosisData;
import dev.yumen.control.diagnose.Evidence;
import dev.yumen.control.diagnose.Extent;
import dev.yumen.control.diagnose.Probe;
import dev.yumen.control.diagnose.TimeoutTree;
import dev.yumen.control.plan.Texts.Language;
import dev.yumen.dataplane.Gateway;
import dev.yumen.dataplane.recording.RecordedRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Walks a tree of trouble-shooting. Time-outs may be looked at by whoever looks; a probe opens
 * connections, and the tree of authentication says whether credentials are right, so both take an
 * operator.
 */
public final class DiagnoseResource implements Resources {
  private static final Set<String> OF_TIMEOUTS = Set.of("route", "upstream", "since", "probe");
  private static final Set<String> OF_AUTH = both(AskedRequest.KEYS, Set.of("id"));
  private static final Set<String> KNOWN = both(both(OF_TIMEOUTS, OF_AUTH), Set.of("tree"));

  private final Gateway gateway;
  private final TimeoutTree timeouts;
  private final Semaphore place = new Semaphore(4);
  private final Semaphore probes = new Semaphore(1);

  public DiagnoseResource(Gateway gateway) {
    this.gateway = gateway;
    this.timeouts = new TimeoutTree(gateway, InstantSource.system());
  }

  private static Set<String> both(Set<String> some, Set<String> others) {
    Set<String> all = new HashSet<>(some);
    all.addAll(others);
    return Set.copyOf(all);
  }

  @Override
  public List<Resource> all() {
    return List.of(
        new Resource(
                "POST",
                "/diagnose",
                Role.VIEWER,
                Reach.NONE,
                "Walks a tree of trouble-shooting, timeouts or auth (the latter and a probe as"
                    + " operator), and says what it found.",
                Map.of(),
                this::diagnose)
            .taking(Example.json("{\"tree\": \"timeouts\"}"))
            .with("lang", "Language of the texts, en or zh; en by default."));
  }

  private Response diagnose(Call call) throws Refused {
    Language language = call.language().equals("zh") ? Language.ZH : Language.EN;
    JsonNode asked = AskedRequest.object(call, KNOWN);
    String tree = AskedRequest.text(asked, "tree");
    if (tree == null || !(tree.equals("timeouts") || tree.equals("auth"))) {
      throw new Refused(
          AdminError.INVALID,
          "tree: " + (tree == null ? "missing" : tree) + " (expected: timeouts or auth)");
    }
    boolean auth = tree.equals("auth");
    only(asked, tree, auth ? OF_AUTH : OF_TIMEOUTS);
    try {
      Diagnosis diagnosis = auth ? auth(call, asked) : timeouts(call, asked);
      return Answers.json(DiagnosisData.of(diagnosis, language));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new Refused(AdminError.UNAVAILABLE, "the diagnosis was given up");
    } catch (InvalidValue e) {
      throw new Refused(
          AdminError.INVALID,
          e.component() + ": " + e.value() + " (expected: " + e.expected() + ")");
    }
  }

  private static void only(JsonNode asked, String tree, Set<String> known) throws Refused {
    for (String key : asked.propertyNames()) {
      if (!key.equals("tree") && !known.contains(key)) {
        String all = String.join(", ", known.stream().sorted().toList());
        throw new Refused(
            AdminError.INVALID, key + " (with the tree " + tree + " known: " + all + ")");
      }
    }
  }

  private static void operator(Call call, String what) throws Refused {
    if (!call.caller().may(Role.OPERATOR)) {
      throw new Refused(
          AdminError.FORBIDDEN, what + " with the role viewer (expected: at least operator)");
    }
  }

  // ---- authentication ----

  private Diagnosis auth(Call call, JsonNode asked) throws Refused {
    operator(call, "the tree auth");
    String id = AskedRequest.id(asked, AskedRequest.KEYS);
    if (id == null) {
      return AuthTree.of(gateway.explain(AskedRequest.described(asked), 1));
    }
    RecordedRequest recorded = RequestResources.find(gateway.recording(), id, call);
    return AuthTree.of(gateway.explain(recorded.asked(), 1), recorded);
  }

  // ---- time-outs ----

  private Diagnosis timeouts(Call call, JsonNode asked) throws Refused, InterruptedException {
    Extent extent =
        new Extent(
            AskedRequest.text(asked, "route"),
            AskedRequest.text(asked, "upstream"),
            since(AskedRequest.text(asked, "since")));
    extent = checked(extent);
    boolean probe = probe(asked);
    if (probe) {
      operator(call, "a probe");
    }
    if (!place.tryAcquire()) {
      throw new Refused(AdminError.RATE_LIMITED, "other diagnoses are under way");
    }
    try {
      return timeouts.walk(extent, probe ? probed(extent) : List.of());
    } finally {
      place.release();
    }
  }

  private List<Evidence> probed(Extent extent) throws Refused, InterruptedException {
    if (!probes.tryAcquire()) {
      throw new Refused(AdminError.RATE_LIMITED, "another probe is under way");
    }
    try {
      return Probe.of(gateway.config(), extent);
    } finally {
      probes.release();
    }
  }

  private Extent checked(Extent extent) throws Refused {
    GatewayConfig config = gateway.config();
    String route = extent.route();
    if (route != null && config.route(route) == null) {
      throw LiveResources.missing("route", route);
    }
    String upstream = extent.upstream();
    if (upstream == null) {
      return extent;
    }
    if (!config.upstreams().containsKey(upstream)) {
      throw LiveResources.missing("upstream", upstream);
    }
    return new Extent(route, config.upstreamUsed(upstream), extent.since());
  }

  private static Duration since(@Nullable String text) throws Refused {
    if (text == null) {
      return Extent.USUAL;
    }
    try {
      Duration since = Durations.parse(text);
      if (since.compareTo(Extent.LEAST) >= 0 && since.compareTo(Extent.MOST) <= 0) {
        return since;
      }
    } catch (InvalidValue _) {
      // said below
    }
    throw new Refused(AdminError.INVALID, "since: " + text + " (expected: 10s to 24h)");
  }

  private static boolean probe(JsonNode asked) throws Refused {
    JsonNode value = asked.get("probe");
    if (value != null && !value.isBoolean()) {
      throw new Refused(AdminError.INVALID, "probe: " + value + " (expected: true or false)");
    }
    return value != null && value.asBoolean();
  }
}
