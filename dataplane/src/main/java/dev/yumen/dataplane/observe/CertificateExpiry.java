package dev.yumen.dataplane.observe;

import java.time.Instant;

/**
 * When a certificate in use expires.
 *
 * @param side {@code listener}, {@code upstream} or {@code redis}
 * @param name of the listener, upstream or Redis
 * @param certificate its file as the configuration names it
 * @param notAfter the first end among all certificates of the file
 */
public record CertificateExpiry(String side, String name, String certificate, Instant notAfter) {

  /** The same, on another side. */
  public CertificateExpiry of(String otherSide) {
    return new CertificateExpiry(otherSide, name, certificate, notAfter);
  }
}
