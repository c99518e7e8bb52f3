package dev.yumen.dataplane.tls;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.internal.tcnative.CertificateVerifier;
import java.net.Socket;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The JDK's check of certificates of clients, for BoringSSL. What the library does not find among
 * the reasons that it knows it calls an internal error of ours; this gives it the reason, so that
 * the client gets the alert of RFC 8446 §6.2: {@code unknown_ca} or {@code bad_certificate}.
 */
final class ClientTrust extends X509ExtendedTrustManager {
  private final X509ExtendedTrustManager jdk;

  private ClientTrust(X509ExtendedTrustManager jdk) {
    this.jdk = jdk;
  }

  static ClientTrust in(List<X509Certificate> authorities) {
    TrustManager jdk = UpstreamTls.trustIn(authorities).getTrustManagers()[0];
    return new ClientTrust((X509ExtendedTrustManager) jdk);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    try {
      jdk.checkClientTrusted(chain, type, engine);
    } catch (CertificateException e) {
      throw withReason(e);
    }
  }

  private static CertificateException withReason(CertificateException failure) {
    return switch (failure) {
      case CertificateExpiredException _, CertificateNotYetValidException _ -> failure;
      case CertificateException _ when isOfUnknownAuthority(failure) ->
          new OpenSslCertificateException(
              failure, CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
      case CertificateException _ when failure.getCause() == null ->
          new OpenSslCertificateException(failure, CertificateVerifier.X509_V_ERR_CERT_REJECTED);
      default -> failure;
    };
  }

  private static boolean isOfUnknownAuthority(Throwable failure) {
    return failure.getCause() instanceof CertPathBuilderException path && path.getCause() == null;
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return jdk.getAcceptedIssuers();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    jdk.checkClientTrusted(chain, type);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    jdk.checkClientTrusted(chain, type, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    jdk.checkServerTrusted(chain, type);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    jdk.checkServerTrusted(chain, type, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    jdk.checkServerTrusted(chain, type, engine);
  }
}
