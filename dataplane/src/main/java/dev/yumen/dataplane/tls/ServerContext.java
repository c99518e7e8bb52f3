package dev.yumen.dataplane.tls;

import dev.yumen.config.ListenerTlsConfig;
import dev.yumen.config.TlsVersion;
import dev.yumen.dataplane.state.StateRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.internal.tcnative.SSL;
import io.netty.util.ReferenceCountUtil;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The library's context for one certificate and one policy. Lives in the {@link StateRegistry}: a
 * reload that changes neither keeps it, with the sessions it knows. Any thread.
 */
final class ServerContext {
  private final SslContext context;
  private final StateRegistry.@Nullable Handle<TicketKeys> tickets;
  private final StateRegistry.@Nullable Handle<OcspStaple> staple;
  private volatile long generation;

  private ServerContext(
      SslContext context,
      StateRegistry.@Nullable Handle<TicketKeys> tickets,
      StateRegistry.@Nullable Handle<OcspStaple> staple) {
    this.context = context;
    this.tickets = tickets;
    this.staple = staple;
  }

  /**
   * @param listener whose sessions must not be taken up at another
   * @param alpn protocols that are spoken, the best first
   * @param ocsp null when nothing is stapled
   */
  record Spec(
      String listener,
      SslProvider provider,
      ListenerTlsConfig settings,
      KeyEntry entry,
      ClientPolicy policy,
      List<String> alpn,
      @Nullable OcspQuery ocsp) {

    String key() {
      return String.join(
          " ",
          "tls context",
          listener,
          provider.name(),
          settings.oldestVersion().protocol(),
          settings.ciphers().name(),
          settings.sessionTickets().toString(),
          String.join(",", alpn),
          ocsp == null ? "" : "ocsp",
          entry.fingerprint(),
          policy.fingerprint());
    }

    /**
     * Keys are shared by contexts that demand the same of a client and by no others: a ticket is
     * taken without a new look at the client's certificate, so one that was given without any must
     * be worth nothing where one is required.
     */
    String ticketKey() {
      return String.join(
          " ", "tls tickets", listener, settings.sessionTickets().toString(), policy.fingerprint());
    }
  }

  static ServerContext make(Spec spec, TlsSurroundings around) {
    SslContext context;
    try {
      context = builder(spec).build();
    } catch (SSLException e) {
      throw new IllegalArgumentException(
          "the certificate " + spec.entry().source() + " can not be used: " + e.getMessage(), e);
    }
    return new ServerContext(context, tickets(spec, around), staple(spec, around));
  }

  private static StateRegistry.@Nullable Handle<TicketKeys> tickets(
      Spec spec, TlsSurroundings around) {
    ListenerTlsConfig.SessionTickets settings = spec.settings().sessionTickets();
    return spec.provider() == SslProvider.JDK || !settings.enabled()
        ? null
        : around
            .states()
            .hold(
                TicketKeys.class,
                spec.ticketKey(),
                () -> new TicketKeys(settings.rotate(), around.nanoClock()),
                keys -> {});
  }

  /** One for each certificate, however many listeners and policies use it. */
  private static StateRegistry.@Nullable Handle<OcspStaple> staple(
      Spec spec, TlsSurroundings around) {
    OcspQuery query = spec.ocsp();
    return query == null
        ? null
        : around
            .states()
            .hold(
                OcspStaple.class,
                "tls ocsp " + spec.entry().fingerprint(),
                () -> new OcspStaple(spec.entry().source(), query, around.clock()),
                OcspStaple::close);
  }

  private static SslContextBuilder builder(Spec spec) {
    KeyEntry entry = spec.entry();
    SslContextBuilder builder =
        SslContextBuilder.forServer(entry.key(), entry.chainArray())
            .sslProvider(spec.provider())
            .protocols(protocols(spec.settings().oldestVersion()))
            .ciphers(
                CipherPreset.of(spec.settings().ciphers()), SupportedCipherSuiteFilter.INSTANCE)
            .enableOcsp(spec.ocsp() != null)
            .clientAuth(spec.policy().auth());
    List<X509Certificate> authorities = spec.policy().authorities();
    if (!authorities.isEmpty() && spec.provider() == SslProvider.JDK) {
      builder.trustManager(authorities);
    } else if (!authorities.isEmpty()) {
      builder.trustManager(ClientTrust.in(authorities));
    }
    if (!spec.alpn().isEmpty()) {
      builder.applicationProtocolConfig(alpn(spec.alpn()));
    }
    if (!spec.settings().sessionTickets().enabled() && spec.provider() == SslProvider.JDK) {
      builder.sessionTimeout(1); // it has no switch for tickets; these are too old at once
    }
    return builder;
  }

  /** Those from the oldest on, as JSSE calls them. */
  static List<String> protocols(TlsVersion oldest) {
    return Stream.of(TlsVersion.values())
        .filter(version -> version.compareTo(oldest) >= 0)
        .map(TlsVersion::protocol)
        .toList();
  }

  /** Both libraries know these ways of failing; what they do not know is done before them. */
  static ApplicationProtocolConfig alpn(List<String> protocols) {
    return new ApplicationProtocolConfig(
        Protocol.ALPN,
        SelectorFailureBehavior.NO_ADVERTISE,
        SelectedListenerFailureBehavior.ACCEPT,
        protocols);
  }

  /** An engine, which keeps the context for as long as it lives. */
  SSLEngine engine(ByteBufAllocator allocator) {
    if (tickets != null) {
      refresh(tickets.value());
    }
    SSLEngine engine = context.newEngine(allocator);
    if (engine instanceof ReferenceCountedOpenSslEngine openSsl) {
      prepare(openSsl);
    }
    return engine;
  }

  private void prepare(ReferenceCountedOpenSslEngine engine) {
    if (tickets == null) {
      // Unasked, it gives tickets with a key that never changes.
      SSL.setOptions(engine.sslPointer(), SSL.SSL_OP_NO_TICKET);
    }
    byte[] stapled = staple == null ? null : staple.value().current();
    if (stapled != null) {
      engine.setOcspResponse(stapled);
    }
  }

  private void refresh(TicketKeys keys) {
    TicketKeys.Generation now = keys.current();
    if (now.number() != generation) {
      ((OpenSslServerSessionContext) context.sessionContext()).setTicketKeys(now.keys());
      generation = now.number();
    }
  }

  void close() {
    ReferenceCountUtil.release(context);
    if (tickets != null) {
      tickets.release();
    }
    if (staple != null) {
      staple.release();
    }
  }
}
