package dev.yumen.dataplane.tls;

import dev.yumen.api.InputFile;
import dev.yumen.config.UpstreamTlsConfig;
import dev.yumen.config.UpstreamTlsConfig.Verify;
import dev.yumen.dataplane.observe.CertificateExpiry;
import dev.yumen.dataplane.state.StateRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** TLS towards one upstream. Shared by all loops; open connections do not need it. */
public final class UpstreamTls implements AutoCloseable {
  private final SslProvider provider;
  private final UpstreamTlsConfig settings;
  private final @Nullable KeyEntry entry;
  private final List<X509Certificate> authorities;
  private final TrustManagerFactory trust;
  private final Map<List<String>, SslContext> contexts = new HashMap<>();
  private boolean closed;

  /**
   * What came of compiling.
   *
   * @param tls null exactly when there is a problem of severity ERROR; to be closed by whoever
   *     asked
   */
  public record Compiled(@Nullable UpstreamTls tls, List<TlsProblem> problems) {}

  private UpstreamTls(
      SslProvider provider,
      UpstreamTlsConfig settings,
      @Nullable KeyEntry entry,
      List<X509Certificate> authorities) {
    this.provider = provider;
    this.settings = settings;
    this.entry = entry;
    this.authorities = authorities;
    this.trust = trust(settings.verify(), authorities);
  }

  /**
   * What these settings compile to, shared by everybody who holds it; also when that is nothing but
   * problems. Blocks for milliseconds when nobody held it before; not for an event loop.
   */
  public static StateRegistry.Handle<Compiled> hold(
      UpstreamTlsConfig settings, TlsSurroundings around) {
    return around
        .states()
        .hold(
            Compiled.class,
            "upstream-tls " + settings,
            () -> compile(settings, around),
            compiled -> {
              if (compiled.tls() != null) {
                compiled.tls().close();
              }
            });
  }

  /** Reads the files and makes everything ready. Blocks for milliseconds; not for an event loop. */
  public static Compiled compile(UpstreamTlsConfig settings, TlsSurroundings around) {
    TlsProblems problems = new TlsProblems();
    KeyEntries keyEntries = new KeyEntries(problems, around.clock().instant());
    SslProvider provider = Provider.of(settings.provider(), problems);
    KeyEntry entry =
        settings.certificate() == null
            ? null
            : keyEntries.of(settings.certificate(), "certificate");
    List<X509Certificate> authorities = authorities(settings, keyEntries, problems);
    if (problems.hasErrors() || provider == null) {
      return new Compiled(null, problems.all());
    }
    warn(settings, problems);
    UpstreamTls tls = new UpstreamTls(provider, settings, entry, authorities);
    try {
      tls.context(List.of());
    } catch (IllegalArgumentException e) {
      problems.error("", String.valueOf(e.getMessage()));
      return new Compiled(null, problems.all());
    }
    return new Compiled(tls, problems.all());
  }

  private static List<X509Certificate> authorities(
      UpstreamTlsConfig settings, KeyEntries keyEntries, TlsProblems problems) {
    InputFile file = settings.ca();
    if (file == null) {
      return List.of();
    }
    try {
      List<X509Certificate> authorities = CertificateFiles.authorities(file);
      authorities.forEach(authority -> keyEntries.checkTime(authority, file, "ca"));
      return authorities;
    } catch (CertificateFiles.Unusable e) {
      problems.error("ca", String.valueOf(e.getMessage()));
      return List.of();
    }
  }

  private static void warn(UpstreamTlsConfig settings, TlsProblems problems) {
    if (settings.verify() == Verify.NONE) {
      problems.warning(
          "verify", "nothing is checked, so anybody on the way can pose as the service");
    }
    if (settings.verify() == Verify.CHAIN && settings.ca() == null) {
      problems.warning(
          "verify",
          "names are not checked, so anybody with a certificate for any name can pose as the"
              + " service; give a ca of your own");
    }
  }

  private static TrustManagerFactory trust(Verify verify, List<X509Certificate> authorities) {
    return verify == Verify.NONE ? InsecureTrustManagerFactory.INSTANCE : trustIn(authorities);
  }

  /**
   * The JDK's check of chains.
   *
   * @param authorities empty for those of the JDK
   */
  static TrustManagerFactory trustIn(List<X509Certificate> authorities) {
    try {
      KeyStore store = null;
      if (!authorities.isEmpty()) {
        store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (X509Certificate authority : authorities) {
          store.setCertificateEntry("ca-" + store.size(), authority);
        }
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store); // without a store, with the JDK's authorities
      return factory;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The handler to put first into the pipeline of a new connection to the service. Its {@code
   * handshakeFuture} tells how the handshake ends.
   *
   * @param host the endpoint's host as configured, by which the certificate is checked unless
   *     {@code server-name} is set
   * @param alpn protocols to offer, the best first; empty to offer none
   */
  public SslHandler handler(ByteBufAllocator allocator, String host, int port, List<String> alpn) {
    String name = settings.serverName() == null ? host : settings.serverName();
    SslHandler handler = context(alpn).newHandler(allocator, name, port);
    handler.setHandshakeTimeoutMillis(settings.handshakeTimeout().toMillis());
    askFor(name, handler);
    return handler;
  }

  /** By themselves, the libraries do not ask for names without a dot, such as {@code users}. */
  private static void askFor(String name, SslHandler handler) {
    if (name.indexOf('.') >= 0
        || NetUtil.isValidIpV6Address(name)
        || !name.matches("[A-Za-z0-9-]+")) {
      return;
    }
    SSLParameters parameters = handler.engine().getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(name)));
    handler.engine().setSSLParameters(parameters);
  }

  /** Why a handshake failed, in words for the log and for who asked. */
  public static String reason(Throwable failure) {
    return HandshakeFailure.reason(failure);
  }

  /** The certificate that is shown to the service. */
  public List<CertificateInfo> certificates() {
    return entry == null ? List.of() : List.of(entry.info());
  }

  /**
   * Of every file, for {@code Metrics.certificates}.
   *
   * @param upstream the upstream's name
   */
  public List<CertificateExpiry> expiries(String upstream) {
    List<CertificateExpiry> expiries = new ArrayList<>();
    if (entry != null) {
      expiries.add(entry.expiry("upstream", upstream));
    }
    if (settings.ca() != null) {
      expiries.add(KeyEntry.expiry("upstream", upstream, settings.ca().name(), authorities));
    }
    return expiries;
  }

  private synchronized SslContext context(List<String> alpn) {
    if (closed) {
      throw new IllegalStateException("closed");
    }
    SslContext known = contexts.get(alpn);
    if (known != null) {
      return known;
    }
    SslContext made = make(alpn);
    contexts.put(List.copyOf(alpn), made);
    return made;
  }

  private SslContext make(List<String> alpn) {
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .sslProvider(provider)
            .protocols(ServerContext.protocols(settings.minVersion()))
            .ciphers(CipherPreset.all(), SupportedCipherSuiteFilter.INSTANCE)
            .trustManager(trust)
            .endpointIdentificationAlgorithm(settings.verify() == Verify.FULL ? "HTTPS" : null);
    if (entry != null) {
      builder.keyManager(entry.key(), entry.chainArray());
    }
    if (!alpn.isEmpty()) {
      builder.applicationProtocolConfig(ServerContext.alpn(alpn));
    }
    try {
      return builder.build();
    } catch (SSLException e) {
      throw new IllegalArgumentException("TLS settings can not be used: " + e.getMessage(), e);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    contexts.values().forEach(ReferenceCountUtil::release);
    contexts.clear();
  }
}
