package dev.yumen.dataplane.tls;

import dev.yumen.api.InputFile;
import dev.yumen.config.CertificateConfig;
import dev.yumen.config.Problem.Severity;
import java.security.cert.X509Certificate;
import java.time.Instant;

/**
 * A certificate that ACME gave for one domain, as it lies in the storage: private key and chain in
 * one PEM file.
 */
public final class IssuedCertificate {
  private final KeyEntry entry;

  private IssuedCertificate(KeyEntry entry) {
    this.entry = entry;
  }

  /** A file that can not be used; the message names it. */
  public static final class Damaged extends Exception {
    private static final long serialVersionUID = 1L;

    Damaged(String message) {
      super(message);
    }
  }

  /**
   * Reads a file and makes sure that it can be used for this domain; expired ones can.
   *
   * @throws Damaged when it can not
   */
  public static IssuedCertificate read(InputFile file, String domain) throws Damaged {
    TlsProblems problems = new TlsProblems();
    KeyEntry entry =
        new KeyEntries(problems, Instant.EPOCH).of(new CertificateConfig(file, null, null), "");
    if (entry == null) {
      throw new Damaged(
          problems.all().stream()
              .filter(problem -> problem.severity() == Severity.ERROR)
              .map(TlsProblem::message)
              .findFirst()
              .orElse(file.name() + ": it can not be used"));
    }
    if (!entry.names().contains(domain)) {
      throw new Damaged(file.name() + ": it is for " + entry.names() + ", not for " + domain);
    }
    return new IssuedCertificate(entry);
  }

  KeyEntry entry() {
    return entry;
  }

  /** The certificate itself. */
  public X509Certificate leaf() {
    return entry.leaf();
  }

  public Instant notBefore() {
    return entry.leaf().getNotBefore().toInstant();
  }

  public Instant notAfter() {
    return entry.leaf().getNotAfter().toInstant();
  }
}
