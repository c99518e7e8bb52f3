package dev.yumen.control.admin;

import dev.yumen.api.Response;
import dev.yumen.config.AdminConfig.Role;
import dev.yumen.config.EditableDocument;
import dev.yumen.config.EditableDocument.Unreadable;
import dev.yumen.config.HiddenSecrets;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.OutsideReferences;
import dev.yumen.config.Position;
import dev.yumen.config.Section;
import dev.yumen.control.change.Changes;
import dev.yumen.control.change.Edited;
import dev.yumen.control.change.Outcome;
import dev.yumen.control.change.Wish;
import dev.yumen.control.change.WritableText;
import dev.yumen.dataplane.Gateway;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One route, upstream, consumer or Redis of the configuration, read and written by its name. Each
 * has an ETag of its own, so that writers of two objects do not hinder each other.
 */
public final class ObjectResources implements Resources {
  private static final String PATCH = "application/merge-patch+json";

  private final Gateway gateway;
  private final Changes changes;
  private final HiddenSecrets secrets;
  private final WorkspaceWrites workspaces;
  private final WriteRates rates;

  public ObjectResources(
      Gateway gateway,
      Changes changes,
      HiddenSecrets secrets,
      SentConfig sent,
      OutsideReferences references) {
    this.gateway = gateway;
    this.changes = changes;
    this.secrets = secrets;
    this.workspaces = new WorkspaceWrites(changes, sent, references);
    this.rates = new WriteRates(System::nanoTime);
  }

  @Override
  public List<Resource> all() {
    List<Resource> all = new ArrayList<>();
    for (Section section : Section.values()) {
      String path = "/config/" + section.key() + "/{name}";
      String one = "One of " + section.key();
      all.add(
          Resource.view(
              path, Reach.OWN, one + " as it is written, with its ETag.", c -> get(c, section)));
      all.add(
          write("PUT", path, one + ", new or in place of what is there.", section, PUT_BODY)
              .taking(example(section)));
      all.add(
          write("PATCH", path, one + ", changed by a merge patch.", section, PATCH_BODY)
              .taking(patch(section)));
      all.add(write("DELETE", path, one + ", taken away.", section, NO_BODY));
    }
    return all;
  }

  private static Example example(Section section) {
    return switch (section) {
      case ROUTES ->
          Example.json("{\"match\": {\"path\": \"/shop\"}, \"respond\": {\"status\": 200}}")
              .at("name", "shop");
      case UPSTREAMS ->
          Example.json("{\"endpoints\": [\"127.0.0.1:9001\"]}").at("name", "shop-service");
      case CONSUMERS ->
          Example.json(
                  "{\"groups\": [\"partners\"],"
                      + " \"credentials\": [{\"basic\": {\"username\": \"alice\","
                      + " \"password\": \"${ALICE_PASSWORD:-change-me-please}\"}}]}")
              .at("name", "alice");
      case REDIS -> Example.json("{\"nodes\": [\"127.0.0.1:6379\"]}").at("name", "shared");
    };
  }

  private static Example patch(Section section) {
    String change =
        switch (section) {
          case ROUTES -> "{\"respond\": {\"status\": 404}}";
          case UPSTREAMS -> "{\"endpoints\": [\"127.0.0.1:9001\", \"127.0.0.1:9002\"]}";
          case CONSUMERS -> "{\"groups\": [\"partners\", \"beta\"]}";
          case REDIS -> "{\"timeout\": \"50ms\"}";
        };
    return new Example(PATCH, change, example(section).variables());
  }

  private Resource write(String method, String path, String summary, Section section, Edit edit) {
    return WishedChange.of(
        new Resource(
            method,
            path,
            Role.ADMIN,
            Reach.OWN,
            summary,
            Map.of(),
            call -> write(call, section, edit)));
  }

  // ---- reading ----

  private Response get(Call call, Section section) throws Refused {
    String name = call.variable("name");
    if (!call.scope().owns(name)) {
      throw missing(section, name);
    }
    WritableText text = changes.text();
    EditableDocument document = text == null ? null : document(text);
    String object = document == null ? null : document.objectText(section, name);
    if (document == null || object == null) {
      throw missing(section, name);
    }
    Object data = secrets.hide(document).object(section, name);
    return ChangeAnswers.tagged(
        WritableText.tag(object), Answers.json(data == null ? Map.of() : data));
  }

  private static EditableDocument document(WritableText text) throws Refused {
    try {
      return text.document();
    } catch (Unreadable e) {
      throw new Refused(
          AdminError.UNAVAILABLE,
          "the configuration can not be read now",
          Answers.problems(e.problems()));
    }
  }

  private static Refused missing(Section section, String name) {
    return new Refused(
        AdminError.NOT_FOUND, section.key() + " has no " + name + " that can be written here");
  }

  // ---- writing ----

  /** Makes another document of one. */
  @FunctionalInterface
  private interface Edit {
    @Nullable EditableDocument of(
        EditableDocument document, Section section, String name, Body body)
        throws Unreadable, Refused;
  }

  /** The body of a request, with secrets in place of marks. */
  @FunctionalInterface
  private interface Body {
    String of(String... types) throws Refused;
  }

  private static final Edit PUT_BODY =
      (document, section, name, body) ->
          document.with(section, name, body.of(VersionResources.DOCUMENT));

