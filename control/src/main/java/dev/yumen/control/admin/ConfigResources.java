package dev.yumen.control.admin;

import dev.yumen.api.Response;
import dev.yumen.config.AdminConfig.Role;
import dev.yumen.config.EditableDocument;
import dev.yumen.config.EditableDocument.Unreadable;
import dev.yumen.config.HiddenSecrets;
import dev.yumen.control.change.Changes;
import dev.yumen.control.change.Edited;
import dev.yumen.control.change.Outcome;
import dev.yumen.control.change.WritableText;
import dev.yumen.control.history.History;
import dev.yumen.control.history.Version;
import dev.yumen.control.history.Written;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration as a whole, read and written: what the source of record holds, or what is in
 * the files where there is none. Secrets that are written in it are shown as marks, and a mark that
 * is written back stands for its secret.
 */
public final class ConfigResources implements Resources {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigResources.class);

  private final Changes changes;
  private final History history;
  private final HiddenSecrets secrets;

  public ConfigResources(Changes changes, History history, HiddenSecrets secrets) {
    this.changes = changes;
    this.history = history;
    this.secrets = secrets;
  }

  @Override
  public List<Resource> all() {
    return List.of(
        Resource.view(
            "/config",
            Reach.NONE,
            "The configuration as it can be written, with its ETag.",
            this::config),
        WishedChange.of(
            act("PUT", "/config", "Replaces it, if it is what If-Match names.", this::put)
                .taking(VersionResources.WHOLE)),
        WishedChange.of(
            act(
                "POST",
                "/versions/{number}/rollback",
                "Makes a version live again, as a version of its own.",
                this::rollback)),
        act(
            "POST",
            "/versions/{number}/confirm",
            "Confirms a change that would be taken back.",
            this::confirm));
  }

  private static Resource act(String method, String path, String summary, Resource.Answer answer) {
    return new Resource(method, path, Role.ADMIN, Reach.NONE, summary, Map.of(), answer);
  }

  private Response config(Call call) throws Refused {
    WritableText text = changes.text();
    if (text == null) {
      throw new Refused(AdminError.UNAVAILABLE, "the files can not be read now");
    }
    String shown = secrets.hide(text.text());
    String accept = call.request().headers().first("accept");
    boolean json = accept != null && accept.toLowerCase(Locale.ROOT).contains("application/json");
    Response answer = json ? Answers.json(data(shown)) : Answers.text("application/yaml", shown);
    String readOnly = changes.readOnly();
    return ChangeAnswers.tagged(text.tag(), answer)
        .header("x-config-source", changes.where())
        .header("x-config-writable", readOnly == null ? "true" : "false");
  }

  private static Object data(String text) throws Refused {
    try {
      return EditableDocument.of("config", text).data();
    } catch (Unreadable e) {
      throw new Refused(
          AdminError.UNAVAILABLE,
          "the configuration can not be read now",
          Answers.problems(e.problems()));
    }
  }

  private Response put(Call call) throws Refused {
    String sent = call.body(VersionResources.DOCUMENT);
    String expected = WishedChange.ifMatch(call);
    try {
      Outcome outcome =
          changes.write(
              there -> Edited.text(restored(secrets, sent, there.text())),
              WishedChange.of(call, "*".equals(expected) ? null : expected));
      return ChangeAnswers.of(outcome, Scope.ALL, UnaryOperator.identity());
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /** The text with its secrets, none of which may be missing. */
  static String restored(HiddenSecrets secrets, String sent, String there) throws Refused {
    String text = secrets.restore(sent, there);
    List<String> unknown = HiddenSecrets.marks(text);
    if (!unknown.isEmpty()) {
      throw new Refused(
          AdminError.INVALID,
          String.join(", ", unknown)
              + " stands for no secret that is known here (expected: a mark as GET gave it since"
              + " the gateway started, or a new value)");
    }
    return text;
  }

  static Refused interrupted() {
    Thread.currentThread().interrupt();
    return new Refused(AdminError.UNAVAILABLE, "the gateway is stopping");
  }

  private Response rollback(Call call) throws Refused {
    Version version = version(call);
    try {
      Written written = history.document(version);
      Outcome outcome = changes.rollback(version, written, WishedChange.of(call, null));
      return ChangeAnswers.of(outcome, Scope.ALL, UnaryOperator.identity());
    } catch (IOException e) {
      LOG.warn("version {} can not be read: {}", version.number(), e.toString());
      throw new Refused(
          AdminError.UNAVAILABLE, "version " + version.number() + " is not kept any more");
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private Response confirm(Call call) throws Refused {
    Version version = version(call);
    if (!changes.confirm(version.number())) {
      throw new Refused(
          AdminError.NOT_FOUND, "version " + version.number() + " does not wait to be confirmed");
    }
    return Answers.json(Map.of("confirmed", version.number()));
  }

  private Version version(Call call) throws Refused {
    String number = call.variable("number");
    Version found = number.matches("\\d{1,18}") ? history.version(Long.parseLong(number)) : null;
    if (found == null) {
      throw LiveResources.missing("version", number);
    }
    return found;
  }
}
