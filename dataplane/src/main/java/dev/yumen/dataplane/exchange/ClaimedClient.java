package dev.yumen.dataplane.exchange;

import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.http1.NameSet;
import dev.yumen.dataplane.snapshot.Snapshot;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a trusted peer says of the client. {@code X-Forwarded-For} and the {@code for} of {@code
 * Forwarded} are read from the right, over every address that is trusted itself; the first that is
 * not is the client (RFC 7239 §5.2, §7.4).
 */
record ClaimedClient(InetAddress address, @Nullable String scheme) {
  private static final NameSet CLAIMS =
      NameSet.of(
          "forwarded",
          "x-forwarded-for",
          "x-forwarded-proto",
          "x-forwarded-host",
          "x-forwarded-port",
          "x-real-ip");
  private static final NameSet IDENTITY = NameSet.of("x-consumer-id", "x-consumer-groups");

  /**
   * What a trusted peer says, and nobody else: what others say is removed, as is every identity.
   * Null when the peer is not trusted.
   */
  static @Nullable ClaimedClient believed(HeadTable head, Snapshot snapshot, InetAddress peer) {
    ClaimedClient claimed = null;
    if (snapshot.trustsAnybody() && snapshot.trusts(peer)) {
      claimed = of(head, snapshot, peer);
    } else {
      head.removeAll(CLAIMS);
    }
    head.removeAll(IDENTITY);
    return claimed;
  }

  private static ClaimedClient of(HeadTable head, Snapshot snapshot, InetAddress peer) {
    String proto = head.first("x-forwarded-proto");
    String scheme =
        "https".equalsIgnoreCase(proto) ? "https" : "http".equalsIgnoreCase(proto) ? "http" : null;
    List<String> hops = new ArrayList<>();
    for (String line : head.all("x-forwarded-for")) {
      Collections.addAll(hops, line.split(",", -1));
    }
    if (hops.isEmpty()) {
      addForwarded(head, hops);
    }
    InetAddress client = peer;
    for (int i = hops.size() - 1; i >= 0; i--) {
      InetAddress hop = parse(hops.get(i).strip());
      if (hop == null) {
        break;
      }
      client = hop;
      if (!snapshot.trusts(hop)) {
        break;
      }
    }
    return new ClaimedClient(client, scheme);
  }

  private static void addForwarded(HeadTable head, List<String> hops) {
    for (String line : head.all("forwarded")) {
      for (String element : line.split(",", -1)) {
        for (String pair : element.split(";", -1)) {
          String text = pair.strip();
          if (text.regionMatches(true, 0, "for=", 0, 4)) {
            hops.add(text.substring(4).replace("\"", ""));
          }
        }
      }
    }
  }

  /** An address, perhaps with a port or in brackets; null for anything else, such as a name. */
  private static @Nullable InetAddress parse(String text) {
    String host = text;
    if (host.startsWith("[")) {
      int end = host.indexOf(']');
      host = end < 0 ? host : host.substring(1, end);
    } else if (host.indexOf(':') >= 0 && host.indexOf(':') == host.lastIndexOf(':')) {
      host = host.substring(0, host.indexOf(':'));
    }
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
    try {
      return bytes == null ? null : InetAddress.getByAddress(bytes);
    } catch (UnknownHostException _) {
      return null;
    }
  }
}
