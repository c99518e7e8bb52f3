package dev.yumen.dataplane.tls;

import dev.yumen.api.InputFile;
import dev.yumen.config.AcmeDomain;
import dev.yumen.config.ListenerTlsConfig;
import dev.yumen.dataplane.challenge.PendingChallenges;
import dev.yumen.dataplane.observe.CertificateExpiry;
import dev.yumen.dataplane.state.StateRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * TLS of one listener under one configuration. Immutable, shared by all loops; what is behind it
 * lives until it is closed and the last client that began under it has sent its first message.
 * Connections that are through the handshake do not need it.
 */
public final class ServerTls implements AutoCloseable {
  private final ListenerTlsConfig settings;
  private final List<String> alpn;
  private final List<CertificateInfo> certificates;
  private final List<CertificateExpiry> expiries;
  private final ServerChoices<StateRegistry.Handle<ServerContext>> choices;
  private final PendingChallenges challenges;
  private final StateRegistry.@Nullable Handle<QuicTls> quic;
  private final Runnable giveBack;
  private final AtomicInteger holders = new AtomicInteger(1);

  /**
   * What came of compiling.
   *
   * @param tls null exactly when there is a problem of severity ERROR; to be closed by whoever
   *     asked
   */
  public record Compiled(@Nullable ServerTls tls, List<TlsProblem> problems) {}

  ServerTls(
      ListenerTlsConfig settings,
      List<String> alpn,
      List<CertificateInfo> certificates,
      List<CertificateExpiry> expiries,
      ServerChoices<StateRegistry.Handle<ServerContext>> choices,
      PendingChallenges challenges,
      StateRegistry.@Nullable Handle<QuicTls> quic,
      Runnable giveBack) {
    this.settings = settings;
    this.alpn = alpn;
    this.certificates = certificates;
    this.expiries = expiries;
    this.choices = choices;
    this.challenges = challenges;
    this.quic = quic;
    this.giveBack = giveBack;
  }

  /**
   * Reads the certificates and makes everything ready. What an earlier configuration made and
   * nothing changed of is used again, with the sessions that clients may take up. Blocks for
   * milliseconds; not for an event loop.
   *
   * @param listener the listener's name
   * @param alpn protocols that the listener speaks, the best first; empty when ALPN is not
   *     answered. With {@code h3} among them, what QUIC needs is made too
   * @param issued certificates that ACME gave
   */
  public static Compiled compile(
      String listener,
      ListenerTlsConfig settings,
      List<String> alpn,
      Map<AcmeDomain, InputFile> issued,
      TlsSurroundings around) {
    return new ServerTlsCompiler(listener, settings, List.copyOf(alpn), issued, around).compile();
  }

  /**
   * The handler to put first into the pipeline of an accepted channel. It reads the client's first
   * message, chooses the certificate, and puts Netty's {@code SslHandler} in its own place, of
   * which the usual {@code SslHandshakeCompletionEvent} comes. A client that does not get through
   * is reported once and its connection closed, and no exception of it reaches later handlers.
   *
   * @param refusals told why a client was refused; on the channel's event loop
   */
  public ChannelHandler handler(Consumer<TlsRefusal> refusals) {
    return new HelloHandler(this, refusals);
  }

  /** The same for connections over QUIC; null when none are taken. */
  public @Nullable QuicTls quic() {
    return quic == null ? null : quic.value();
  }

  /** The certificates, in the order of the configuration. */
  public List<CertificateInfo> certificates() {
    return certificates;
  }

  /** Of every file, those with authorities included, for {@code Metrics.certificates}. */
  public List<CertificateExpiry> expiries() {
    return expiries;
  }

  /**
   * Whether a request for this host may come over a connection that asked for that server name. Not
   * so when the two differ in what client certificate they demand: otherwise a client could connect
   * by a name that demands none and ask for a host that does. Answer 421 then (RFC 9110 §15.5.20).
   *
   * @param host of the request: in lower case, without port and final dot
   */
  public boolean mayServe(@Nullable String serverName, String host) {
    return choices.policy(serverName).equals(choices.policy(host));
  }

  /** Whether every name has the same policy, so that {@link #mayServe} is always true. */
  public boolean oneForAll() {
    return settings.hosts().isEmpty();
  }

  /** Gives up what is behind it, as soon as nobody is in the middle of choosing. */
  @Override
  public void close() {
    release();
  }

  void hold() {
    int before = holders.getAndUpdate(count -> count == 0 ? 0 : count + 1);
    if (before == 0) {
      throw new IllegalStateException("closed");
    }
  }

  void release() {
    if (holders.decrementAndGet() == 0) {
      giveBack.run();
    }
  }

  SSLEngine engine(@Nullable String serverName, ByteBufAllocator allocator) {
    return choices.get(serverName).value().engine(allocator);
  }

  PendingChallenges challenges() {
    return challenges;
  }

  List<String> alpn() {
    return alpn;
  }

  /** Time for a whole handshake. */
  public Duration handshakeTimeout() {
    return settings.handshakeTimeout();
  }

  int maxClientHello() {
    return settings.maxClientHello().toInt();
  }
}
