package dev.yumen.acme;

import dev.yumen.dataplane.tls.IssuedCertificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When the certificate of one domain is renewed: as its authority says, where it says so (RFC
 * 9773), else by the {@link Plan}. Of one thread.
 */
final class Renewal {
  /** RFC 9773 §4.3.2 wants to be asked at least once a day. */
  private static final Duration ASK_AGAIN = Duration.ofHours(6);

  private final Plan plan;
  private final Authority authority;
  private @Nullable X509Certificate asked;
  private Authority.@Nullable Window answer;
  private Instant askedAt = Instant.EPOCH;
  private Instant lastSuccess = Instant.EPOCH;

  Renewal(Plan plan, Authority authority) {
    this.plan = plan;
    this.authority = authority;
  }

  /** A certificate was got. */
  void succeeded(Instant now) {
    lastSuccess = now;
  }

  /** When this one is renewed; in the past when it should have been. */
  Instant of(IssuedCertificate certificate, Instant now) throws InterruptedException {
    Instant end = certificate.notAfter();
    Duration lifetime = Duration.between(certificate.notBefore(), end);
    Authority.Window window = window(certificate.leaf(), now);
    Instant due =
        window == null
            ? plan.renewal(certificate.notBefore(), end)
            : earlier(plan.renewal(window), end.minus(lifetime.dividedBy(10)));
    // With a clock that is wrong, a new certificate may look old: not again and again.
    Instant earliest = lastSuccess.plus(lifetime.dividedBy(4));
    return due.isBefore(earliest) ? earliest : due;
  }

  private Authority.@Nullable Window window(X509Certificate leaf, Instant now)
      throws InterruptedException {
    if (!leaf.equals(asked) || !now.isBefore(askedAt.plus(ASK_AGAIN))) {
      asked = leaf;
      askedAt = now;
      answer = authority.renewal(leaf);
    }
    return answer;
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
