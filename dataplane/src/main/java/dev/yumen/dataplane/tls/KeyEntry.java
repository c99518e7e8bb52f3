package dev.yumen.dataplane.tls;

import dev.yumen.dataplane.observe.CertificateExpiry;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/**
 * A certificate with its private key, ready for use.
 *
 * @param source the file it came from, or {@code self-signed}
 * @param chain the certificate itself first, each issuer after it
 * @param names host names that it is for, in lower case
 */
record KeyEntry(String source, List<X509Certificate> chain, PrivateKey key, List<String> names) {

  X509Certificate leaf() {
    return chain.getFirst();
  }

  X509Certificate[] chainArray() {
    return chain.toArray(X509Certificate[]::new);
  }

  CertificateInfo info() {
    return new CertificateInfo(source, names, firstEnd(chain));
  }

  CertificateExpiry expiry(String side, String name) {
    return expiry(side, name, source, chain);
  }

  static CertificateExpiry expiry(
      String side, String name, String source, List<X509Certificate> certificates) {
    return new CertificateExpiry(side, name, source, firstEnd(certificates));
  }

  private static Instant firstEnd(List<X509Certificate> certificates) {
    return certificates.stream()
        .map(certificate -> certificate.getNotAfter().toInstant())
        .min(Instant::compareTo)
        .orElseThrow();
  }

  /** Tells entries with other certificates apart; a key can not change without its certificate. */
  String fingerprint() {
    return fingerprint(chain);
  }

  static String fingerprint(List<X509Certificate> certificates) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (X509Certificate certificate : certificates) {
        digest.update(certificate.getEncoded());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Without the key. */
  @Override
  public String toString() {
    return source + " " + names;
  }
}
