package dev.yumen.control.change;

import dev.yumen.config.EditableDocument;
import dev.yumen.config.Sourced;

/** What somebody made of a text that can be written: another text, or a document with edits. */
public sealed interface Edited {

  /** Another text. */
  static Edited text(String text) {
    return new Text(text);
  }

  /** The document with edits. */
  static Edited document(EditableDocument document) {
    return new Document(document.asWritten());
  }

  /**
   * The same as something that a source holds.
   *
   * @param source its name
   */
  Sourced by(String source);

  /** Another text. */
  record Text(String text) implements Edited {
    @Override
    public Sourced by(String source) {
      return new Sourced(source, text);
    }
  }

  /** The document with edits, standing as its text has it. */
  record Document(EditableDocument document) implements Edited {
    @Override
    public Sourced by(String source) {
      return document.name().equals(source)
          ? Sourced.of(document)
          : new Sourced(source, document.text());
    }
  }
}
