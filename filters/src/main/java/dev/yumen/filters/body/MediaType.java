package dev.yumen.filters.body;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/**
 * What a Content-Type says of a body (RFC 9110 §8.3.1), as careful readers take it: whatever any
 * reader might take for a charset is one.
 *
 * @param name in lower case, without parameters; empty when there is none
 * @param charsets in lower case, every one that is named, also where quotes should hide it; one
 *     without a name is the empty text
 */
public record MediaType(String name, Set<String> charsets) {
  private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

  /** Of a body that nothing is said of. */
  public static final MediaType NONE = new MediaType("", Set.of());

  public MediaType {
    charsets = Set.copyOf(charsets);
  }

  /** Reads the value of a Content-Type, whatever it is. */
  public static MediaType of(String contentType) {
    int end = contentType.indexOf(';');
    if (end < 0) {
      return new MediaType(plain(contentType), Set.of());
    }
    Set<String> charsets = new LinkedHashSet<>(2);
    for (String parameter : contentType.substring(end + 1).split(";", -1)) {
      int equals = parameter.indexOf('=');
      if (plain(equals < 0 ? parameter : parameter.substring(0, equals)).equals("charset")) {
        charsets.add(equals < 0 ? "" : plain(parameter.substring(equals + 1).replace("\"", "")));
      }
    }
    return new MediaType(plain(contentType.substring(0, end)), charsets);
  }

  private static String plain(String text) {
    return text.strip().toLowerCase(Locale.ROOT);
  }

  /** Whether the name is a type, a slash and a subtype, and nothing else. */
  public boolean isWellFormed() {
    int slash = name.indexOf('/');
    return slash > 0 && isToken(name, 0, slash) && isToken(name, slash + 1, name.length());
  }

  private static boolean isToken(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && TOKEN_MARKS.indexOf(c) < 0) {
        return false;
      }
    }
    return from < to;
  }

  /** One JSON text (RFC 6839 §3.1). */
  public boolean isJson() {
    return name.endsWith("/json") || name.endsWith("+json");
  }

  /** RFC 7303 §4, also where it is a text. */
  public boolean isXml() {
    return name.endsWith("/xml") || name.endsWith("+xml");
  }

  /** Messages with their lengths in front, whatever they hold: {@code +json} means less here. */
  public boolean isGrpc() {
    return name.startsWith("application/grpc");
  }

  /** Whether no other charset is named than these, in lower case. */
  public boolean isIn(Set<String> known) {
    return known.containsAll(charsets);
  }
}
