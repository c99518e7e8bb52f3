package dev.yumen.config;

/**
 * A domain that a certificate is ordered for.
 *
 * @param issuer name of the authority in the configuration
 */
public record AcmeDomain(String issuer, String domain) {
  @Override
  public String toString() {
    return domain;
  }
}
