package dev.yumen.dataplane.routing;

import dev.yumen.api.InvalidValue;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The media type of the request body, its parameters left aside, is one of these: {@code
 * application/json}, or {@code application/*} for a whole family.
 */
record ContentTypeCondition(List<String> types) implements Condition {

  /**
   * @throws InvalidValue if one is no media type
   */
  static ContentTypeCondition of(List<String> named) {
    List<String> types =
        named.stream().map(type -> type.toLowerCase(Locale.ROOT)).distinct().sorted().toList();
    for (String type : types) {
      if (!type.matches("[a-z0-9!#$&^_.+-]+/([a-z0-9!#$&^_.+-]+|\\*)")) {
        throw new InvalidValue(
            "content-type", type, "a media type such as application/json or application/*");
      }
    }
    return new ContentTypeCondition(types);
  }

  @Override
  public boolean test(RoutingRequest request) {
    String value = request.headers().first("content-type");
    return value != null && matches(essence(value));
  }

  private boolean matches(@Nullable String type) {
    for (int i = 0; i < types.size() && type != null; i++) {
      if (covers(types.get(i), type)) {
        return true;
      }
    }
    return false;
  }

  private static boolean covers(String wanted, String type) {
    return wanted.endsWith("/*")
        ? type.startsWith(wanted.substring(0, wanted.length() - 1))
        : wanted.equals(type);
  }

  private static String essence(String value) {
    int semicolon = value.indexOf(';');
    String type = semicolon < 0 ? value : value.substring(0, semicolon);
    return type.strip().toLowerCase(Locale.ROOT);
  }

  @Override
  public String setting() {
    return "content-type";
  }

  @Override
  public String describe() {
    return "content type is " + String.join(" or ", types);
  }

  @Override
  public boolean isDisjointFrom(Condition other) {
    return switch (other) {
      case ContentTypeCondition that ->
          types.stream().noneMatch(that::matches) && that.types.stream().noneMatch(this::matches);
      case ValueCondition value ->
          value.source() == ValueCondition.Source.HEADER
              && value.name().equals("content-type")
              && value.expected() instanceof TextTest.Absent;
      default -> false;
    };
  }
}
