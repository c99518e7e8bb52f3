package dev.yumen.filters.validate;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the body of a request or of an answer may be.
 *
 * @param required whether there must be one
 * @param kinds by media range, the most specific first; empty when everything may be
 */
record BodyRule(boolean required, List<Kind> kinds) {

  /**
   * A kind of body.
   *
   * @param range such as {@code application/json}, {@code text/*} or {@code *}{@code /*}
   * @param check of its JSON; null when any will do
   */
  record Kind(String range, @Nullable Check check) {

    /** Takes JSON of every kind. */
    static final String ANY_JSON = "json";

    private boolean takes(String media) {
      if (range.equals(ANY_JSON)) {
        return isJson(media);
      }
      if (range.equals("*/*")) {
        return true;
      }
      return range.endsWith("/*")
          ? media.startsWith(range.substring(0, range.length() - 1))
          : media.equals(range);
    }

    /** Exact ranges before those with a star. */
    int stars() {
      return range.equals("*/*") ? 2 : range.endsWith("/*") ? 1 : 0;
    }
  }

  /** The kind that a body of this media type is, or null. */
  @Nullable Kind kind(String media) {
    for (Kind kind : kinds) {
      if (kind.takes(media)) {
        return kind;
      }
    }
    return null;
  }

  /** The type of a Content-Type without its parameters, in lower case (RFC 9110 §8.3.1). */
  static String media(String contentType) {
    int end = contentType.indexOf(';');
    return (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }

  /** Whether it names no other charset, by which a service might read another body. */
  static boolean isUtf8(String contentType) {
    String[] parameters = contentType.split(";", -1);
    for (int i = 1; i < parameters.length; i++) {
      String[] parameter = parameters[i].split("=", 2);
      if (parameter[0].strip().equalsIgnoreCase("charset")) {
        String charset = parameter.length < 2 ? "" : parameter[1].strip().replace("\"", "");
        if (!charset.equalsIgnoreCase("utf-8")) {
          return false;
        }
      }
    }
    return true;
  }

  /** RFC 6839 §3.1. */
  static boolean isJson(String media) {
    return media.endsWith("/json") || media.endsWith("+json");
  }
}
