package dev.yumen.acme;

import dev.yumen.config.AcmeConfig;
import dev.yumen.testkit.ManualClock;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** Gives certificates of 90 days, or fails, as it is told. */
final class FakeAuthority implements Authority {
  static final Duration LIFETIME = Duration.ofDays(90);

  private final ManualClock clock;
  @Nullable OrderFailed failure;
  @Nullable Window window;
  @Nullable String otherName;
  int orders;

  FakeAuthority(ManualClock clock) {
    this.clock = clock;
  }

  @Override
  public Given order(String domain) throws OrderFailed {
    orders++;
    if (failure != null) {
      throw failure;
    }
    return certificate(otherName == null ? domain : otherName, clock.instant());
  }

  static Given certificate(String domain, Instant from) {
    KeyPair pair = Keys.make(AcmeConfig.KeyType.EC256);
    X500Name name = new X500Name("CN=" + domain);
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            name,
            BigInteger.valueOf(from.toEpochMilli()),
            Date.from(from),
            Date.from(from.plus(LIFETIME)),
            name,
            pair.getPublic());
    try {
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(new GeneralName(GeneralName.dNSName, domain)));
      X509Certificate certificate =
          new JcaX509CertificateConverter()
              .getCertificate(
                  builder.build(
                      new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
      return new Given(pair.getPrivate(), List.of(certificate));
    } catch (CertIOException | OperatorCreationException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public @Nullable Window renewal(X509Certificate certificate) {
    return window;
  }

  @Override
  public void close() {}
}
