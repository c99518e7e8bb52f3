package dev.yumen.filters.auth;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** What others say, in a form that a header field holds whatever it is (RFC 9110 §5.5). */
public final class FieldText {
  private static final class Json {
    private static final JsonMapper MAPPER = new JsonMapper();
  }

  private FieldText() {}

  /**
   * A name as one element of a list: one that could not be told from two goes percent-encoded as
   * UTF-8.
   */
  public static String listed(String name) {
    return encoded(name, c -> c > ' ' && c < 0x7f && c != ',' && c != '%');
  }

  /** A text that fills a field by itself; percent-encoded as UTF-8 where it is not plain ASCII. */
  public static String whole(String text) {
    boolean padded = text.startsWith(" ") || text.endsWith(" ");
    return encoded(text, c -> c >= ' ' && c < 0x7f && c != '%' && !padded);
  }

  private static String encoded(String text, IntPredicate plain) {
    return text.chars().allMatch(plain)
        ? text
        : URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /**
   * A claim: texts as they are, a list of scalars with commas, an object as percent-encoded JSON;
   * null for none.
   */
  public static @Nullable String of(@Nullable Object claim) {
    return switch (claim) {
      case null -> null;
      case String text -> whole(text);
      case List<?> list when list.stream().noneMatch(FieldText::isStructure) ->
          list.stream()
              .map(item -> listed(Objects.toString(item)))
              .collect(Collectors.joining(","));
      case List<?> list -> encodedJson(list);
      case Map<?, ?> map -> encodedJson(map);
      default -> claim.toString();
    };
  }

  private static boolean isStructure(Object item) {
    return item instanceof List || item instanceof Map;
  }

  private static String encodedJson(Object structure) {
    return URLEncoder.encode(Json.MAPPER.writeValueAsString(structure), StandardCharsets.UTF_8)
        .replace("+", "%20");
  }
}
