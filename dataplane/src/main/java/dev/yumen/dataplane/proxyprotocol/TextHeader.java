package dev.yumen.dataplane.proxyprotocol;

import dev.yumen.dataplane.loop.ClientAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The line of version 1 (§2.1): {@code PROXY TCP4 192.0.2.7 198.51.100.1 56324 443}. */
final class TextHeader {
  private static final Pattern PORT = Pattern.compile("0|[1-9][0-9]{0,4}");
  private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
  private static final Pattern IPV4 = Pattern.compile(BYTE + "(\\." + BYTE + "){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  private TextHeader() {}

  /** Null when the line is not as it should be. */
  static @Nullable ClientAddress parse(String line) {
    String[] words = line.split(" ", -1);
    if (words.length != 6) {
      return null;
    }
    Pattern form =
        switch (words[1]) {
          case "TCP4" -> IPV4;
          case "TCP6" -> IPV6;
          default -> null;
        };
    if (form == null) {
      return null;
    }
    InetSocketAddress client = address(words[2], words[4], form);
    InetSocketAddress local = address(words[3], words[5], form);
    return client == null || local == null ? null : new ClientAddress(client, local);
  }

  private static @Nullable InetSocketAddress address(String ip, String port, Pattern form) {
    if (!form.matcher(ip).matches() || !PORT.matcher(port).matches()) {
      return null;
    }
    int number = Integer.parseInt(port);
    try {
      return number > 65_535 ? null : new InetSocketAddress(InetAddress.ofLiteral(ip), number);
    } catch (IllegalArgumentException _) {
      return null;
    }
  }
}
