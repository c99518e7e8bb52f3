package dev.yumen.dataplane.tls;

import dev.yumen.config.TlsProvider;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which library does the work of TLS. */
final class Provider {
  private static final Logger LOG = LoggerFactory.getLogger(Provider.class);
  private static final AtomicBoolean SAID = new AtomicBoolean();

  static {
    // Its own way to switch renegotiation off; read once, when its TLS is first used. BoringSSL has
    // none. The launcher sets it too.
    System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
  }

  private Provider() {}

  /** The library for this setting, or null when it can not be had; a problem says why. */
  static @Nullable SslProvider of(TlsProvider wanted, TlsProblems problems) {
    return switch (wanted) {
      case JDK -> SslProvider.JDK;
      case OPENSSL -> {
        if (!OpenSsl.isAvailable()) {
          problems.error(
              "provider",
              "\"openssl\" (expected: jdk or auto, as BoringSSL can not be loaded: "
                  + reason()
                  + ")");
          yield null;
        }
        yield SslProvider.OPENSSL_REFCNT;
      }
      case AUTO -> {
        if (OpenSsl.isAvailable()) {
          yield SslProvider.OPENSSL_REFCNT;
        }
        if (SAID.compareAndSet(false, true)) {
          LOG.info("TLS by the JDK, as BoringSSL can not be loaded: {}", reason());
        }
        yield SslProvider.JDK;
      }
    };
  }

  private static String reason() {
    Throwable cause = OpenSsl.unavailabilityCause();
    return String.valueOf(cause == null ? null : cause.getMessage());
  }
}
