package dev.yumen.control.admin;

import dev.yumen.api.InputFile;
import dev.yumen.config.EditableDocument;
import dev.yumen.config.EditableDocument.Unreadable;
import dev.yumen.config.FilterConfig;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.MatchConfig;
import dev.yumen.config.OutsideReferences;
import dev.yumen.config.Problem;
import dev.yumen.config.RouteConfig;
import dev.yumen.config.Section;
import dev.yumen.config.WorkspaceConfig;
import dev.yumen.control.change.Changes;
import dev.yumen.control.history.Settings;
import dev.yumen.dataplane.OfflineGateway;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a workspace may write: routes and upstreams of its own names, routes only where its paths
 * and hosts let it, nothing out of files and variables of the gateway, and no names of others. An
 * object is judged alone, beside nothing but what its workspace may name, so that what others have
 * shows in no message.
 */
final class WorkspaceWrites {
  private static final String STAND_IN = "{endpoints: [\"127.0.0.1:1\"]}";

  private final Changes changes;
  private final SentConfig sent;
  private final OutsideReferences references;

  WorkspaceWrites(Changes changes, SentConfig sent, OutsideReferences references) {
    this.changes = changes;
    this.sent = sent;
    this.references = references;
  }

  /**
   * Whether somebody may write such an object at all, whatever there is.
   *
   * @throws Refused when not
   */
  static void admit(Call call, Section section, String name) throws Refused {
    Scope scope = call.scope();
    if (scope.all()) {
      return;
    }
    if (section != Section.ROUTES && section != Section.UPSTREAMS) {
      throw forbidden(section.key() + " (expected: routes or upstreams, others are the gateway's)");
    }
    if (!scope.owns(name)) {
      throw forbidden("the name " + name + " (expected: one of the workspace)");
    }
    if (call.parameter("confirm-within") != null) {
      throw forbidden("confirm-within, which makes others wait (expected: none)");
    }
  }

  private static Refused forbidden(String detail) {
    return new Refused(AdminError.FORBIDDEN, detail);
  }

  /**
   * Judges an object that would be written.
   *
   * @param edited what would be written with it
   * @return what there is to say of it besides
   * @throws Refused when it is wrong, or not the workspace's to write
   */
  List<Map<String, Object>> judge(
      WorkspaceConfig workspace, Section section, String name, EditableDocument edited)
      throws Refused {
    if (!edited.has(section, name)) {
      return List.of(); // taken away
    }
    List<String> outside = references.in(edited, section, name);
    if (!outside.isEmpty()) {
      throw outside(String.join(", ", outside));
    }
    EditableDocument alone = alone(workspace, section, name, edited);
    LoadedConfig loaded = sent.text("body", alone.text());
    Set<Problem> all = new LinkedHashSet<>(loaded.problems());
    all.addAll(OfflineGateway.check(loaded));
    List<Map<String, Object>> told =
        ObjectProblems.inside(Answers.problems(List.copyOf(all)), alone, section, name);
    GatewayConfig config = loaded.config();
    if (config == null || all.stream().anyMatch(p -> p.severity() == Problem.Severity.ERROR)) {
      throw new Refused(AdminError.INVALID, "the object has errors, nothing was changed", told);
    }
    check(workspace, section, name, config);
    return told;
  }

  private static Refused outside(String settings) {
    return forbidden(
        settings + " takes something from files or variables (expected: a value that is written)");
  }

  // ---- an object alone ----

  private EditableDocument alone(
      WorkspaceConfig workspace, Section section, String name, EditableDocument edited)
      throws Refused {
    Scope scope = new Scope(workspace);
    String whole = changes.whole(edited.text());
    try {
      EditableDocument all = EditableDocument.of("config", whole == null ? "" : whole);
      EditableDocument alone =
          all.only(
              (of, one) ->
                  switch (of) {
                    case ROUTES -> section == of && one.equals(name);
                    case CONSUMERS -> scope.owns(one);
                    case UPSTREAMS, REDIS -> scope.mayName(one);
                  });
      if (!alone.has(section, name)) {
        throw new Refused(AdminError.UNAVAILABLE, "the configuration can not be read now");
      }
      return withStandIns(alone, section, name).asWritten();
    } catch (Unreadable _) {
      throw new Refused(AdminError.UNAVAILABLE, "the configuration can not be read now");
    }
  }

