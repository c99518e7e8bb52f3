package dev.yumen.control.admin;

import dev.yumen.dataplane.admin.AdminRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way to a resource.
 *
 * @param variables of the path, decoded
 * @param query decoded; of several of one name the first
 */
record Call(
    AdminRequest request, Caller caller, Map<String, String> variables, Map<String, String> query) {

  /**
   * Takes a query apart.
   *
   * @throws Refused when its percent-encoding is wrong
   */
  static Map<String, String> query(@Nullable String text) throws Refused {
    Map<String, String> query = new LinkedHashMap<>();
    if (text == null || text.isEmpty()) {
      return query;
    }
    for (String part : text.split("&", -1)) {
      int equals = part.indexOf('=');
      String name = equals < 0 ? part : part.substring(0, equals);
      String value = equals < 0 ? "" : part.substring(equals + 1);
      query.putIfAbsent(decoded(name), decoded(value));
    }
    return query;
  }

  static String decoded(String text) throws Refused {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      throw new Refused(AdminError.BAD_REQUEST, text + " (expected: %XX after a percent sign)");
    }
  }

  /** What the caller sees. */
  Scope scope() {
    return caller.scope();
  }

  String variable(String name) {
    return variables.getOrDefault(name, "");
  }

  /** A parameter of the query, or null. */
  @Nullable String parameter(String name) {
    return query.get(name);
  }

  /**
   * A parameter of the query that nothing stands for.
   *
   * @param expected what it should be
   * @throws Refused when it is not given
   */
  String needed(String name, String expected) throws Refused {
    String text = parameter(name);
    if (text == null) {
      throw new Refused(AdminError.BAD_REQUEST, name + ": missing (expected: " + expected + ")");
    }
    return text;
  }

  /**
   * A parameter of the query that is a number.
   *
   * @throws Refused when it is none, or out of the range
   */
  int number(String name, int otherwise, int least, int most) throws Refused {
    String text = parameter(name);
    if (text == null) {
      return otherwise;
    }
    long number = text.matches("\\d{1,9}") ? Long.parseLong(text) : -1;
    if (number < least || number > most) {
      throw new Refused(
          AdminError.BAD_REQUEST,
          name + ": \"" + text + "\" (expected: a number of " + least + " to " + most + ")");
    }
    return (int) number;
  }

  /**
   * The language that is asked for by {@code lang}.
   *
   * @throws Refused when there is none such
   */
  String language() throws Refused {
    String language = parameter("lang");
    if (language != null && !language.equals("en") && !language.equals("zh")) {
      throw new Refused(AdminError.BAD_REQUEST, "lang: " + language + " (expected: en or zh)");
    }
    return language == null ? "en" : language;
  }

  /**
   * The body, of one of these media types: none that a form of another site can send.
   *
   * @throws Refused when it is of another type
   */
  String body(String... types) throws Refused {
    String type = request.headers().first("content-type");
    String kind = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    if (!List.of(types).contains(kind)) {
      throw new Refused(
          AdminError.MEDIA_TYPE,
          "Content-Type: " + type + " (expected: " + String.join(" or ", types) + ")");
    }
    return new String(request.body(), StandardCharsets.UTF_8);
  }
}
