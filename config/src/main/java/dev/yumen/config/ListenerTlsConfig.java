package dev.yumen.config;

import dev.yumen.api.DataSize;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InputFile;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Shorthand;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** TLS of a listener. */
@Describe("TLS towards the clients of a listener.")
@Shorthand("source")
public record ListenerTlsConfig(
    @Describe("Where certificates come from. `self-signed` makes one in memory, for development.")
        @Default("files")
        Source source,
    @Describe(
            "Certificates. A client gets the one for the name it asks for (SNI), by the names in"
                + " the certificates; without a match the first.")
        @OneOrMany
        List<CertificateConfig> certificates,
    @Describe("Domains whose certificates are ordered by ACME and renewed.") @Nullable Acme acme,
    @Describe("Oldest version of TLS that is spoken.") @Default("1.2") TlsVersion minVersion,
    @Describe(
            "Presets of Mozilla's Server Side TLS 5.7, without DHE. `modern` is TLS 1.3 only,"
                + " whatever `min-version`.")
        @Default("intermediate")
        Ciphers ciphers,
    @Describe("Whether clients have to show a certificate.")
        @Nullable ClientCertificate clientCertificate,
    @Describe("What is different for single host names.") List<Host> hosts,
    @Describe("For the whole handshake, from the moment of the connection.") @Default("10s")
        Duration handshakeTimeout,
    @Describe("Largest first message of a client.") @Default("16KiB") DataSize maxClientHello,
    @Describe("Tickets with which a client takes up an earlier session.") @Default("{}")
        SessionTickets sessionTickets,
    @Describe("Whether the issuer's word that the certificate is not revoked is sent along.")
        @Default("false")
        boolean ocspStapling,
    @Describe("What does the work: `auto` is BoringSSL where it loads, else the JDK.")
        @Default("auto")
        TlsProvider provider) {

  /** Where certificates come from. */
  public enum Source {
    FILES,
    SELF_SIGNED
  }

  /** Presets of cipher suites. */
  public enum Ciphers {
    MODERN,
    INTERMEDIATE
  }

  public ListenerTlsConfig {
    certificates = List.copyOf(certificates);
    hosts = List.copyOf(hosts);
    if (source == Source.FILES && certificates.isEmpty() && acme == null) {
      throw InvalidValue.found(
          "",
          "no certificates",
          "at least one, or acme, or the word self-signed instead of all settings");
    }
    if (source == Source.SELF_SIGNED && acme != null) {
      throw InvalidValue.found("acme", "some domains", "none beside source: self-signed");
    }
    if (source == Source.SELF_SIGNED && !certificates.isEmpty()) {
      throw InvalidValue.found("certificates", "some", "none beside source: self-signed");
    }
    Check.positive("handshake-timeout", handshakeTimeout);
    Check.range("max-client-hello", maxClientHello, 512, 64 << 10);
    Set<String> names = new HashSet<>();
    for (Host host : hosts) {
      if (!names.add(host.host())) {
        throw InvalidValue.found("hosts", "\"" + host.host() + "\" twice", "each host once");
      }
    }
  }

  /** The oldest version that is spoken, as the preset has it. */
  public TlsVersion oldestVersion() {
    return ciphers == Ciphers.MODERN ? TlsVersion.TLS_1_3 : minVersion;
  }

  /** Domains whose certificates are ordered. */
  @Describe("Domains whose certificates are ordered by ACME and renewed.")
  @Shorthand("domains")
  public record Acme(
      @Describe("Host names that lead here; each gets a certificate of its own.") @OneOrMany
          List<String> domains,
      @Describe("Name of the authority, one of those under acme at the top.") @Default("default")
          String issuer) {
    private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";

    public Acme {
      if (domains.isEmpty()) {
        throw InvalidValue.found("domains", "none", "at least one host name");
      }
      Set<String> seen = new HashSet<>();
      for (String domain : domains) {
        check(domain);
        if (!seen.add(domain)) {
          throw InvalidValue.found("domains", "\"" + domain + "\" twice", "each domain once");
        }
      }
      domains = List.copyOf(domains);
    }

    private static void check(String domain) {
      if (domain.startsWith("*.")) {
        throw new InvalidValue(
            "domains",
            domain,
            "single host names, as wildcards need the challenge dns-01, which is not spoken here");
      }
      if (domain.matches("[0-9.]+") || domain.indexOf(':') >= 0) {
        throw new InvalidValue("domains", domain, "a host name, as no address can be certified");
      }
      if (domain.length() > 253 || !domain.matches(LABEL + "(\\." + LABEL + ")*")) {
        throw new InvalidValue(
            "domains", domain, "a lower-case host name such as example.com, others in punycode");
      }
    }
  }

  /** Certificates of clients. */
  @Describe("Certificates of clients.")
  @Shorthand("ca")
  public record ClientCertificate(
      @Describe("`optional` takes clients without one; one that is shown must always be good.")
          @Default("required")
          Mode mode,
      @Describe("PEM file with the certificates of the authorities that are trusted.")
          @Nullable InputFile ca) {

    /** Whether a certificate is asked for. */
    public enum Mode {
      REQUIRED,
      OPTIONAL,
      NONE
    }

    public ClientCertificate {
      if (mode != Mode.NONE && ca == null) {
        throw InvalidValue.found("ca", "nothing", "a file, unless mode is none");
      }
    }
  }

  /** What is different for one host. */
  @Describe("What is different for the clients that ask for one host name.")
  public record Host(
      @Describe("Host name, exact or *.example.com.") String host,
      @Describe("In place of the listener's; {mode: none} asks for none.")
          ClientCertificate clientCertificate) {

    public Host {
      if (!host.matches("(\\*\\.)?[a-z0-9_-]+(\\.[a-z0-9_-]+)*") || host.length() > 255) {
        throw new InvalidValue(
            "host", host, "a lower-case host name such as example.com or *.example.com");
      }
    }
  }

  /** Tickets with which a client takes up an earlier session. */
  @Describe("Tickets with which a client takes up an earlier session (RFC 5077, RFC 8446 §2.2).")
  public record SessionTickets(
      @Describe("Whether they are given.") @Default("true") boolean enabled,
      @Describe(
              "How often the key of new tickets changes; tickets of the key before are taken for"
                  + " as long again. The JDK's TLS changes it by its own rules.")
          @Default("12h")
          Duration rotate) {
    public SessionTickets {
      Check.positive("rotate", rotate);
    }
  }
}
