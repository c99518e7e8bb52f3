package dev.yumen.filters.auth;

import dev.yumen.api.Consumer;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.Headers;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.TakesCredentials;
import dev.yumen.api.TlsSession;
import dev.yumen.api.Verdict;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lets consumers in by the certificate that they showed in TLS. */
public final class MtlsAuthFilter implements Filter, LooksOnly, TakesCredentials {
  public static final FilterType<Config> TYPE =
      new FilterType<>("mtls-auth", Config.class, MtlsAuthFilter::new);

  /** A kind of name in a certificate. */
  public enum Name {
    /** Common name of the subject. */
    CN,
    DNS,
    URI,
    EMAIL,
    /** Digest of the whole certificate in lower-case hexadecimal digits. */
    SHA256
  }

  /** What becomes of a certificate that belongs to no consumer. */
  public enum Unknown {
    REJECT,
    /** It becomes a consumer by its first name, without groups. */
    ACCEPT
  }

  /** Which certificates mean whom. */
  @Describe("Lets consumers in by the certificate that they showed in TLS.")
  public record Config(
      @Describe("Names of the certificate that are looked for among the consumers, in this order.")
          @Default("[cn]")
          @OneOrMany
          List<Name> names,
      @Describe("A certificate that belongs to no consumer: refuse it, or let its first name in.")
          @Default("reject")
          Unknown unknown,
      @Describe("Whether the upstream gets the certificate as Client-Cert (RFC 9440).")
          @Default("false")
          boolean forward) {

    public Config {
      names = List.copyOf(names);
      if (names.isEmpty()) {
        throw new InvalidValue("names", "[]", "cn, dns, uri, email or sha256");
      }
    }
  }

  private static final String CLIENT_CERT = "Client-Cert";
  private static final String CLIENT_CERT_CHAIN = "Client-Cert-Chain";

  private final Config config;
  private final Map<String, UpstreamIdentity> identities = new HashMap<>();
  private final Set<String> names = new HashSet<>();

  private MtlsAuthFilter(Config config, FilterContext context) {
    this.config = config;
    context.consumers().forEach(this::add);
    if (identities.isEmpty() && config.unknown == Unknown.REJECT) {
      throw InvalidValue.found("", "no certificates", "a consumer with a credential certificate");
    }
  }

  private void add(Consumer consumer) {
    names.add(consumer.name());
    UpstreamIdentity identity = UpstreamIdentity.of(consumer, TYPE.name());
    for (Consumer.Credential credential : consumer.credentials()) {
      String name = credential.certificate();
      if (name != null) {
        identities.put(name.toLowerCase(Locale.ROOT), identity);
      }
    }
  }

  @Override
  public Set<String> credentialNames() {
    return Set.of(CERTIFICATE);
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    Headers headers = exchange.request().headers();
    headers.remove(CLIENT_CERT);
    headers.remove(CLIENT_CERT_CHAIN);
    TlsSession tls = exchange.tls();
    X509Certificate certificate = tls == null ? null : tls.clientCertificate();
    if (certificate == null) {
      return Verdict.fail(FailureCode.FORBIDDEN, "the client showed no certificate");
    }
    UpstreamIdentity identity = find(certificate);
    if (identity == null) {
      return Verdict.fail(
          FailureCode.FORBIDDEN,
          "no consumer has the certificate of " + certificate.getSubjectX500Principal());
    }
    identity.assign(exchange);
    if (config.forward) {
      headers.set(CLIENT_CERT, ":" + base64(certificate) + ":");
    }
    return Verdict.proceed();
  }

  private @Nullable UpstreamIdentity find(X509Certificate certificate) {
    String first = null;
    for (Name kind : config.names) {
      for (String name : CertificateNames.of(certificate, kind)) {
        UpstreamIdentity known = identities.get(name.toLowerCase(Locale.ROOT));
        if (known != null) {
          return known;
        }
        first = first == null && !name.isBlank() ? name : first;
      }
    }
    // An authority must not make somebody a consumer of the configuration by the name alone.
    return first == null || config.unknown == Unknown.REJECT || names.contains(first)
        ? null
        : UpstreamIdentity.of(new Consumer(first, List.of(), Map.of(), List.of()), TYPE.name());
  }

  private static String base64(X509Certificate certificate) {
    try {
      return Base64.getEncoder().encodeToString(certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate that TLS has read", e);
    }
  }
}
