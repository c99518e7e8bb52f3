package dev.yumen.control.admin;

import dev.yumen.api.Response;
import dev.yumen.config.AdminConfig.Role;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.control.history.ConfigDiff;
import dev.yumen.control.history.History;
import dev.yumen.control.history.Version;
import dev.yumen.control.plan.Plan;
import dev.yumen.control.plan.PlanData;
import dev.yumen.control.plan.Texts;
import dev.yumen.dataplane.Gateway;
import dev.yumen.dataplane.OfflineGateway;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the admin API has of configurations that are not live: those that were, those that are sent,
 * and what lies between two.
 */
public final class VersionResources implements Resources {
  private static final Logger LOG = LoggerFactory.getLogger(VersionResources.class);

  /** A whole configuration. */
  static final Example WHOLE =
      Example.yaml(
          """
          routes:
            - id: hello
              match: {path: /hello}
              respond: {status: 200, body: hello}
          """);

  /** Media types of a configuration. */
  static final String[] DOCUMENT = {
    "application/yaml", "application/x-yaml", "text/yaml", "application/json"
  };

  private final Gateway gateway;
  private final History history;
  private final SentConfig sent;

  public VersionResources(Gateway gateway, History history, SentConfig sent) {
    this.gateway = gateway;
    this.history = history;
    this.sent = sent;
  }

  @Override
  public List<Resource> all() {
    return List.of(
        Page.of(
            Resource.view(
                "/versions", Reach.OWN, "What was live, the newest first.", this::versions)),
        Resource.view("/versions/at", Reach.OWN, "What was live at a time.", this::versionAt)
            .with("time", "Such as 2026-01-31T14:03:00Z."),
        Resource.view("/versions/diff", Reach.OWN, "What differs between two.", this::diff)
            .with("from", "Number of the older one.")
            .with("to", "Number of the newer one; by default what is live."),
        Resource.view("/versions/{number}", Reach.OWN, "One version.", this::version),
        SentConfig.with(
            act(
                "/check",
                "What is wrong with a configuration, sent as YAML or JSON.",
                this::check)),
        SentConfig.with(
                act(
                    "/plan",
                    "What a configuration would change, sent as YAML or JSON.",
                    this::plan))
            .with("lang", "Language of the texts, en or zh; en by default."));
  }

  /** What is sent may name files of this machine, so not everybody may have it read. */
  private static Resource act(String path, String summary, Resource.Answer answer) {
    return new Resource("POST", path, Role.ADMIN, Reach.NONE, summary, Map.of(), answer)
        .taking(WHOLE);
  }

  // ---- versions ----

  private Response versions(Call call) throws Refused {
    return Answers.json(Page.of(history.versions(), call, one -> shown(one, call)));
  }

  private Response version(Call call) throws Refused {
    String number = call.variable("number");
    Version found = number.matches("\\d{1,18}") ? history.version(Long.parseLong(number)) : null;
    return answer(found, number, call);
  }

  private Response versionAt(Call call) throws Refused {
    String time = call.needed("time", "such as 2026-01-31T14:03:00Z");
    try {
      return answer(history.at(Instant.parse(time)), "at " + time, call);
    } catch (DateTimeException _) {
      throw new Refused(
          AdminError.BAD_REQUEST, "time: " + time + " (expected: such as 2026-01-31T14:03:00Z)");
    }
  }

  private static Response answer(@Nullable Version found, String asked, Call call) throws Refused {
    if (found == null) {
      throw LiveResources.missing("version", asked);
    }
    return Answers.json(shown(found, call));
  }

  /** Who changed what, and what for, is nothing that a workspace sees of others. */
  private static Map<String, Object> shown(Version version, Call call) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("number", version.number());
    if (!call.scope().all()) {
      shown.put("time", version.time().toString());
      return shown;
    }
    shown.put("hash", version.hash());
    shown.put("author", version.author());
    shown.put("message", version.message());
    shown.put("source", version.source());
    shown.put("time", version.time().toString());
    return shown;
  }

  private Response diff(Call call) throws Refused {
    LoadedConfig before = read(call, "from");
    LoadedConfig after = call.parameter("to") == null ? gateway.live() : read(call, "to");
    ConfigDiff diff = call.scope().between(before, after);
    return Answers.json(
        Map.of(
            "changes",
            PlanData.of(diff, call.scope().positions(before), call.scope().positions(after))));
  }

  /** A version, read again: variables and files are filled in as they are now. */
  private LoadedConfig read(Call call, String parameter) throws Refused {
    String number = call.needed(parameter, "the number of a version");
    Version found = number.matches("\\d{1,18}") ? history.version(Long.parseLong(number)) : null;
    if (found == null) {
      throw LiveResources.missing("version", number);
    }
    LoadedConfig loaded;
    try {
      loaded = sent.text("version " + number, history.document(found).yaml());
    } catch (IOException e) {
      LOG.warn("version {} can not be read: {}", number, e.toString());
      throw new Refused(AdminError.UNAVAILABLE, "version " + number + " is not kept any more");
    }
    if (loaded.config() == null) {
      throw new Refused(
          AdminError.UNAVAILABLE,
          "version " + number + " can not be read any more",
          call.scope().all() ? Answers.problems(loaded.problems()) : List.of());
    }
    return loaded;
  }

  // ---- what is sent ----

  private Response check(Call call) throws Refused {
    LoadedConfig loaded = sent.read(call);
    Set<Problem> all = new LinkedHashSet<>(loaded.problems());
    all.addAll(OfflineGateway.check(loaded));
    List<Problem> problems = List.copyOf(all);
    boolean good =
        loaded.config() != null
            && problems.stream().noneMatch(p -> p.severity() == Problem.Severity.ERROR);
    if (!good) {
      throw new Refused(
          AdminError.INVALID, "the configuration has errors", Answers.problems(problems));
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("good", true);
    body.put("problems", Answers.problems(problems));
    return Answers.json(body);
  }

  private Response plan(Call call) throws Refused {
    Texts texts = Texts.in(call.language().equals("zh") ? Texts.Language.ZH : Texts.Language.EN);
    LoadedConfig after = sent.read(call);
    if (after.config() == null) {
      throw new Refused(
          AdminError.INVALID, "the configuration has errors", Answers.problems(after.problems()));
    }
    LoadedConfig before = gateway.live();
    Plan plan = Plan.of(before, after, gateway.startSettings());
    return Answers.json(PlanData.of(plan, texts, before.positions(), after.positions()));
  }
}
