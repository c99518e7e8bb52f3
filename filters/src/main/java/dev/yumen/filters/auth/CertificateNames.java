package dev.yumen.filters.auth;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/** Reads names out of a certificate (RFC 5280 §4.1.2.6, §4.2.1.6). */
public final class CertificateNames {
  private static final int EMAIL = 1;
  private static final int DNS = 2;
  private static final int URI = 6;

  private CertificateNames() {}

  /**
   * The one name that authorization services of Envoy know a peer by: the first URI, else the first
   * DNS name, else the subject (RFC 2253).
   */
  public static String principal(X509Certificate certificate) {
    List<String> names = new ArrayList<>(alternatives(certificate, URI));
    names.addAll(alternatives(certificate, DNS));
    return names.isEmpty() ? certificate.getSubjectX500Principal().getName() : names.getFirst();
  }

  /** All names of one kind, in the order in which the certificate has them. */
  static List<String> of(X509Certificate certificate, MtlsAuthFilter.Name kind) {
    return switch (kind) {
      case CN -> commonNames(certificate);
      case DNS -> alternatives(certificate, DNS);
      case URI -> alternatives(certificate, URI);
      case EMAIL -> alternatives(certificate, EMAIL);
      case SHA256 -> List.of(sha256(certificate));
    };
  }

  private static List<String> commonNames(X509Certificate certificate) {
    List<String> names = new ArrayList<>(1);
    try {
      List<Rdn> subject = new LdapName(certificate.getSubjectX500Principal().getName()).getRdns();
      for (Rdn part : subject) {
        if (part.getType().equalsIgnoreCase("CN") && part.getValue() instanceof String name) {
          names.add(name);
        }
      }
    } catch (InvalidNameException _) {
      return List.of();
    }
    return names;
  }

  private static List<String> alternatives(X509Certificate certificate, int type) {
    @Nullable Collection<List<?>> all;
    try {
      all = certificate.getSubjectAlternativeNames();
    } catch (CertificateParsingException _) {
      return List.of();
    }
    List<String> names = new ArrayList<>(2);
    for (List<?> entry : all == null ? List.<List<?>>of() : all) {
      if (entry.get(0) instanceof Integer kind && kind == type) {
        String name = String.valueOf(entry.get(1));
        names.add(type == DNS ? name.toLowerCase(Locale.ROOT) : name);
      }
    }
    return names;
  }

  private static String sha256(X509Certificate certificate) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return HexFormat.of().formatHex(digest);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
