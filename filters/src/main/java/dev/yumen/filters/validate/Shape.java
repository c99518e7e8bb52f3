package dev.yumen.filters.validate;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a schema expects roughly: by that the text of a parameter becomes a number, a list or an
 * object before it is held against the schema itself.
 *
 * @param types empty when the schema does not say
 * @param items of lists
 * @param members of objects
 */
record Shape(Set<Type> types, @Nullable Shape items, Map<String, Shape> members) {
  private static final int DEEPEST = 6;
  private static final Shape ANY = new Shape(Set.of(), null, Map.of());

  /** Types as JSON has them. */
  enum Type {
    STRING,
    NUMBER,
    BOOLEAN,
    NULL,
    ARRAY,
    OBJECT
  }

  static Shape of(Documents documents, Place schema) {
    return of(documents, schema, 0);
  }

  private static Shape of(Documents documents, Place schema, int depth) {
    if (depth == DEEPEST) {
      return ANY;
    }
    Documents.Found found = documents.find(schema);
    JsonNode node = found.node();
    Set<Type> types = EnumSet.noneOf(Type.class);
    named(node.path("type"), types);
    values(node, types);
    Shape items = node.has("items") ? of(documents, found.place().at("items"), depth + 1) : null;
    Map<String, Shape> members = new LinkedHashMap<>();
    for (String name : node.path("properties").propertyNames()) {
      Place at = found.place().at("properties").at(name);
      members.put(name, of(documents, at, depth + 1));
    }
    for (String keyword : List.of("allOf", "anyOf", "oneOf")) {
      for (int i = 0; i < node.path(keyword).size(); i++) {
        Shape part = of(documents, found.place().at(keyword).at(i), depth + 1);
        types.addAll(part.types);
        items = items == null ? part.items : items;
        part.members.forEach(members::putIfAbsent);
      }
    }
    return new Shape(types, items, members);
  }

  private static void named(JsonNode type, Set<Type> types) {
    if (type.isString()) {
      add(type.stringValue(), types);
    }
    for (JsonNode one : type) {
      add(one.asString(""), types);
    }
  }

  private static void add(String type, Set<Type> types) {
    switch (type) {
      case "string" -> types.add(Type.STRING);
      case "integer", "number" -> types.add(Type.NUMBER);
      case "boolean" -> types.add(Type.BOOLEAN);
      case "null" -> types.add(Type.NULL);
      case "array" -> types.add(Type.ARRAY);
      case "object" -> types.add(Type.OBJECT);
      default -> {} // no such type: the schema is refused for it
    }
  }

  /** Where no type stands, the values that may be tell it. */
  private static void values(JsonNode node, Set<Type> types) {
    if (!types.isEmpty()) {
      return;
    }
    for (JsonNode one : node.path("enum")) {
      types.add(typeOf(one));
    }
    if (node.has("const")) {
      types.add(typeOf(node.path("const")));
    }
  }

  private static Type typeOf(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> Type.ARRAY;
      case BOOLEAN -> Type.BOOLEAN;
      case NULL -> Type.NULL;
      case NUMBER -> Type.NUMBER;
      case OBJECT, POJO -> Type.OBJECT;
      case STRING, BINARY, MISSING -> Type.STRING;
    };
  }

  boolean isArray() {
    return types.contains(Type.ARRAY);
  }

  boolean isObject() {
    return !isArray() && types.contains(Type.OBJECT);
  }
}
