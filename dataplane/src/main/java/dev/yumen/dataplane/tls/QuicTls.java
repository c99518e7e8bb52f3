package dev.yumen.dataplane.tls;

import dev.yumen.config.ListenerTlsConfig;
import dev.yumen.dataplane.state.StateRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicSslEngine;
import io.netty.handler.codec.quic.SslSessionTicketKey;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The TLS inside QUIC (RFC 9001) of one listener: the same certificates, chosen by the same names,
 * in the contexts of another library. Lives in the {@link StateRegistry} like {@link
 * ServerContext}; native memory is freed when the last connection and this are garbage. Any thread.
 *
 * <p>The library keeps what a context demands of a client apart from the certificate that a name
 * chooses, so one listener can demand one thing only.
 */
public final class QuicTls {
  static final String H3 = "h3";

  private final QuicSslContext context;
  private final TicketKeys tickets;
  private volatile long generation;

  private QuicTls(QuicSslContext context, TicketKeys tickets) {
    this.context = context;
    this.tickets = tickets;
  }

  /**
   * What it is made of.
   *
   * @param entries the first is for every name that none is for
   */
  record Spec(
      String listener,
      ListenerTlsConfig settings,
      List<KeyEntry> entries,
      ClientPolicy policy,
      TlsSurroundings around) {

    String key() {
      return entries.stream()
          .map(entry -> entry.fingerprint() + entry.names())
          .collect(
              Collectors.joining(
                  " ",
                  "tls quic " + listener + " " + settings.sessionTickets() + " ",
                  policy.fingerprint()));
    }
  }

  /** Why these settings can not be had over QUIC, or null when they can. */
  static @Nullable String unfit(
      ListenerTlsConfig settings, List<KeyEntry> entries, ClientPolicy policy) {
    if (!settings.hosts().isEmpty()) {
      return "hosts with demands of their own can not be had with http3 (expected: one"
          + " client-certificate for the whole listener, or protocols without http3)";
    }
    if (policy.auth() != ClientAuth.NONE && entries.size() > 1) {
      return "client certificates together with several certificates can not be had with http3"
          + " (expected: one certificate, or protocols without http3)";
    }
    return null;
  }

  static QuicTls make(Spec spec) {
    ListenerTlsConfig.SessionTickets settings = spec.settings().sessionTickets();
    // A key that is replaced at once makes tickets worthless; the library has no other switch.
    boolean given = settings.enabled() && spec.policy().auth() == ClientAuth.NONE;
    Duration rotate = given ? settings.rotate() : Duration.ofNanos(1);
    // A context that chooses by name gives no tickets, so one is made only for several names.
    QuicSslContext context =
        spec.entries().size() > 1 ? byName(spec) : one(spec.entries().getFirst(), spec.policy());
    return new QuicTls(context, new TicketKeys(rotate, spec.around().nanoClock()));
  }

  private static QuicSslContext byName(Spec spec) {
    ServerChoices<QuicSslContext> choices =
        new ServerChoices<>(spec.entries(), ClientPolicy.NONE, Map.of());
    choices.make(pair -> one(pair.entry(), pair.policy()));
    return QuicSslContextBuilder.buildForServerWithSni(
        name -> choices.get(name == null ? null : name.toLowerCase(Locale.ROOT)));
  }

  private static QuicSslContext one(KeyEntry entry, ClientPolicy policy) {
    return QuicSslContextBuilder.forServer(entry.key(), null, entry.chainArray())
        .applicationProtocols(H3)
        .earlyData(false)
        .clientAuth(policy.auth())
        .trustManager(policy.authorities().toArray(X509Certificate[]::new))
        .build();
  }

  /** For a new connection. */
  public QuicSslEngine engine(ByteBufAllocator allocator) {
    TicketKeys.Generation now = tickets.current();
    if (now.number() != generation) {
      SslSessionTicketKey[] keys = new SslSessionTicketKey[now.keys().length];
      for (int i = 0; i < keys.length; i++) {
        OpenSslSessionTicketKey key = now.keys()[i];
        keys[i] = new SslSessionTicketKey(key.name(), key.hmacKey(), key.aesKey());
      }
      context.sessionContext().setTicketKeys(keys);
      generation = now.number();
    }
    return context.newEngine(allocator);
  }
}
