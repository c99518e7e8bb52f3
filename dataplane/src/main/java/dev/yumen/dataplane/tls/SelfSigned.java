package dev.yumen.dataplane.tls;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate that nobody has to make: for this machine, for development, or for domains until
 * ACME has given a real one. Kept in memory alone, so that no private key that somebody was told to
 * trust lies on a disk.
 */
final class SelfSigned {
  static final String SOURCE = "self-signed";

  private static final Duration BACK = Duration.ofDays(1);
  private static final Duration VALID = Duration.ofDays(365);

  private SelfSigned() {}

  /**
   * @param domains that it is for; none for this machine
   */
  static KeyEntry make(Instant now, List<String> domains) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      X500Name name =
          new X500Name(
              "CN=%s, O=Yumen self-signed".formatted(domains.isEmpty() ? "localhost" : "stand-in"));
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              name,
              new BigInteger(127, new SecureRandom()).setBit(126),
              Date.from(now.minus(BACK)),
              Date.from(now.plus(VALID)),
              name,
              pair.getPublic());
      builder.addExtension(
          Extension.subjectAlternativeName, false, new GeneralNames(names(domains)));
      builder.addExtension(
          Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
      X509Certificate certificate =
          new JcaX509CertificateConverter()
              .getCertificate(
                  builder.build(
                      new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
      return new KeyEntry(
          SOURCE, List.of(certificate), pair.getPrivate(), CertificateNames.of(certificate));
    } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static GeneralName[] names(List<String> domains) {
    return domains.isEmpty()
        ? new GeneralName[] {
          new GeneralName(GeneralName.dNSName, "localhost"),
          new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
          new GeneralName(GeneralName.iPAddress, "::1")
        }
        : domains.stream()
            .map(domain -> new GeneralName(GeneralName.dNSName, domain))
            .toArray(GeneralName[]::new);
  }
}
