package dev.yumen.dataplane.tls;

import dev.yumen.api.InputFile;
import dev.yumen.config.CertificateConfig;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** TLS of the JDK for the control plane's own clients. */
public final class JdkTls {
  private JdkTls() {}

  /**
   * Whom to trust and what to show. Reads what is in memory already; needs some milliseconds.
   *
   * @param ca PEM certificates; null for the authorities of the JDK
   * @param certificate what to show to a server that asks; null for nothing
   * @throws IOException when a file can not be used; names it
   */
  public static SSLContext context(@Nullable InputFile ca, @Nullable CertificateConfig certificate)
      throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(shown(certificate), trusted(ca), null);
      return context;
    } catch (CertificateFiles.Unusable e) {
      throw new IOException(e.getMessage(), e);
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS can not be set up: " + e.getMessage(), e);
    }
  }

  private static TrustManager @Nullable [] trusted(@Nullable InputFile ca)
      throws CertificateFiles.Unusable, GeneralSecurityException, IOException {
    if (ca == null) {
      return null;
    }
    KeyStore store = empty();
    List<X509Certificate> authorities = CertificateFiles.authorities(ca);
    for (int i = 0; i < authorities.size(); i++) {
      store.setCertificateEntry("ca" + i, authorities.get(i));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    return trust.getTrustManagers();
  }

  private static KeyManager @Nullable [] shown(@Nullable CertificateConfig certificate)
      throws GeneralSecurityException, IOException {
    if (certificate == null) {
      return null;
    }
    TlsProblems problems = new TlsProblems();
    KeyEntry entry = new KeyEntries(problems, Instant.now()).of(certificate, "certificate");
    if (entry == null) {
      throw new IOException(problems.all().getFirst().message());
    }
    KeyStore store = empty();
    store.setKeyEntry("own", entry.key(), new char[0], entry.chainArray());
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, new char[0]);
    return keys.getKeyManagers();
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    return store;
  }
}
