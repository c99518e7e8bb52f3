package dev.yumen.api;

import java.util.Locale;
import java.util.Set;

/** Which header field names a setting may hold. */
public final class HeaderName {

  /**
   * Fields about the connection or the framing of a body; the gateway writes them itself (RFC 9110
   * §7.6.1, §11.7, RFC 9112 §6).
   */
  private static final Set<String> GATEWAY =
      Set.of(
          "connection",
          "content-length",
          "http2-settings",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authentication-info",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private HeaderName() {}

  /**
   * Passes a name that a filter may read.
   *
   * @param component the setting it stands in
   * @throws InvalidValue if it is no token (RFC 9110 §5.6.2)
   */
  public static void readable(String component, String name) {
    if (name.isEmpty() || !name.chars().allMatch(HeaderName::isTokenCharacter)) {
      throw new InvalidValue(component, name, "a header name");
    }
  }

  /**
   * Passes a name that a filter may write.
   *
   * @param component the setting it stands in
   * @throws InvalidValue if it is no token, or a field that the gateway writes itself
   */
  public static void writable(String component, String name) {
    readable(component, name);
    if (GATEWAY.contains(name.toLowerCase(Locale.ROOT))) {
      throw new InvalidValue(component, name, "a header that the gateway does not write itself");
    }
  }

  /**
   * Passes a name that a filter may write in requests.
   *
   * @param component the setting it stands in
   * @throws InvalidValue as {@link #writable}, and for Host, which is not a field like others: the
   *     gateway writes it from the request's authority (RFC 9110 §7.2)
   */
  public static void writableInRequest(String component, String name) {
    writable(component, name);
    if (name.equalsIgnoreCase("host")) {
      throw new InvalidValue(component, name, "the filter host, which writes this header");
    }
  }

  private static boolean isTokenCharacter(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
  }
}
