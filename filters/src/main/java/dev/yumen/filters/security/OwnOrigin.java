package dev.yumen.filters.security;

import dev.yumen.api.Exchange;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Origins as browsers write them (RFC 6454 §6.1): without the port that a scheme has anyway. */
public final class OwnOrigin {
  private OwnOrigin() {}

  /** Of what the client asks for. */
  public static String of(Exchange exchange) {
    String scheme = exchange.scheme();
    return scheme + "://" + withoutUsualPort(scheme, exchange.request().authority());
  }

  /** Of an absolute http or https URL, such as a Referer holds; null for anything else. */
  public static @Nullable String of(String url) {
    int colon = url.indexOf("://");
    String scheme = colon < 0 ? "" : url.substring(0, colon).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      return null;
    }
    int from = colon + 3;
    int end = from;
    while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
      char c = url.charAt(end++);
      if (!Character.isLetterOrDigit(c) && "-._:[]".indexOf(c) < 0) {
        return null; // no user information, nothing that two readers could read in two ways
      }
    }
    if (end == from) {
      return null;
    }
    String authority = url.substring(from, end).toLowerCase(Locale.ROOT);
    return scheme + "://" + withoutUsualPort(scheme, authority);
  }

  private static String withoutUsualPort(String scheme, String authority) {
    String port = scheme.equals("https") ? ":443" : ":80";
    return authority.endsWith(port)
        ? authority.substring(0, authority.length() - port.length())
        : authority;
  }
}
