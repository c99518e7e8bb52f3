package dev.yumen.control.admin;

import dev.yumen.api.Response;
import dev.yumen.config.AdminConfig.Role;
import dev.yumen.config.EditableDocument;
import dev.yumen.config.EditableDocument.Unreadable;
import dev.yumen.config.HiddenSecrets;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Position;
import dev.yumen.config.Section;
import dev.yumen.control.change.Changes;
import dev.yumen.control.change.Outcome;
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

  public ObjectResources(Gateway gateway, Changes changes, HiddenSecrets secrets) {
    this.gateway = gateway;
    this.changes = changes;
    this.secrets = secrets;
  }

  @Override
  public List<Resource> all() {
    List<Resource> all = new ArrayList<>();
    for (Section section : Section.values()) {
      String path = "/config/" + section.key() + "/{name}";
      String one = "One of " + section.key();
      all.add(Resource.view(path, one + " as it is written, with its ETag.", c -> get(c, section)));
      all.add(write("PUT", path, one + ", new or in place of what is there.", section, PUT_BODY));
      all.add(write("PATCH", path, one + ", changed by a merge patch.", section, PATCH_BODY));
      all.add(write("DELETE", path, one + ", taken away.", section, NO_BODY));
    }
    return all;
  }

  private Resource write(String method, String path, String summary, Section section, Edit edit) {
    return WishedChange.of(
        new Resource(
            method, path, Role.ADMIN, summary, Map.of(), call -> write(call, section, edit)));
  }

  // ---- reading ----

  private Response get(Call call, Section section) throws Refused {
    String name = call.variable("name");
    String text = changes.text();
    EditableDocument document = document(text == null ? "" : text);
    String object = document.objectText(section, name);
    if (object == null) {
      throw missing(section, name);
    }
    EditableDocument shown = document(secrets.hide(text == null ? "" : text));
    Object data = shown.object(section, name);
    return ChangeAnswers.tagged(Changes.tag(object), Answers.json(data == null ? Map.of() : data));
  }

  private static EditableDocument document(String text) throws Refused {
    try {
      return EditableDocument.of("config", text);
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
    String expected = WishedChange.ifMatch(call);
    boolean mustBeNew = "*".equals(call.request().headers().first("if-none-match"));
    LoadedConfig before = gateway.live();
    String[] written = {""};
    try {
      Outcome outcome =
          changes.write(
              there -> {
                EditableDocument document = document(there);
                check(document, section, name, expected, mustBeNew);
                Body body = types -> ConfigResources.restored(secrets, call.body(types), there);
                EditableDocument edited = edited(edit, document, section, name, body);
                written[0] = edited.text();
                return written[0];
              },
              WishedChange.of(call, null));
      Response answer =
          ChangeAnswers.of(
              outcome,
              before,
              gateway.live(),
              problems -> ofObject(problems, written[0], section, name));
      String object = document(written[0]).objectText(section, name);
      return object == null ? answer : retagged(answer, Changes.tag(object));
    } catch (InterruptedException e) {
      throw ConfigResources.interrupted();
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
    } else if (expected != null && !expected.equals("*") && !expected.equals(Changes.tag(object))) {
      throw ChangeAnswers.stale(Changes.tag(object));
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

  /** Problems of the object that was sent say where they are in it, not in the whole document. */
  private static List<Map<String, Object>> ofObject(
      List<Map<String, Object>> problems, String written, Section section, String name) {
    EditableDocument.Lines lines;
    try {
      lines = EditableDocument.of("written", written).lines(section, name);
    } catch (Unreadable _) {
      return problems;
    }
    List<Map<String, Object>> told = new ArrayList<>();
    String prefix = "^" + section.key() + "(\\[\\d+]|\\.\\Q" + name.replace("\\E", "") + "\\E)\\.?";
    for (Map<String, Object> problem : problems) {
      boolean inside =
          lines != null && problem.get("line") instanceof Integer line && lines.has(line);
      if (inside) {
        Map<String, Object> own = new LinkedHashMap<>(problem);
        String path = String.valueOf(problem.get("path")).replaceFirst(prefix, "");
        own.put("path", path);
        own.put("pointer", Answers.pointer(path));
        own.remove("line");
        own.remove("column");
        own.put("file", "body");
        told.add(own);
      } else {
        told.add(problem);
      }
    }
    return told;
  }
}
