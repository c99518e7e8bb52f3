package dev.yumen.app;

import dev.yumen.api.Invisible;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The option {@code --output} of every command that prints data. */
final class OutputOption {
  /** Ways to print data. */
  enum Format {
    TEXT,
    JSON
  }

  @Option(
      names = "--output",
      paramLabel = "text|json",
      defaultValue = "text",
      description = "How data is printed; ${DEFAULT-VALUE} unless given.")
  private Format format = Format.TEXT;

  boolean isJson() {
    return format == Format.JSON;
  }

  /** The same as the admin API would send it. */
  static JsonNode tree(Object data) {
    return JsonMapper.shared().valueToTree(data);
  }

  /**
   * Data of maps, lists, texts, numbers and records as JSON of several lines, which a terminal only
   * shows: what it would obey stands in texts alone, where an escape means the same.
   */
  static String json(Object data) {
    String json =
        JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build()
            .writeValueAsString(data);
    StringBuilder shown = new StringBuilder(json.length());
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (c < ' ' || !Invisible.is(c)) {
        shown.append(c);
      } else {
        shown.append(String.format("\\u%04x", (int) c));
      }
    }
    return shown.toString();
  }
}
