package dev.yumen.control.source;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A document of a {@link DocumentStore} with who wrote it and why: a comment in its first line, so
 * that a text somebody put there by hand is as good.
 *
 * @param author empty when it is not known
 * @param message empty when there is none
 * @param document without that line
 */
public record Envelope(String author, String message, String document) {
  private static final String TITLE = "# yumen: ";
  private static final int LONGEST_TITLE = 4_096;

  /** Takes the first line off, if it is such a one. */
  public static Envelope open(String text) {
    int end = text.indexOf('\n');
    if (!text.startsWith(TITLE) || end < 0 || end > LONGEST_TITLE) {
      return new Envelope("", "", text);
    }
    try {
      Map<?, ?> said = Json.MAPPER.readValue(text.substring(TITLE.length(), end), Map.class);
      return new Envelope(
          text(said.get("author")), text(said.get("message")), text.substring(end + 1));
    } catch (JacksonException _) {
      return new Envelope("", "", text);
    }
  }

  private static String text(@Nullable Object value) {
    return value == null ? "" : value.toString();
  }

  /** The whole text, as {@link #open} takes it. */
  public String text() {
    Map<String, String> said = new LinkedHashMap<>();
    said.put("author", author);
    said.put("message", message);
    return TITLE + Json.MAPPER.writeValueAsString(said) + "\n" + document;
  }

  /** Loaded when the first document is read. */
  private static final class Json {
    static final JsonMapper MAPPER = new JsonMapper();
  }
}
