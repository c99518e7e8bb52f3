package dev.yumen.dataplane.tls;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why a handshake with a service failed: what the libraries say in many ways, said in one. */
final class HandshakeFailure {
  private static final String EXPIRED =
      "the certificate of the service has expired or is not valid yet";

  /** The JDK's check of names; a name or an address comes last. */
  private static final Pattern OTHER_NAME = Pattern.compile("^No .*name.* matching.* (\\S+) found");

  private HandshakeFailure() {}

  static String reason(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String known = known(cause);
      if (known != null) {
        return known;
      }
    }
    return "the handshake failed: " + failure.getMessage();
  }

  private static @Nullable String known(Throwable cause) {
    return switch (cause) {
      case NotSslRecordException _ -> "the service does not speak TLS";
      case SslHandshakeTimeoutException _ -> "the handshake took too long";
      case ClosedChannelException _ -> "the service closed the connection in the handshake";
      case CertificateExpiredException _, CertificateNotYetValidException _ -> EXPIRED;
      case CertPathValidatorException path
          when path.getReason() == BasicReason.EXPIRED
              || path.getReason() == BasicReason.NOT_YET_VALID ->
          EXPIRED;
      case CertPathBuilderException path when path.getCause() == null ->
          "the certificate of the service is of no authority that is trusted";
      case CertificateException certificate when certificate.getCause() == null ->
          certificate(String.valueOf(certificate.getMessage()));
      default -> null;
    };
  }

  private static String certificate(String message) {
    Matcher name = OTHER_NAME.matcher(message);
    return name.find()
        ? "the certificate of the service is not for " + name.group(1)
        : "the certificate of the service is refused: " + message;
  }
}
