package dev.yumen.dataplane.proxyprotocol;

import java.util.Locale;

/** Why a connection was closed at its header. */
public enum HeaderRefusal {
  /** The peer is not one that announces clients, and others are refused. */
  PROXY_PEER_REFUSED,
  /** Its first bytes are no header, or one that is not as it should be. */
  PROXY_HEADER_MALFORMED,
  /** Its header is larger than {@code max-header}. */
  PROXY_HEADER_TOO_LARGE,
  /** Its header was not there within {@code timeout}. */
  PROXY_HEADER_TIMEOUT,
  /** It closed the connection within its header. */
  PROXY_HEADER_TRUNCATED;

  /** As it stands in metrics: {@code proxy_header_timeout}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
