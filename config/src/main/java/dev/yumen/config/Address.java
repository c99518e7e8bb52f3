package dev.yumen.config;

import dev.yumen.api.ConfigType;
import dev.yumen.api.InvalidValue;
import java.net.InetAddress;

/**
 * A host and a port, written {@code 127.0.0.1:9001}, {@code users.internal:80} or {@code
 * [::1]:9001}.
 *
 * @param host an IP literal without brackets, or a name
 * @param port 0 to 65535; 0 only where a free port may be chosen
 */
@ConfigType(
    expected = "host:port, such as 127.0.0.1:9001 or [::1]:9001",
    examples = {"127.0.0.1:9001", "users.internal:8080", "[::1]:9001"})
public record Address(String host, int port) {
  private static final String EXPECTED = "host:port, such as 127.0.0.1:9001 or [::1]:9001";

  public static Address parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0) {
      throw new InvalidValue("", text, EXPECTED);
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
      if (!host.matches("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*") || !isLiteral(host)) {
        throw new InvalidValue("", text, EXPECTED);
      }
    } else if (!host.matches("[A-Za-z0-9._-]{1,253}")
        || (host.matches("[0-9.]+") && !isIpv4(host))) {
      throw new InvalidValue("", text, EXPECTED);
    }
    String port = text.substring(colon + 1);
    if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
      throw new InvalidValue("", text, "a port of 0 to 65535 after the colon");
    }
    return new Address(host, Integer.parseInt(port));
  }

  /** Whether it names one address itself, rather than by a name that may have several. */
  boolean isLiteral() {
    return isLiteral(host);
  }

  private static boolean isIpv4(String host) {
    return host.matches("\\d{1,3}(\\.\\d{1,3}){3}") && isLiteral(host);
  }

  private static boolean isLiteral(String host) {
    try {
      InetAddress.ofLiteral(host);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
