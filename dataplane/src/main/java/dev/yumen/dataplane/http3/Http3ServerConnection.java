package dev.yumen.dataplane.http3;

import dev.yumen.api.TlsSession;
import dev.yumen.config.Http2Limits;
import dev.yumen.dataplane.heads.RequestHeads;
import dev.yumen.dataplane.http1.HeadLimits;
import dev.yumen.dataplane.loop.ClientAddress;
import dev.yumen.dataplane.server.ConnectionRegistry;
import dev.yumen.dataplane.server.Serving;
import dev.yumen.dataplane.stream.IdleFrames;
import dev.yumen.dataplane.stream.Peer;
import dev.yumen.dataplane.tls.TlsRefusal;
import dev.yumen.dataplane.tls.TlsSessions;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http3.DefaultHttp3GoAwayFrame;
import io.netty.handler.codec.http3.DefaultHttp3SettingsFrame;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3ErrorCode;
import io.netty.handler.codec.http3.Http3ServerConnectionHandler;
import io.netty.handler.codec.http3.Http3Settings;
import io.netty.handler.codec.http3.Http3SettingsFrame;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicException;
import io.netty.handler.codec.quic.QuicPathEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.ssl.SniCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** One HTTP/3 connection of a client: its handshake, its streams, its end. Only on its loop. */
final class Http3ServerConnection extends ChannelInboundHandlerAdapter {
  private static final String H3 = "h3";

  /** Streams that may still come until the client has heard of the drain (RFC 9114 §5.2). */
  private static final long ALL_STREAMS = (1L << 62) - 4;

  /** From one stream of a client to its next (RFC 9000 §2.1). */
  private static final int NEXT_STREAM = 4;

  private final Serving serving;
  private final Runnable handshakeOver;
  private final RequestHeads heads;
  private final IdleFrames frames;
  private final Http2Limits limits;
  private final Http3Watch watch;
  private final Set<Http3ServerStream> streams = new LinkedHashSet<>();
  private @Nullable QuicChannel channel;
  private @Nullable String serverName;
  private @Nullable TlsSession tls;
  private @Nullable Peer peer;
  private boolean handshaking = true;
  private boolean draining;
  private boolean leaving;
  private boolean closed;
  private long nextStream;
  private int requests;

  /**
   * @param handshakeOver told once, however the handshake ends
   */
  Http3ServerConnection(
      Serving serving, Http2Limits limits, long handshakeNanos, Runnable handshakeOver) {
    this.serving = serving;
    this.handshakeOver = handshakeOver;
    this.heads = new RequestHeads(serving.limits().head());
    this.frames = new IdleFrames(now());
    this.limits = limits;
    this.watch = new Http3Watch(this, limits.resets(), handshakeNanos);
  }

  /**
   * Netty's handler of the connection, to stand behind this one. It refuses larger heads than it
   * announces by closing the connection, so it announces more than we take: what lies between is
   * answered with 431. It has no dynamic table (RFC 9204 §3.2), so no stream waits for another.
   */
  ChannelHandler protocol() {
    HeadLimits head = serving.limits().head();
    long announced = 2L * (head.headerBytes() + head.requestLine());
    Http3SettingsFrame settings =
        new DefaultHttp3SettingsFrame(new Http3Settings().maxFieldSectionSize(announced));
    ChannelHandler requests =
        new ChannelInitializer<QuicStreamChannel>() {
          @Override
          protected void initChannel(QuicStreamChannel stream) {
            Http3ServerConnection ours = Http3ServerConnection.this;
            stream
                .pipeline()
                .addFirst(new FrameCounter(ours, stream))
                .addLast(new RequestReader(ours, stream));
          }
        };
    return new Http3ServerConnectionHandler(requests, new ControlFrames(), null, settings, true);
  }

