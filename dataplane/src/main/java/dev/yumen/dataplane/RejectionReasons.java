package dev.yumen.dataplane;

import dev.yumen.dataplane.http1.WireError;
import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.dataplane.proxyprotocol.HeaderRefusal;
import dev.yumen.dataplane.routing.TargetError;
import dev.yumen.dataplane.tcp.TcpRefusal;
import dev.yumen.dataplane.tls.TlsRefusal;
import dev.yumen.dataplane.udp.UdpRefusal;
import java.util.List;
import java.util.Locale;

/** Why connections, requests and datagrams are turned away before any route sees them. */
final class RejectionReasons {
  private static final List<String> OTHERS =
      List.of(
          "ambiguous_path",
          "body_timeout",
          "body_too_large",
          "body_too_slow",
          "header_timeout",
          "http2_flood",
          "http2_malformed",
          "http2_ping_timeout",
          "http2_protocol_error",
          "http2_too_many_streams",
          "http3_flood",
          "http3_malformed",
          "http3_protocol_error",
          "http3_too_many_streams",
          "slow_reader",
          "too_many_connections",
          "too_many_connections_of_client",
          "truncated_head",
          "tunnel_idle",
          "tunnel_lifetime");

  private RejectionReasons() {}

  /** Makes their counters: one that is there from the start, at 0, can be alerted on. */
  static void register(Metrics metrics) {
    for (WireError error : WireError.values()) {
      metrics.rejectionSlot(error.label());
    }
    for (TargetError error : TargetError.values()) {
      metrics.rejectionSlot(error.name().toLowerCase(Locale.ROOT));
    }
    for (TlsRefusal refusal : TlsRefusal.values()) {
      metrics.rejectionSlot(refusal.label());
    }
    for (HeaderRefusal refusal : HeaderRefusal.values()) {
      metrics.rejectionSlot(refusal.label());
    }
    for (TcpRefusal refusal : TcpRefusal.values()) {
      metrics.rejectionSlot(refusal.label());
    }
    for (UdpRefusal refusal : UdpRefusal.values()) {
      metrics.rejectionSlot(refusal.label());
    }
    OTHERS.forEach(metrics::rejectionSlot);
  }
}
