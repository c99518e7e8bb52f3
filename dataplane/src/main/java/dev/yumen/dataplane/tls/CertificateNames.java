package dev.yumen.dataplane.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/** The host names that a certificate is for. */
final class CertificateNames {
  private static final int DNS_NAME = 2;

  private CertificateNames() {}

  /**
   * Its DNS names, or the common name of its subject when it has none (RFC 9525 forbids that to
   * clients, but old certificates of old services are chosen by it all the same).
   */
  static List<String> of(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> alternative : alternatives) {
          if (alternative.getFirst() instanceof Integer kind && kind == DNS_NAME) {
            names.add(String.valueOf(alternative.get(1)).toLowerCase(Locale.ROOT));
          }
        }
      }
    } catch (CertificateParsingException _) {
      return List.of(); // it can still be the default
    }
    String common = names.isEmpty() ? commonName(certificate) : null;
    return common == null ? List.copyOf(names) : List.of(common);
  }

  private static @Nullable String commonName(X509Certificate certificate) {
    try {
      LdapName subject = new LdapName(certificate.getSubjectX500Principal().getName());
      for (Rdn part : subject.getRdns()) {
        if (part.getType().equalsIgnoreCase("CN") && part.getValue() instanceof String name) {
          return name.toLowerCase(Locale.ROOT);
        }
      }
    } catch (InvalidNameException _) {
      // No name that could be asked for.
    }
    return null;
  }
}
