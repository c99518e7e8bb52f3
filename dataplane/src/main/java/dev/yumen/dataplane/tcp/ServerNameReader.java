package dev.yumen.dataplane.tcp;

import dev.yumen.dataplane.loop.Deadline;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.server.ConnectionRegistry;
import dev.yumen.dataplane.tls.ClientHello;
import dev.yumen.dataplane.tls.TlsRefusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The only handler of a connection whose TLS passes through, until the client's first message is
 * there: its server name says which way the connection goes. Consumes nothing; a {@link
 * TcpConnection} takes its place and gets every byte that came.
 */
final class ServerNameReader extends ByteToMessageDecoder {
  private static final byte ILLEGAL_PARAMETER = 47;
  private static final byte UNRECOGNIZED_NAME = 112;
  private static final long LAST_WORDS_NANOS = 1_000_000_000L;

  private final TcpServing serving;
  private final Loop loop;
  private final ConnectionRegistry registry;
  private final HelloDeadline deadline = new HelloDeadline();
  private @Nullable ChannelHandlerContext context;
  private int needed = 1;
  private boolean passedOn;
  private boolean refused;

  ServerNameReader(TcpServing serving) {
    this.serving = serving;
    this.loop = serving.loop();
    this.registry = serving.registry();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    this.context = context;
    long most = serving.plan().settings().helloTimeout().toNanos();
    loop.deadlines().set(deadline, loop.nanoTime() + most);
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) {
    loop.deadlines().cancel(deadline);
    if (!passedOn) {
      serving.pin().release();
    }
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (refused) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (in.readableBytes() < needed) {
      return;
    }
    int most = serving.plan().settings().maxClientHello().toInt();
    switch (ClientHello.read(in, most)) {
      case ClientHello.Reading.More(int bytes) -> needed = bytes;
      case ClientHello.Reading.Done(ClientHello hello) -> proceed(context, hello.serverName());
      case ClientHello.Reading.TooLarge() ->
          refuse(
              TlsRefusal.TLS_HELLO_TOO_LARGE.label(),
              "more than " + most + " bytes",
              ILLEGAL_PARAMETER);
      case ClientHello.Reading.NoHandshake() -> {
        String first = "first byte " + in.getUnsignedByte(in.readerIndex());
        close(TlsRefusal.TLS_NO_HANDSHAKE.label(), first);
      }
    }
  }

  private void proceed(ChannelHandlerContext context, @Nullable String name) {
    if (serving.plan().way(name) == null) {
      String detail = name == null ? "no server name" : "server name " + name;
      refuse(TcpRefusal.TCP_UNKNOWN_NAME.label(), detail, UNRECOGNIZED_NAME);
      return;
    }
    passedOn = true;
    TcpConnection connection = new TcpConnection(serving, context.channel());
    context.pipeline().addLast(connection.clientSide());
    connection.proceed(name);
    context.pipeline().remove(this);
  }

  /** Says why by an alert (RFC 8446 §6), and closes when the client had a moment to read it. */
  private void refuse(String reason, String detail, byte alert) {
    ChannelHandlerContext here = context;
    if (refused || here == null) {
      return;
    }
    refused = true;
    registry.refused(loop, here.channel(), reason, detail);
    byte[] record = {21, 3, 3, 0, 2, 2, alert};
    here.writeAndFlush(Unpooled.wrappedBuffer(record))
        .addListener(
            _ -> {
              if (here.channel() instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
              }
            });
    loop.deadlines().set(deadline, loop.nanoTime() + LAST_WORDS_NANOS);
  }

  private void close(String reason, String detail) {
    if (context != null && !refused) {
      refused = true;
      registry.refused(loop, context.channel(), reason, detail);
    }
    if (context != null) {
      context.close();
    }
  }

  /** Everything that may come here ends a connection that has not begun. */
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      abandoned();
    }
    if (event instanceof ChannelInputShutdownEvent || event == ConnectionRegistry.Order.CLOSE) {
      context.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    abandoned();
    super.channelInactive(context);
  }

  /** Who only looks whether the port is open sends nothing, and is not worth a word. */
  private void abandoned() {
    if (actualReadableBytes() > 0) {
      close(TlsRefusal.TLS_HANDSHAKE_ABANDONED.label(), "closed before its first message");
    }
    refused = true;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    refused = true;
    registry.failed(String.valueOf(context.channel().remoteAddress()), cause);
    context.close();
  }

  private final class HelloDeadline extends Deadline {
    @Override
    protected void onDeadline(long now) {
      close(TlsRefusal.TLS_HANDSHAKE_TIMEOUT.label(), "no first message in time");
    }
  }
}
