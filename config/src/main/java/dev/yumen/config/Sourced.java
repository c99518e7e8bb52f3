package dev.yumen.config;

import org.jspecify.annotations.Nullable;

/**
 * What a source beside the files holds of the configuration.
 *
 * @param name of the source, as it stands in messages and positions
 * @param text YAML
 * @param document the same, where it was read already; else null
 */
public record Sourced(String name, String text, @Nullable EditableDocument document) {
  public Sourced(String name, String text) {
    this(name, text, null);
  }

  /** A document that was read, or made of one, by the name of the source. */
  public static Sourced of(EditableDocument document) {
    return new Sourced(document.name(), document.text(), document);
  }

  /** What would be read of the text; null when that is not known. */
  @Nullable Node root() {
    YamlText.Written written = written();
    return written == null ? null : written.root();
  }

  /** The text with its nodes; null when they are not known. */
  YamlText.@Nullable Written written() {
    return document == null ? null : document.written();
  }
}
