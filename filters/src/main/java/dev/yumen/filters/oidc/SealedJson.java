package dev.yumen.filters.oidc;

import dev.yumen.filters.jwt.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The members of what is sealed, as JSON: texts and numbers. */
final class SealedJson {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final Map<String, Object> members;

  SealedJson() {
    members = new LinkedHashMap<>();
  }

  private SealedJson(Map<String, Object> members) {
    this.members = members;
  }

  /** Null when it is no such thing. */
  static @Nullable SealedJson read(byte @Nullable [] bytes) {
    Map<String, Object> members = bytes == null ? null : Json.object(bytes);
    return members == null ? null : new SealedJson(members);
  }

  SealedJson with(String name, @Nullable Object value) {
    if (value != null) {
      members.put(name, value);
    }
    return this;
  }

  byte[] bytes() {
    return MAPPER.writeValueAsString(members).getBytes(StandardCharsets.UTF_8);
  }

  /** A text; empty when there is none. */
  String text(String name) {
    return members.get(name) instanceof String text ? text : "";
  }

  /** A text, or null. */
  @Nullable String maybe(String name) {
    return members.get(name) instanceof String text ? text : null;
  }

  /** A number; 0 when there is none. */
  long number(String name) {
    return members.get(name) instanceof Long number ? number : 0;
  }
}
