package dev.yumen.dataplane.tcp;

import dev.yumen.api.FailureCode;
import java.util.Locale;

/** Why a connection was refused, or ended by us. */
public enum TcpRefusal {
  /** No endpoint of the upstream is known, or none that was not tried. */
  TCP_NO_ENDPOINT,
  /** No endpoint that was tried could be connected to. */
  TCP_CONNECT_FAILED,
  /** The last endpoint that was tried did not answer in time. */
  TCP_CONNECT_TIMEOUT,
  /** The TLS handshake with the last endpoint that was tried failed. */
  TCP_UPSTREAM_TLS,
  /** The client asks for a server name, or for none, and no way leads there. */
  TCP_UNKNOWN_NAME,
  /** Nothing moved for {@code idle-timeout}. */
  TCP_IDLE,
  /** It lived for {@code lifetime}. */
  TCP_LIFETIME;

  /** As it stands in metrics: {@code tcp_idle}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static TcpRefusal of(FailureCode code) {
    return switch (code) {
      case UPSTREAM_CONNECT_TIMEOUT -> TCP_CONNECT_TIMEOUT;
      case UPSTREAM_TLS -> TCP_UPSTREAM_TLS;
      default -> TCP_CONNECT_FAILED;
    };
  }
}
