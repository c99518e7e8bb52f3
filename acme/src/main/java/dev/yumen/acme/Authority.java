package dev.yumen.acme;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who gives certificates. Any thread; its methods block. */
interface Authority extends AutoCloseable {

  /**
   * A new certificate.
   *
   * @param chain the certificate itself first
   */
  record Given(PrivateKey key, List<X509Certificate> chain) {
    public Given {
      chain = List.copyOf(chain);
    }
  }

  /** When the authority would have a certificate renewed. */
  record Window(Instant start, Instant end) {}

  /** Orders a certificate with a new private key. */
  Given order(String domain) throws OrderFailed, InterruptedException;

  /**
   * What the authority says about the renewal of one of its certificates (RFC 9773), or null when
   * it says nothing. Never fails.
   */
  @Nullable Window renewal(X509Certificate certificate) throws InterruptedException;

  /** Ends what is under way. */
  @Override
  void close();
}
