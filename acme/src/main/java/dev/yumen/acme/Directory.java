package dev.yumen.acme;

import dev.yumen.api.InputFile;
import dev.yumen.dataplane.observe.AcmeMetrics.Outcome;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.connector.NetworkSettings;
import org.shredzone.acme4j.provider.GenericAcmeProvider;

/**
 * The way to an authority's directory: whom to trust on it, and one client for all requests, that
 * can be ended. Goes through the proxy that the JVM is told of.
 */
final class Directory extends GenericAcmeProvider implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final HttpClient client;

  /**
   * @param ca null for the authorities of the JDK
   * @throws OrderFailed when there is nothing in the file that could be trusted
   */
  Directory(@Nullable InputFile ca) throws OrderFailed {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(PATIENCE)
            .proxy(ProxySelector.getDefault());
    if (ca != null) {
      builder.sslContext(trusting(ca));
    }
    client = builder.build();
  }

  private static SSLContext trusting(InputFile ca) throws OrderFailed {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate each :
          CertificateFactory.getInstance("X.509").generateCertificates(ca.open())) {
        store.setCertificateEntry("ca" + number++, each);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new OrderFailed(
          Outcome.FAILED, ca.name() + ": no certificates that could be trusted: " + e.getMessage());
    }
  }

  Session session(URI address) {
    Session session = new Session(address, this);
    session.networkSettings().setTimeout(PATIENCE);
    return session;
  }

  @Override
  public HttpClient createHttpClient(NetworkSettings settings) {
    return client;
  }

  /** Ends requests that are under way; does not wait. */
  @Override
  public void close() {
    client.shutdownNow();
  }
}
