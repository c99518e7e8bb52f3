package dev.yumen.dataplane.tls;

import java.util.Locale;

/** Why a client did not get through the handshake. */
public enum TlsRefusal {
  /** It speaks plain HTTP; answered with 400 in clear text. */
  PLAIN_HTTP_ON_TLS,
  /** Its first bytes are neither TLS nor HTTP. */
  TLS_NO_HANDSHAKE,
  /** Its first message is larger than {@code max-client-hello}. */
  TLS_HELLO_TOO_LARGE,
  /** It was not through within {@code handshake-timeout}. */
  TLS_HANDSHAKE_TIMEOUT,
  /** It closed the connection before the handshake was done. */
  TLS_HANDSHAKE_ABANDONED,
  /** It offers only protocols that are not spoken here (RFC 7301 §3.2). */
  TLS_NO_APPLICATION_PROTOCOL,
  /** It showed no certificate where one is required, or one that is not trusted. */
  TLS_CLIENT_CERTIFICATE,
  /** Any other failure, such as no version or cipher suite in common. */
  TLS_HANDSHAKE_FAILED,
  /** A record that can not be read, after the handshake. */
  TLS_BAD_RECORD;

  /** As it stands in metrics: {@code tls_handshake_timeout}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
