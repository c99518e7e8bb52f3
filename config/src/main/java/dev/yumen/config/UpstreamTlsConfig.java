package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InputFile;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Shorthand;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** TLS towards an upstream. */
@Describe("TLS towards an upstream; `tls: true` is with all defaults.")
@Shorthand("enabled")
public record UpstreamTlsConfig(
    @Describe("Whether connections are made with TLS.") @Default("true") boolean enabled,
    @Describe("PEM file with the authorities that are trusted, instead of those of the JDK.")
        @Nullable InputFile ca,
    @Describe("Name to ask for and to look for in the certificate, instead of the endpoint's.")
        @Nullable String serverName,
    @Describe(
            "What is checked of the service's certificate: chain and name, the chain alone, or"
                + " nothing, which lets anybody pose as the service.")
        @Default("full")
        Verify verify,
    @Describe("Certificate to show to the service.") @Nullable CertificateConfig certificate,
    @Describe("Oldest version of TLS that is spoken.") @Default("1.2") TlsVersion minVersion,
    @Describe("For the handshake.") @Default("10s") Duration handshakeTimeout,
    @Describe("What does the work: `auto` is BoringSSL where it loads, else the JDK.")
        @Default("auto")
        TlsProvider provider) {

  /** What is checked of the certificate of a service. */
  public enum Verify {
    FULL,
    CHAIN,
    NONE
  }

  public UpstreamTlsConfig {
    if (serverName != null
        && (serverName.length() > 253
            || !serverName.matches("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*"))) {
      throw new InvalidValue("server-name", serverName, "a host name");
    }
    Check.positive("handshake-timeout", handshakeTimeout);
  }
}
