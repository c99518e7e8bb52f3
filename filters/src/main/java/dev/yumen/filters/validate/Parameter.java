package dev.yumen.filters.validate;

import dev.yumen.api.Flaw;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A parameter of an operation (OpenAPI 3.1 §4.8.12).
 *
 * @param name header names in lower case
 * @param json whether its text is JSON, as {@code content} says instead of a style
 */
record Parameter(
    In in,
    String name,
    Need need,
    Style style,
    boolean explode,
    boolean json,
    Shape shape,
    Check check) {
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
    if (isDeep()) {
      checkDeep(parts, flaws);
      return;
    }
    if (hasMembersOfItsOwn()) {
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

  /** Whether it is an object whose members are query parameters with names of their own. */
  boolean hasMembersOfItsOwn() {
    return in == In.QUERY && style == Style.FORM && explode && shape.isObject() && !json;
  }

  /** The same with names such as {@code name[member]}. */
  boolean isDeep() {
    return style == Style.DEEP_OBJECT && !json;
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

  private void checkMembers(Parts parts, List<Flaw> flaws) {
    Map<String, List<String>> members = new LinkedHashMap<>();
    for (String member : shape.members().keySet()) {
      List<String> texts = parts.values(In.QUERY, member);
      if (!texts.isEmpty()) {
        members.put(member, texts);
      }
    }
    checkObject(members, "", flaws);
  }

  private void checkDeep(Parts parts, List<Flaw> flaws) {
    Map<String, List<String>> members = new LinkedHashMap<>();
    for (String query : parts.queryNames()) {
      if (!query.equals(name) && !query.startsWith(name + "[")) {
        continue;
      }
      String member = memberIn(query);
      if (member == null) {
        flaws.add(
            flaw("encoding")); // what stands deeper or has no name, services read in many ways
        return;
      }
      members.put(member, parts.values(In.QUERY, query));
    }
    checkObject(members, "/" + Place.escaped(name), flaws);
  }

  /** The member that {@code name[member]} is of this parameter; null when it is none. */
  @Nullable String memberIn(String query) {
    int start = name.length() + 1;
    if (!query.startsWith(name + "[") || !query.endsWith("]") || query.length() <= start) {
      return null;
    }
    String member = query.substring(start, query.length() - 1);
    return member.isEmpty() || member.indexOf('[') >= 0 || member.indexOf(']') >= 0 ? null : member;
  }

  private void checkObject(Map<String, List<String>> members, String pointer, List<Flaw> flaws) {
    ObjectNode object = NODES.objectNode();
    for (Map.Entry<String, List<String>> member : members.entrySet()) {
      Shape type = shape.members().get(member.getKey());
      List<String> texts = decoded(member.getValue());
      if (texts == null) {
        flaws.add(flaw("encoding"));
        return;
      }
      boolean list = isDeep() && type != null && type.isArray();
      if (texts.size() > 1 && !list) {
        flaws.add(new Flaw("query", pointer + "/" + Place.escaped(member.getKey()), "repeated"));
        return;
      }
      object.set(
          member.getKey(),
          type != null && list
              ? array(texts, type.items())
              : Texts.reading(texts.getFirst(), type));
    }
    if (!object.isEmpty() || need == Need.REQUIRED) {
      flaws.addAll(best(List.of(object)));
    }
  }

  private static ArrayNode array(List<String> texts, @Nullable Shape items) {
    ArrayNode array = NODES.arrayNode();
    texts.forEach(text -> array.add(Texts.reading(text, items)));
    return array;
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
    List<String> pieces = style.pieces(text, name, parts(), explode);
    if (pieces == null) {
      return List.of();
    }
    return switch (parts()) {
      case LIST -> list(pieces);
      case MEMBERS -> object(pieces);
      case ONE -> {
        String decoded = decoded(pieces.getFirst());
        yield decoded == null ? List.of() : Texts.readings(decoded, shape);
      }
    };
  }

  private Style.Parts parts() {
    if (shape.isArray()) {
      return Style.Parts.LIST;
    }
    return shape.isObject() ? Style.Parts.MEMBERS : Style.Parts.ONE;
  }

  private List<JsonNode> list(List<String> texts) {
    List<String> decoded = decoded(texts);
    return decoded == null ? List.of() : List.of(array(decoded, shape.items()));
  }

  private @Nullable List<String> decoded(List<String> texts) {
    List<String> all = new ArrayList<>(texts.size());
    for (String text : texts) {
      String one = decoded(in == In.HEADER ? text.strip() : text);
      if (one == null) {
        return null;
      }
      all.add(one);
    }
    return all;
  }

  /** {@code a=1,b=2} where it explodes, else {@code a,1,b,2}. */
  private List<JsonNode> object(List<String> pieces) {
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
