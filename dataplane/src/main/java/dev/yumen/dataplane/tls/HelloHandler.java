package dev.yumen.dataplane.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;

/**
 * Stands first in the pipeline of a new connection until the client's first message is there; then
 * puts a {@link ServerSslHandler} in its own place, which gets every byte that came so far.
 */
final class HelloHandler extends ByteToMessageDecoder {
  private static final int LONGEST_METHOD = 16;
  private static final long LAST_WORDS_MILLIS = 1_000;
  private static final byte ILLEGAL_PARAMETER = 47;
  private static final byte NO_APPLICATION_PROTOCOL = 120;

  private static final byte[] PLAIN_HTTP_ANSWER = plainHttpAnswer();

  private final ServerTls tls;
  private final Handshake handshake;
  private int needed = 1;
  private boolean refused;

  HelloHandler(ServerTls tls, Consumer<TlsRefusal> refusals) {
    this.tls = tls;
    this.handshake = new Handshake(refusals);
  }

  private static byte[] plainHttpAnswer() {
    String body = "This port speaks HTTPS: write https:// instead of http://.\n";
    return ("HTTP/1.1 400 Bad Request\r\n"
            + "Content-Type: text/plain; charset=utf-8\r\n"
            + "Content-Length: "
            + body.length()
            + "\r\nConnection: close\r\n\r\n"
            + body)
        .getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    tls.hold();
    handshake.start(ctx, tls.handshakeTimeout());
    readMore(ctx);
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    tls.release();
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (refused) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (in.readableBytes() < needed) {
      return;
    }
    switch (ClientHello.read(in, tls.maxClientHello())) {
      case ClientHello.Reading.More(int bytes) -> needed = bytes;
      case ClientHello.Reading.Done(ClientHello hello) -> proceed(ctx, hello);
      case ClientHello.Reading.TooLarge() -> {
        handshake.refused(
            ctx.channel(),
            TlsRefusal.TLS_HELLO_TOO_LARGE,
            "more than " + tls.maxClientHello() + " bytes");
        refuse(ctx, in, alert(ILLEGAL_PARAMETER));
      }
      case ClientHello.Reading.NoHandshake() -> noHandshake(ctx, in);
    }
  }

  private void noHandshake(ChannelHandlerContext ctx, ByteBuf in) {
    switch (plainHttp(in)) {
      case YES -> {
        handshake.refused(ctx.channel(), TlsRefusal.PLAIN_HTTP_ON_TLS, "answered with 400");
        refuse(ctx, in, Unpooled.wrappedBuffer(PLAIN_HTTP_ANSWER));
      }
      case NO -> {
        handshake.refused(
            ctx.channel(), TlsRefusal.TLS_NO_HANDSHAKE, "first byte " + in.getUnsignedByte(0));
        refused = true;
        in.skipBytes(in.readableBytes());
        ctx.close();
      }
      case UNKNOWN -> needed = in.readableBytes() + 1;
    }
  }

  private enum Guess {
    YES,
    NO,
    UNKNOWN
  }

  /** Whether the bytes begin with a word in capitals and a space, as every request line does. */
  private static Guess plainHttp(ByteBuf in) {
    for (int i = 0; i < in.readableBytes() && i < LONGEST_METHOD; i++) {
      byte octet = in.getByte(in.readerIndex() + i);
      if (octet == ' ' && i > 0) {
        return Guess.YES;
      }
      if (octet < 'A' || octet > 'Z') {
        return Guess.NO;
      }
    }
    return in.readableBytes() < LONGEST_METHOD ? Guess.UNKNOWN : Guess.NO;
  }

  private void proceed(ChannelHandlerContext ctx, ClientHello hello) {
    SSLEngine proof = tls.challenges().proof(hello.serverName(), hello.protocols(), ctx.alloc());
    if (proof != null) {
      ctx.pipeline().addAfter(ctx.name(), null, new ProofShown());
      ctx.pipeline()
          .replace(this, ctx.name(), new ServerSslHandler(proof, hello.serverName(), handshake));
      return;
    }
    if (!hello.protocols().isEmpty()
        && !tls.alpn().isEmpty()
        && Collections.disjoint(hello.protocols(), tls.alpn())) {
      handshake.refused(
          ctx.channel(), TlsRefusal.TLS_NO_APPLICATION_PROTOCOL, "offered " + hello.protocols());
      refuse(ctx, internalBuffer(), alert(NO_APPLICATION_PROTOCOL));
      return;
    }
    ServerSslHandler handler =
        new ServerSslHandler(
            tls.engine(hello.serverName(), ctx.alloc()), hello.serverName(), handshake);
    ctx.pipeline().replace(this, ctx.name(), handler);
  }

  private static ByteBuf alert(byte description) {
    byte[] record = {21, 3, 3, 0, 2, 2, description}; // fatal (RFC 8446 §6)
    return Unpooled.wrappedBuffer(record);
  }

  /**
   * Says the last words, takes and forgets what the client still sends for a moment, and closes: a
   * connection closed with bytes unread is reset, and the words are lost with it.
   */
  private void refuse(ChannelHandlerContext ctx, ByteBuf in, ByteBuf words) {
    refused = true;
    in.skipBytes(in.readableBytes());
    if (ctx.channel() instanceof DuplexChannel duplex) {
      ctx.writeAndFlush(words).addListener(sent -> duplex.shutdownOutput());
      ctx.executor().schedule(() -> ctx.close(), LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS);
    } else {
      ctx.writeAndFlush(words).addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof ChannelInputShutdownEvent) {
      abandoned(ctx);
      ctx.close();
      return;
    }
    super.userEventTriggered(ctx, event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    abandoned(ctx);
    super.channelInactive(ctx);
  }

  private void abandoned(ChannelHandlerContext ctx) {
    handshake.refused(
        ctx.channel(), TlsRefusal.TLS_HANDSHAKE_ABANDONED, "closed before its first message");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    handshake.refused(
        ctx.channel(), TlsRefusal.TLS_HANDSHAKE_ABANDONED, String.valueOf(cause.getMessage()));
    ctx.close();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    super.channelReadComplete(ctx);
    readMore(ctx);
  }

  private void readMore(ChannelHandlerContext ctx) {
    if (!ctx.isRemoved() && !ctx.channel().config().isAutoRead()) {
      ctx.read();
    }
  }
}