  /** Stands behind Netty's handlers of the client's control stream, which obey its frames. */
  private final class ControlFrames extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      rejected("http3_protocol_error"); // Netty closes the connection
    }
  }

  // ---- life ----

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    channel = (QuicChannel) context.channel();
    channel.closeFuture().addListener(_ -> closed());
    watch.start();
  }

  private void closed() {
    closed = true;
    watch.stop();
    if (handshaking) {
      refuse(TlsRefusal.TLS_HANDSHAKE_ABANDONED);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    switch (event) {
      case ConnectionRegistry.Order order -> {
        if (order == ConnectionRegistry.Order.DRAIN) {
          drain();
        } else {
          close(streams.isEmpty() ? Http3ErrorCode.H3_NO_ERROR : Http3ErrorCode.H3_INTERNAL_ERROR);
        }
        return;
      }
      case SniCompletionEvent asked ->
          serverName = asked.hostname() == null ? null : asked.hostname().toLowerCase(Locale.ROOT);
      case SslHandshakeCompletionEvent done -> {
        if (done.isSuccess()) {
          secured();
        } else {
          refuse(TlsRefusal.TLS_HANDSHAKE_FAILED);
        }
      }
      case QuicPathEvent.PeerMigrated moved -> {
        new ClientAddress(moved.remote(), moved.local()).announce(channel());
        peer = Peer.of(channel(), tls);
      }
      default -> {}
    }
    super.userEventTriggered(context, event);
  }

  private void secured() {
    TlsSession session = TlsSessions.of(channel(), serverName);
    if (!H3.equals(session.applicationProtocol())) {
      refuse(TlsRefusal.TLS_NO_APPLICATION_PROTOCOL);
      close(Http3ErrorCode.H3_GENERAL_PROTOCOL_ERROR);
      return;
    }
    endHandshake();
    tls = session;
    peer = Peer.of(channel(), session);
    watch.secured();
    if (serving.registry().draining()) {
      drain();
    }
  }

  /** For the watch: the handshake takes too long. */
  void handshakeTimeout() {
    refuse(TlsRefusal.TLS_HANDSHAKE_TIMEOUT);
    channel().close();
  }

  private void refuse(TlsRefusal reason) {
    if (handshaking) {
      rejected(reason.label());
      endHandshake();
    }
  }

  private void endHandshake() {
    if (handshaking) {
      handshaking = false;
      handshakeOver.run();
    }
  }

  /** Says that no more requests should come, and a moment later that none will be taken. */
  void drain() {
    if (draining) {
      return;
    }
    draining = true;
    if (handshaking) {
      channel().close();
      return;
    }
    goAway(ALL_STREAMS);
    watch.draining();
  }

  /** Takes no more streams, and closes behind those that are open. */
  void leave() {
    if (!leaving) {
      leaving = true;
      goAway(nextStream);
      watch.leaving();
    }
  }

  private void goAway(long id) {
    QuicStreamChannel control = Http3.getLocalControlStream(channel());
    if (control != null) {
      control.writeAndFlush(new DefaultHttp3GoAwayFrame(id));
    }
  }

  /** Closes now; what is under way is cut. */
  void close(Http3ErrorCode code) {
    if (!closed) {
      closed = true;
      channel().close(true, code.code(), Unpooled.EMPTY_BUFFER);
    }
  }

  /** A limit was passed: says so to the client and closes. */
  void fail(String reason, Http3ErrorCode code) {
    if (!closed) {
      rejected(reason);
      close(code);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof SSLException) {
      refuse(TlsRefusal.TLS_HANDSHAKE_FAILED);
    } else if (!(cause instanceof QuicException)) {
      serving.registry().failed(client(), cause);
      close(Http3ErrorCode.H3_INTERNAL_ERROR);
    } else if (!handshaking) {
      rejected("http3_protocol_error");
    }
  }

  // ---- streams ----

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    QuicStreamChannel stream = (QuicStreamChannel) message;
    if (stream.type() == QuicStreamType.BIDIRECTIONAL) {
      nextStream = Math.max(nextStream, stream.streamId() + NEXT_STREAM);
    } else {
      stream.pipeline().addLast(new FrameCounter(this, stream));
      frames.idle(); // a client needs three, but may open another for each that ends
    }
    super.channelRead(context, message);
  }

  /** A stream of the client is there; gives whether a request on it is taken. */
  boolean opened(Http3ServerStream stream) {
    if (leaving || closed) {
      return false;
    }
    if (streams.size() >= limits.streams()) {
      // Those that the client has stopped are gone to the library, and we have yet to find out.
      rejected("http3_too_many_streams");
      countReset();
      return false;
    }
    streams.add(stream);
    return true;
  }

  void ended(Http3ServerStream stream) {
    if (streams.remove(stream)) {
      watch.streamEnded(streams.isEmpty());
    }
  }

  /** A request has a head that can be read. */
  void countRequest() {
    requests++;
    int most = serving.limits().requestsPerConnection();
    if (most > 0 && requests >= most) {
      drain();
    }
  }

  /** A stream did not come to its end, for what the client did (CVE-2023-44487). */
  void countReset() {
    if (watch.tooManyResets()) {
      fail("http3_flood", Http3ErrorCode.H3_EXCESSIVE_LOAD);
    }
  }

  IdleFrames frames() {
    return frames;
  }

  /** The client sent more frames that ask for nothing than it may. */
  void endIfFlooded() {
    if (frames.flooded(limits.controlFrames(), now(), true)) {
      fail("http3_flood", Http3ErrorCode.H3_EXCESSIVE_LOAD);
    }
  }

  void forEachStream(Consumer<Http3ServerStream> action) {
    new ArrayList<>(streams).forEach(action);
  }

  boolean idle() {
    return streams.isEmpty();
  }

  boolean handshaking() {
    return handshaking;
  }

  boolean isLeaving() {
    return leaving;
  }

  void rejected(String reason) {
    serving.registry().rejected(serving.loop(), reason);
  }

  Serving serving() {
    return serving;
  }

  RequestHeads heads() {
    return heads;
  }

  Peer peer() {
    return Objects.requireNonNull(peer);
  }

  String client() {
    return String.valueOf(ClientAddress.of(channel()).client());
  }

  private QuicChannel channel() {
    return Objects.requireNonNull(channel);
  }

  long now() {
    return serving.loop().nanoTime();
  }
}