  /** Other upstreams may name what is not here. */
  private static EditableDocument withStandIns(EditableDocument alone, Section section, String name)
      throws Unreadable {
    EditableDocument document = alone;
    for (String upstream : alone.names(Section.UPSTREAMS)) {
      boolean written = section == Section.UPSTREAMS && upstream.equals(name);
      boolean leadsOn =
          alone.object(Section.UPSTREAMS, upstream) instanceof Map<?, ?> settings
              && (settings.containsKey("use") || settings.containsKey("circuit-breaker"));
      if (!written && leadsOn) {
        document = document.with(Section.UPSTREAMS, upstream, STAND_IN);
      }
    }
    return document;
  }

  // ---- what it may have ----

  private static void check(
      WorkspaceConfig workspace, Section section, String name, GatewayConfig config)
      throws Refused {
    Record object = section == Section.ROUTES ? config.route(name) : config.upstreams().get(name);
    if (object == null) {
      throw new Refused(AdminError.UNAVAILABLE, "the configuration can not be read now");
    }
    if (object instanceof RouteConfig route) {
      checkPath(workspace, route.match());
      checkHosts(workspace, route.match());
      if (!workspace.writesRoutes()) {
        throw forbidden("a route of a workspace without paths and hosts (expected: either)");
      }
    }
    if (hasFile(object)) {
      throw outside(name);
    }
    checkCounts(workspace, object);
  }

  private static void checkPath(WorkspaceConfig workspace, MatchConfig match) throws Refused {
    if (workspace.paths().isEmpty()) {
      return;
    }
    String pattern = match.path() == null ? null : match.path().pattern();
    if (pattern == null || !workspace.mayTakePath(pattern)) {
      String found =
          match.path() == null ? "any" : pattern == null ? "a regular expression" : pattern;
      throw forbidden(
          "match.path: "
              + found
              + " (expected: within "
              + String.join(", ", workspace.paths())
              + ")");
    }
  }

  private static void checkHosts(WorkspaceConfig workspace, MatchConfig match) throws Refused {
    if (workspace.hosts().isEmpty()) {
      return;
    }
    boolean within = !match.host().isEmpty();
    for (String host : match.host()) {
      within &= workspace.mayTakeHost(host);
    }
    if (!within) {
      String found = match.host().isEmpty() ? "any" : String.join(", ", match.host());
      throw forbidden(
          "match.host: " + found + " (expected: of " + String.join(", ", workspace.hosts()) + ")");
    }
  }

  /** What several filters count together in a Redis has a name: one that the workspace owns. */
  private static void checkCounts(WorkspaceConfig workspace, Record object) throws Refused {
    List<String> others =
        within(object)
            .filter(
                one -> one instanceof Record section && Settings.value(section, "redis") != null)
            .map(one -> Settings.value((Record) one, "name"))
            .filter(name -> name != null && !workspace.owns(name.toString()))
            .map(String::valueOf)
            .toList();
    if (!others.isEmpty()) {
      throw forbidden(
          "name: "
              + String.join(", ", others)
              + ", which counts in Redis (expected: none, or one of the workspace)");
    }
  }

  /** Whatever a setting is called: no file of the gateway is read or written for a workspace. */
  private static boolean hasFile(Record object) {
    return within(object).anyMatch(one -> one instanceof Path || one instanceof InputFile);
  }

  /** A value, and all that is in it; each section before its settings. */
  private static Stream<Object> within(@Nullable Object value) {
    return switch (value) {
      case null -> Stream.empty();
      case Path path -> Stream.of(path); // which is a list of names, too
      case FilterConfig filter -> within(filter.settings());
      case Collection<?> all -> all.stream().flatMap(WorkspaceWrites::within);
      case Map<?, ?> map -> within(map.values());
      case Record record when Settings.isSection(record) ->
          Stream.concat(
              Stream.of(record),
              Settings.of(record.getClass()).all().stream()
                  .flatMap(setting -> within(setting.of(record))));
      default -> Stream.of(value);
    };
  }
}
