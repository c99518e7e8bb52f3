package dev.yumen.api;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who the client is, as an authentication filter has proven it. Immutable.
 *
 * @param consumer the consumer of the configuration that it is; or, for somebody whom another party
 *     vouches for, one made of what that party says, with a name and groups and no credentials
 * @param scheme how it was proven: the name of the filter, such as {@code api-key} or {@code jwt}
 * @param scopes what the client may do in the words of whoever vouches for it (RFC 6749 §3.3);
 *     empty when nobody said
 * @param claims what else is said of it, as JSON: {@link String}, {@link Boolean}, {@link Long},
 *     {@link Double}, {@link java.math.BigInteger}, and lists and maps of these; a member that is
 *     null in JSON is absent
 */
public record Identity(
    Consumer consumer, String scheme, Set<String> scopes, Map<String, Object> claims) {

  public Identity {
    scopes = Set.copyOf(scopes);
    claims = Map.copyOf(claims);
  }

  /** A consumer of whom nothing more is said. */
  public static Identity of(Consumer consumer, String scheme) {
    return new Identity(consumer, scheme, Set.of(), Map.of());
  }

  /**
   * The claim of this name; where there is none, dots in the name lead into objects, so that {@code
   * realm_access.roles} is {@code roles} in {@code realm_access}.
   */
  public @Nullable Object claim(String name) {
    return claim(claims, name);
  }

  /** As {@link #claim(String)}, of claims that are nobody's yet. */
  public static @Nullable Object claim(Map<?, ?> claims, String name) {
    Object found = claims.get(name);
    if (found != null) {
      return found;
    }
    for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      if (claims.get(name.substring(0, dot)) instanceof Map<?, ?> inner) {
        Object deeper = claim(inner, name.substring(dot + 1));
        if (deeper != null) {
          return deeper;
        }
      }
    }
    return null;
  }

  /**
   * The texts of the claim of this name: of a list, its texts, of a text with spaces, its words
   * (RFC 6749 §3.3 writes scopes so); empty when there are none.
   */
  public static List<String> words(@Nullable Object claim) {
    return switch (claim) {
      case String text -> text.isBlank() ? List.of() : List.of(text.strip().split(" +"));
      case List<?> list ->
          list.stream().filter(String.class::isInstance).map(String.class::cast).toList();
      case null, default -> List.of();
    };
  }

  /** The name and the scheme alone: claims may be private. */
  @Override
  public String toString() {
    return consumer.name() + " by " + scheme;
  }
}
