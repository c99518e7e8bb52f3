package dev.yumen.dataplane.tls;

import io.netty.handler.ssl.ClientAuth;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What is demanded of a client before it gets through.
 *
 * @param authorities whose certificates are good; empty when none is asked for
 */
record ClientPolicy(ClientAuth auth, List<X509Certificate> authorities) {
  static final ClientPolicy NONE = new ClientPolicy(ClientAuth.NONE, List.of());

  /** Equal exactly for policies that demand the same. */
  String fingerprint() {
    return auth + " " + (authorities.isEmpty() ? "" : KeyEntry.fingerprint(authorities));
  }
}
