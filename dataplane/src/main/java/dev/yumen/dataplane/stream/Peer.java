package dev.yumen.dataplane.stream;

import dev.yumen.api.TlsSession;
import dev.yumen.dataplane.loop.ClientAddress;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The other end of a client's connection, the same for all its requests. Only on its loop. */
public final class Peer {
  private final InetSocketAddress address;
  private final InetSocketAddress local;
  private final @Nullable TlsSession tls;
  private @Nullable String text;
  private byte @Nullable [] forwardedLines;

  private Peer(InetSocketAddress address, InetSocketAddress local, @Nullable TlsSession tls) {
    this.address = address;
    this.local = local;
    this.tls = tls;
  }

  /**
   * The one behind a channel that is open, as it was announced.
   *
   * @param tls what TLS below agreed on; null without TLS
   */
  public static Peer of(Channel channel, @Nullable TlsSession tls) {
    ClientAddress address = ClientAddress.of(channel);
    return new Peer(address.client(), address.local(), tls);
  }

  public InetSocketAddress address() {
    return address;
  }

  /** The address without port, as text. */
  public String text() {
    if (text == null) {
      text = address.getAddress().getHostAddress();
    }
    return text;
  }

  /** What the client connected to. */
  public InetSocketAddress local() {
    return local;
  }

  /** The port of that. */
  public int localPort() {
    return local.getPort();
  }

  /** What TLS below agreed on; null without TLS. */
  public @Nullable TlsSession tls() {
    return tls;
  }

  /** {@code https} or {@code http}. */
  public String scheme() {
    return tls != null ? "https" : "http";
  }

  /** The lines of {@link ForwardedFields} that never change, ready to be copied. */
  byte[] forwardedLines() {
    if (forwardedLines == null) {
      String lines =
          "X-Forwarded-For: "
              + text()
              + "\r\nX-Forwarded-Proto: "
              + scheme()
              + "\r\nX-Forwarded-Port: "
              + localPort()
              + "\r\n";
      forwardedLines = lines.getBytes(StandardCharsets.US_ASCII);
    }
    return forwardedLines;
  }
}
