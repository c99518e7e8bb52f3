package dev.yumen.filters.validate;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** What a text outside of a body may stand for. */
final class Texts {
  private static final int LONGEST_NUMBER = 64;
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private Texts() {}

  /** Without its percent-encoding; null when it is malformed. A plus is a plus. */
  static @Nullable String decoded(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  /** The same where a plus is a space, as in queries. */
  static @Nullable String formDecoded(String text) {
    return decoded(text.replace('+', ' '));
  }

  /** Every value that the text may stand for, at least one, the likeliest first. */
  static List<JsonNode> readings(String text, Shape shape) {
    List<JsonNode> readings = new ArrayList<>(2);
    if (shape.types().isEmpty() || shape.types().contains(Shape.Type.STRING)) {
      readings.add(NODES.stringNode(text));
    }
    if (shape.types().contains(Shape.Type.NUMBER)) {
      JsonNode number = number(text);
      if (number != null) {
        readings.add(number);
      }
    }
    if (shape.types().contains(Shape.Type.BOOLEAN)
        && (text.equals("true") || text.equals("false"))) {
      readings.add(NODES.booleanNode(text.equals("true")));
    }
    if (shape.types().contains(Shape.Type.NULL) && text.isEmpty()) {
      readings.add(NODES.nullNode());
    }
    return readings.isEmpty() ? List.of(NODES.stringNode(text)) : readings;
  }

  /** The likeliest of the {@link #readings}. */
  static JsonNode reading(String text, @Nullable Shape shape) {
    return shape == null ? NODES.stringNode(text) : readings(text, shape).getFirst();
  }

  private static @Nullable JsonNode number(String text) {
    if (text.isEmpty() || text.length() > LONGEST_NUMBER || !isNumber(text)) {
      return null;
    }
    JsonNode read = json(text);
    return read != null && read.isNumber() ? read : null;
  }

  private static boolean isNumber(String text) {
    return text.chars().allMatch(c -> (c >= '0' && c <= '9') || "+-.eE".indexOf(c) >= 0);
  }

  /** The text as JSON; null when it is none. */
  static @Nullable JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JacksonException _) {
      return null;
    }
  }
}