  private static final Edit PATCH_BODY =
      (document, section, name, body) ->
          document.patched(section, name, body.of(PATCH, "application/json"));

  private static final Edit NO_BODY =
      (document, section, name, body) -> document.without(section, name);

  private Response write(Call call, Section section, Edit edit) throws Refused {
    String name = call.variable("name");
    WorkspaceWrites.admit(call, section, name);
    Wish wish = WishedChange.of(call, null);
    if (call.caller().workspace() != null && !wish.dryRun()) {
      rates.take(call.caller().workspace().name());
    }
    String expected = WishedChange.ifMatch(call);
    boolean mustBeNew = "*".equals(call.request().headers().first("if-none-match"));
    Written written = new Written();
    try {
      Outcome outcome =
          changes.write(
              there -> {
                EditableDocument document = document(there);
                check(document, section, name, expected, mustBeNew);
                Body body = body(call, there, edit, section);
                EditableDocument edited = edited(edit, document, section, name, body).asWritten();
                written.document = edited;
                if (call.caller().workspace() != null) {
                  written.told = workspaces.judge(call.caller().workspace(), section, name, edited);
                }
                return Edited.document(edited);
              },
              wish);
      takeNote(call, section, name, outcome);
      List<Map<String, Object>> told = written.told;
      Response answer =
          ChangeAnswers.of(
              outcome,
              call.scope(),
              problems ->
                  told == null
                      ? ObjectProblems.all(problems, written.document, section, name)
                      : told);
      EditableDocument edited = written.document;
      String object = edited == null ? null : edited.objectText(section, name);
      return object == null ? answer : retagged(answer, WritableText.tag(object));
    } catch (InterruptedException e) {
      throw ConfigResources.interrupted();
    }
  }

  /** A mark may be of any secret that its caller could have anyway; a workspace has its own. */
  private Body body(Call call, WritableText there, Edit edit, Section section) throws Refused {
    if (call.scope().all()) {
      return types -> ConfigResources.restored(secrets, call.body(types), there.text());
    }
    String name = call.variable("name");
    EditableDocument document = document(there);
    OwnMarks marks = new OwnMarks(secrets, document, section, name);
    return types ->
        marks.restored(call.body(types), edited(edit, document, section, name, call::body));
  }

  /** What came of an edit. */
  private static final class Written {
    private @Nullable EditableDocument document;

    /** All that is told of problems to a workspace; null for others. */
    private @Nullable List<Map<String, Object>> told;
  }

  private void takeNote(Call call, Section section, String name, Outcome outcome) {
    if (outcome instanceof Outcome.Done done) {
      Map<String, Object> what = new LinkedHashMap<>();
      call.caller().noteTo(what);
      what.put("method", call.request().method());
      what.put("section", section.key());
      what.put("name", name);
      what.put("number", done.number());
      gateway.audit().record("object-written", what);
    }
  }

  /** With the tag of the object in place of that of the whole document. */
  private static Response retagged(Response answer, String tag) {
    List<Response.Field> fields =
        answer.headers().stream().filter(field -> !field.name().equals("etag")).toList();
    return ChangeAnswers.tagged(tag, new Response(answer.status(), fields, answer.body()));
  }

  private void check(
      EditableDocument document,
      Section section,
      String name,
      @Nullable String expected,
      boolean mustBeNew)
      throws Refused {
    String object = document.objectText(section, name);
    if (object == null) {
      checkNew(section, name, expected);
    } else if (mustBeNew) {
      throw new Refused(AdminError.PRECONDITION_FAILED, name + " is there already");
    } else if (expected != null
        && !expected.equals("*")
        && !expected.equals(WritableText.tag(object))) {
      throw ChangeAnswers.stale(WritableText.tag(object));
    }
  }

  private void checkNew(Section section, String name, @Nullable String expected) throws Refused {
    Position elsewhere = elsewhere(section, name);
    if (elsewhere != null) {
      throw new Refused(
          AdminError.READ_ONLY,
          section.key()
              + "."
              + name
              + " is written in "
              + elsewhere
              + " (expected: change it there)");
    }
    if (expected != null) {
      throw new Refused(AdminError.PRECONDITION_FAILED, name + " is not there any more");
    }
  }

  /** Where an object of this name is written, when it is live. */
  private @Nullable Position elsewhere(Section section, String name) {
    LoadedConfig live = gateway.live();
    return switch (section) {
      case ROUTES -> {
        List<String> ids = gateway.config().routes().stream().map(route -> route.id()).toList();
        int index = ids.indexOf(name);
        yield index < 0 ? null : live.positions().get("routes[" + index + "]");
      }
      case CONSUMERS -> {
        List<String> names =
            gateway.config().consumers().stream().map(consumer -> consumer.name()).toList();
        int index = names.indexOf(name);
        yield index < 0 ? null : live.positions().get("consumers[" + index + "]");
      }
      case UPSTREAMS, REDIS -> live.positions().get(section.key() + "." + name);
    };
  }

  private static EditableDocument edited(
      Edit edit, EditableDocument document, Section section, String name, Body body)
      throws Refused {
    try {
      EditableDocument edited = edit.of(document, section, name, body);
      if (edited == null) {
        throw missing(section, name);
      }
      return edited;
    } catch (Unreadable e) {
      throw new Refused(
          AdminError.INVALID,
          "the body is no object of " + section.key(),
          Answers.problems(e.problems()));
    }
  }
}
