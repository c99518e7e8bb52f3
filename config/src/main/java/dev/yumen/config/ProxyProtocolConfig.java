package dev.yumen.config;

import dev.yumen.api.Cidr;
import dev.yumen.api.DataSize;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/** The PROXY protocol in front of connections: who announces clients, and within which bounds. */
@Describe(
    "The PROXY protocol, versions 1 and 2: load balancers in front announce the client's address.")
public record ProxyProtocolConfig(
    @Describe("Peers that begin every connection with a header, and whose word is taken.")
        @OneOrMany
        List<Cidr> from,
    @Describe(
            "What becomes of connections from other peers: `serve` takes them as ordinary ones,"
                + " whose first bytes are not looked at; `refuse` closes them.")
        @Default("serve")
        Others others,
    @Describe("For the whole header, from the moment of the connection.") @Default("5s")
        Duration timeout,
    @Describe("Largest header of version 2, with everything that is added to the addresses.")
        @Default("4KiB")
        DataSize maxHeader) {

  /** What becomes of connections from peers that are not named. */
  public enum Others {
    SERVE,
    REFUSE
  }

  /** Versions that can be written. */
  public enum Version {
    V1,
    V2
  }

  public ProxyProtocolConfig {
    from = List.copyOf(from);
    if (from.isEmpty()) {
      throw InvalidValue.found("from", "nobody", "at least one address or range");
    }
    Check.positive("timeout", timeout);
    Check.range("max-header", maxHeader, 232, 64 << 10);
  }

  /** Whether this peer begins with a header. */
  public boolean trusts(InetAddress peer) {
    for (Cidr range : from) {
      if (range.contains(peer)) {
        return true;
      }
    }
    return false;
  }
}
