package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A port that clients connect to. */
@Describe("A port that clients connect to.")
public record ListenerConfig(
    @Describe("Address and port to listen on; port 0 takes a free one.") Address address,
    @Describe("Pending connections that the kernel may hold.") @Default("4096") int backlog,
    @Describe("Own endpoints answered here when no route matches: health, version, metrics.")
        @Default("[health]")
        List<BuiltIn> builtIn,
    @Describe(
            "What is spoken here. http2 is chosen by ALPN over TLS; without TLS it begins by prior"
                + " knowledge or by Upgrade (h2c). http3 needs tls and takes the UDP port of the"
                + " same number.")
        @Default("[http1, http2]")
        @OneOrMany
        List<Protocol> protocols,
    @Describe("TLS towards clients; none without it.") @Nullable ListenerTlsConfig tls,
    @Describe("Clients are announced by load balancers in front; none without it.")
        @Nullable ProxyProtocolConfig proxyProtocol,
    @Describe("Makes this a listener for TCP instead of HTTP.") @Nullable TcpConfig tcp,
    @Describe("Makes this a listener for UDP instead of HTTP.") @Nullable UdpConfig udp,
    @Describe("How clients learn of HTTP/3, where it is among the protocols.") @Default("{}")
        Http3Config http3) {

  /** Endpoints the gateway answers by itself. */
  public enum BuiltIn {
    HEALTH,
    VERSION,
    METRICS
  }

  /** Versions of HTTP that a listener may speak. */
  public enum Protocol {
    HTTP1,
    HTTP2,
    HTTP3
  }

  /** An HTTP listener without TLS. */
  public ListenerConfig(
      Address address, int backlog, List<BuiltIn> builtIn, List<Protocol> protocols) {
    this(address, backlog, builtIn, protocols, null, null, null, null, Http3Config.USUAL);
  }

  public ListenerConfig {
    if (protocols.isEmpty()) {
      throw new InvalidValue("protocols", "[]", "http1, http2, http3 or several of them");
    }
    if (protocols.contains(Protocol.HTTP3) && proxyProtocol != null) {
      throw new InvalidValue(
          "protocols", "http3", "none with proxy-protocol, which clients of UDP would walk around");
    }
    if (protocols.contains(Protocol.HTTP3) && tls == null) {
      throw new InvalidValue("protocols", "http3", "a listener with tls, or without http3");
    }
    if (protocols.size() == 1 && protocols.contains(Protocol.HTTP3)) {
      throw new InvalidValue(
          "protocols", "[http3]", "http1 or http2 beside it, by which clients learn of http3");
    }
    protocols = List.copyOf(protocols);
    Check.range("backlog", backlog, 1, 65_535);
    builtIn = List.copyOf(builtIn);
    if (tcp != null && udp != null) {
      throw InvalidValue.found("", "tcp and udp", "one of them, or none for HTTP");
    }
  }

  /** Whether HTTP is spoken here in this version. */
  public boolean speaks(Protocol protocol) {
    return tcp == null && udp == null && protocols.contains(protocol);
  }
}
