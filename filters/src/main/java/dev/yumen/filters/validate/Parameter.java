package dev.yumen.filters.validate;

import dev.yumen.api.Flaw;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A parameter of an operation (OpenAPI 3.1 §4.8.12), in style {@code simple} or {@code form}.
 *
 * @param name header names in lower case
 * @param json whether its text is JSON, as {@code content} says instead of a style
 */
record Parameter(
    In in, String name, Need need, boolean explode, boolean json, Shape shape, Check check) {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final Check.Bounds STEPS = new Check.Bounds(2_000, 5);

  /** Where parameters stand. */
  enum In {
    PATH,
    QUERY,
    HEADER,
    COOKIE
  }

  /** Whether it has to be there. */
  enum Need {
    REQUIRED,
    OPTIONAL,
    /** And may be there without a value. */
    MAY_BE_EMPTY
  }

  /** Adds what is wrong with this parameter of a request. */
  void check(Parts parts, List<Flaw> flaws) {
    if (in == In.QUERY && explode && shape.isObject() && !json) {
      checkMembers(parts, flaws);
      return;
    }
    List<String> texts = parts.values(in, name);
    if (texts.isEmpty()) {
      if (need == Need.REQUIRED) {
        flaws.add(flaw("required"));
      }
      return;
    }
    boolean repeats = in == In.QUERY && explode && shape.isArray() && !json;
    if (texts.size() > 1 && !repeats && !(in == In.HEADER && shape.isArray())) {
      flaws.add(flaw("repeated"));
      return;
    }
    if (need == Need.MAY_BE_EMPTY && texts.getFirst().isEmpty()) {
      return;
    }
    List<JsonNode> readings =
        repeats ? list(texts) : readings(in == In.HEADER ? joined(texts) : texts.getFirst());
    if (readings.isEmpty()) {
      flaws.add(flaw(json ? "json" : "encoding"));
    } else {
      flaws.addAll(best(readings));
    }
  }

  private static String joined(List<String> texts) {
    return texts.size() == 1 ? texts.getFirst() : String.join(",", texts);
  }

  private Flaw flaw(String rule) {
    return new Flaw(part(), "/" + Place.escaped(name), rule);
  }

  private String part() {
    return switch (in) {
      case PATH -> "path";
      case QUERY -> "query";
      case HEADER -> "header";
      case COOKIE -> "cookie";
    };
  }

  /** No flaws when any reading has none, else those of the last, which is the most specific. */
  private List<Flaw> best(List<JsonNode> readings) {
    List<Flaw> flaws = List.of();
    for (JsonNode reading : readings) {
      List<Flaw> found =
          check.flaws(reading, Check.Side.REQUEST, part(), "/" + Place.escaped(name), STEPS);
      flaws = found == null ? List.of(flaw("limit")) : found;
      if (flaws.isEmpty()) {
        return flaws;
      }
    }
    return flaws;
  }

  /** An object whose members are query parameters of their own. */
  private void checkMembers(Parts parts, List<Flaw> flaws) {
    ObjectNode object = NODES.objectNode();
    for (Map.Entry<String, Shape> member : shape.members().entrySet()) {
      List<String> texts = parts.values(In.QUERY, member.getKey());
      if (texts.size() > 1) {
        flaws.add(new Flaw("query", "/" + Place.escaped(member.getKey()), "repeated"));
        return;
      }
      if (!texts.isEmpty()) {
        String text = decoded(texts.getFirst());
        if (text == null) {
          flaws.add(flaw("encoding"));
          return;
        }
        object.set(member.getKey(), Texts.reading(text, member.getValue()));
      }
    }
    if (!object.isEmpty() || need == Need.REQUIRED) {
      flaws.addAll(best(List.of(object)));
    }
  }

  private @Nullable String decoded(String text) {
    return switch (in) {
      case PATH, COOKIE -> Texts.decoded(text);
      case QUERY -> Texts.formDecoded(text);
      case HEADER -> text;
    };
  }

  /** What the text may stand for; empty when it can not be read. */
  private List<JsonNode> readings(String text) {
    if (json) {
      String decoded = decoded(text);
      JsonNode read = decoded == null ? null : Texts.json(decoded);
      return read == null ? List.of() : List.of(read);
    }
    if (shape.isArray()) {
      return list(text.isEmpty() ? List.of() : List.of(text.split(",", -1)));
    }
    if (shape.isObject()) {
      return object(text.split(",", -1));
    }
    String decoded = decoded(text);
    return decoded == null ? List.of() : Texts.readings(decoded, shape);
  }

  private List<JsonNode> list(List<String> texts) {
    ArrayNode array = NODES.arrayNode();
    for (String text : texts) {
      String decoded = decoded(in == In.HEADER ? text.strip() : text);
      if (decoded == null) {
        return List.of();
      }
      array.add(Texts.reading(decoded, shape.items()));
    }
    return List.of(array);
  }

  /** {@code a=1,b=2} where it explodes, else {@code a,1,b,2}. */
  private List<JsonNode> object(String[] pieces) {
    List<String> words = new ArrayList<>();
    for (String piece : pieces) {
      int equals = piece.indexOf('=');
      if (explode && equals >= 0) {
        words.add(piece.substring(0, equals));
        words.add(piece.substring(equals + 1));
      } else {
        words.add(piece);
      }
    }
    if (words.size() % 2 != 0) {
      return List.of();
    }
    ObjectNode object = NODES.objectNode();
    for (int i = 0; i < words.size(); i += 2) {
      String member = decoded(words.get(i).strip());
      String value = decoded(words.get(i + 1).strip());
      if (member == null || value == null || object.has(member)) {
        return List.of();
      }
      object.set(member, Texts.reading(value, shape.members().get(member)));
    }
    return List.of(Objects.requireNonNull(object));
  }
}
