package dev.yumen.dataplane.tls;

import dev.yumen.api.InputFile;
import dev.yumen.config.CertificateConfig;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a {@link KeyEntry} of the files of one certificate, and checks that they fit together. */
final class KeyEntries {
  private static final byte[] PROBE =
      "does this key belong to that certificate?".getBytes(StandardCharsets.US_ASCII);

  private final TlsProblems problems;
  private final Instant now;

  KeyEntries(TlsProblems problems, Instant now) {
    this.problems = problems;
    this.now = now;
  }

  /**
   * @param setting where it stands, such as {@code certificates[0]}
   * @return null when it can not be used; a problem says why
   */
  @Nullable KeyEntry of(CertificateConfig settings, String setting) {
    CertificateFiles.Content content = content(settings.cert(), settings, setting + ".cert");
    if (content == null) {
      return null;
    }
    List<PrivateKey> keys = content.keys();
    String keySetting = setting + ".cert";
    InputFile keyFile = settings.cert();
    if (settings.key() != null) {
      keySetting = setting + ".key";
      keyFile = settings.key();
      CertificateFiles.Content own = content(keyFile, settings, keySetting);
      if (own == null) {
        return null;
      }
      keys = own.keys();
    }
    if (content.certificates().isEmpty()) {
      problems.error(
          setting + ".cert",
          settings.cert().name() + ": there is no certificate in it (expected: PEM or PKCS#12)");
      return null;
    }
    if (keys.size() != 1) {
      String hint = settings.key() == null ? " here, or a file under key" : "";
      problems.error(
          keySetting,
          "%s: %s private keys in it (expected: one%s)"
              .formatted(keyFile.name(), keys.isEmpty() ? "no" : keys.size(), hint));
      return null;
    }
    return entry(settings.cert(), content.certificates(), keys.getFirst(), keyFile, setting);
  }

  private CertificateFiles.@Nullable Content content(
      InputFile file, CertificateConfig settings, String setting) {
    try {
      return CertificateFiles.read(file, settings.password());
    } catch (CertificateFiles.Unusable e) {
      problems.error(setting, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private @Nullable KeyEntry entry(
      InputFile file,
      List<X509Certificate> certificates,
      PrivateKey key,
      InputFile keyFile,
      String setting) {
    X509Certificate leaf = null;
    for (X509Certificate candidate : certificates) {
      if (leaf == null && fits(key, candidate.getPublicKey())) {
        leaf = candidate;
      }
    }
    if (leaf == null) {
      String at = file.equals(keyFile) ? ".cert" : ".key";
      problems.error(
          setting + at,
          "%s: the private key does not belong to the certificate in %s"
              .formatted(keyFile.name(), file.name()));
      return null;
    }
    List<X509Certificate> chain = chain(leaf, certificates);
    if (!certificates.subList(0, Math.min(chain.size(), certificates.size())).equals(chain)) {
      problems.warning(
          setting + ".cert",
          file.name() + ": the chain is out of order; clients get it in the right order");
    } else if (chain.size() < certificates.size()) {
      problems.warning(
          setting + ".cert",
          "%s: %d certificates that are not of the chain are left out"
              .formatted(file.name(), certificates.size() - chain.size()));
    }
    for (X509Certificate certificate : chain) {
      checkTime(certificate, file, setting + ".cert");
    }
    return new KeyEntry(file.name(), chain, key, CertificateNames.of(leaf));
  }

  /** The certificate and its issuers, as far as they are there. */
  private static List<X509Certificate> chain(
      X509Certificate leaf, List<X509Certificate> certificates) {
    List<X509Certificate> chain = new ArrayList<>();
    X509Certificate next = leaf;
    while (next != null && !chain.contains(next)) {
      chain.add(next);
      X509Certificate last = next;
      next =
          certificates.stream()
              .filter(candidate -> !chain.contains(candidate) && issued(candidate, last))
              .findFirst()
              .orElse(null);
    }
    return List.copyOf(chain);
  }

  private static boolean issued(X509Certificate issuer, X509Certificate certificate) {
    if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
      return false;
    }
    try {
      certificate.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException _) {
      return false;
    }
  }

  /**
   * A warning, not an error: an expired certificate must not keep a gateway from starting again,
   * and some of its clients do not mind.
   */
  void checkTime(X509Certificate certificate, InputFile file, String setting) {
    Instant from = certificate.getNotBefore().toInstant();
    Instant until = certificate.getNotAfter().toInstant();
    String name = certificate.getSubjectX500Principal().getName();
    if (now.isAfter(until)) {
      problems.warning(
          setting, "%s: the certificate of %s expired at %s".formatted(file.name(), name, until));
    } else if (now.isBefore(from)) {
      problems.warning(
          setting,
          "%s: the certificate of %s is not valid before %s".formatted(file.name(), name, from));
    }
  }

  /** Whether they are two halves of one pair. */
  private static boolean fits(PrivateKey key, PublicKey certified) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm();
        };
    try {
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(PROBE);
      byte[] signature = signer.sign();
      Signature verifier = Signature.getInstance(algorithm);
      verifier.initVerify(certified);
      verifier.update(PROBE);
      return verifier.verify(signature);
    } catch (GeneralSecurityException _) {
      return false; // of different kinds
    }
  }
}
