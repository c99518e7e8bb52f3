package dev.yumen.control.change;

import dev.yumen.config.EditableDocument;
import dev.yumen.config.EditableDocument.Unreadable;
import dev.yumen.config.Sourced;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The text that can be written, and the objects in it, which are looked for when somebody first
 * asks. Any thread.
 */
public final class WritableText {
  private final String name;
  private final String text;
  private volatile @Nullable EditableDocument document;

  /**
   * @param name of the source, as it stands in messages
   */
  WritableText(String name, String text) {
    this.name = name;
    this.text = text;
  }

  /** What was written, with its objects where these are known. */
  static WritableText of(Sourced sourced) {
    WritableText same = new WritableText(sourced.name(), sourced.text());
    same.document = sourced.document();
    return same;
  }

  public String text() {
    return text;
  }

  /**
   * Its objects.
   *
   * @throws Unreadable when it is no document of settings
   */
  public EditableDocument document() throws Unreadable {
    EditableDocument known = document;
    if (known == null) {
      known = EditableDocument.of(name, text);
      document = known;
    }
    return known;
  }

  /** Another one whenever the text is another one: 128 bits of its SHA-256 in hex. */
  public String tag() {
    return tag(text);
  }

  /** The same of any text. */
  public static String tag(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
