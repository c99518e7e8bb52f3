package dev.yumen.control.admin;

import dev.yumen.config.HiddenSecrets;
import dev.yumen.config.LoadedConfig;
import dev.yumen.control.change.Changes;
import dev.yumen.control.change.Documents;
import dev.yumen.control.change.WritableText;
import dev.yumen.dataplane.Gateway;

/**
 * Reads configurations that are sent to be judged: whole ones, or what the source beside the files
 * would hold. Marks in them stand for the secrets of the configuration that is there.
 */
public final class SentConfig {
  private final Gateway gateway;
  private final Documents documents;
  private final Changes changes;
  private final HiddenSecrets secrets;

  public SentConfig(Gateway gateway, Documents documents, Changes changes, HiddenSecrets secrets) {
    this.gateway = gateway;
    this.documents = documents;
    this.changes = changes;
    this.secrets = secrets;
  }

  /** A resource that understands the parameter. */
  static Resource with(Resource resource) {
    return resource.with(
        "part", "all for a whole configuration, the default; source for what the source holds.");
  }

  /**
   * The configuration in the body, good or bad.
   *
   * @throws Refused when there is none, or a mark stands for nothing
   */
  LoadedConfig read(Call call) throws Refused {
    String sent = call.body(VersionResources.DOCUMENT);
    WritableText there = changes.text();
    String text = ConfigResources.restored(secrets, sent, there == null ? "" : there.text());
    String part = call.parameter("part");
    if (part == null || part.equals("all")) {
      return text("body", text);
    }
    LoadedConfig candidate = part.equals("source") ? changes.candidate("body", text) : null;
    if (candidate == null) {
      throw new Refused(
          AdminError.BAD_REQUEST,
          "part: " + part + " (expected: all, or source where there is a source)");
    }
    return candidate;
  }

  /** A text as a configuration that lies where the live one does. */
  LoadedConfig text(String name, String text) {
    return documents.readText(name, text, gateway.live().folder());
  }
}
