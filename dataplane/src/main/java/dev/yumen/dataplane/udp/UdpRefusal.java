package dev.yumen.dataplane.udp;

import java.util.Locale;

/** Why a datagram was dropped. */
public enum UdpRefusal {
  /** Its client is new, and there are {@code max-sessions}. */
  UDP_TOO_MANY_SESSIONS,
  /** Its client is new, and its IP address has {@code max-sessions-per-client}. */
  UDP_TOO_MANY_SESSIONS_OF_CLIENT,
  /** Its client is new, and the gateway is about to stop. */
  UDP_DRAINING,
  /** No endpoint of the upstream is known. */
  UDP_NO_ENDPOINT,
  /** The service's machine says that nobody listens there; the session has ended. */
  UDP_UNREACHABLE,
  /** The socket takes no more. */
  UDP_OVERFLOW;

  /** As it stands in metrics: {@code udp_no_endpoint}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
