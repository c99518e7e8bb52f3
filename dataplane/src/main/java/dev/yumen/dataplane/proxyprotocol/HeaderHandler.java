package dev.yumen.dataplane.proxyprotocol;

import dev.yumen.config.ProxyProtocolConfig;
import dev.yumen.dataplane.loop.ClientAddress;
import dev.yumen.dataplane.loop.Deadline;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.proxyprotocol.HeaderReader.Reading;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The only handler of a connection that a trusted peer made, until the header is there: nothing
 * else may be sent by such a peer first. Then it lets the listener put the connection's handlers
 * behind it, and leaves; they get every byte behind the header.
 */
public final class HeaderHandler extends ByteToMessageDecoder {

  /** Hears how it went; on the connection's loop. */
  public interface Outcome {
    /**
     * The header was read, and what it announces is in {@link ClientAddress}. Puts further handlers
     * into the pipeline, or closes the channel.
     */
    void onHeader(Channel channel);

    /** The connection is being closed. */
    void onRefused(Channel channel, HeaderRefusal reason, String detail);

    /** The same, by a reset or by a bug. */
    void onFailed(Channel channel, Throwable cause);
  }

  private final ProxyProtocolConfig settings;
  private final Loop loop;
  private final Outcome outcome;
  private final HeaderDeadline deadline = new HeaderDeadline();
  private boolean over;
  private int needed = 1;
  private @Nullable ChannelHandlerContext context;

  public HeaderHandler(ProxyProtocolConfig settings, Loop loop, Outcome outcome) {
    this.settings = settings;
    this.loop = loop;
    this.outcome = outcome;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    this.context = context;
    loop.deadlines().set(deadline, loop.nanoTime() + settings.timeout().toNanos());
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) {
    loop.deadlines().cancel(deadline);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (over) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (in.readableBytes() < needed) {
      return;
    }
    switch (HeaderReader.read(in, settings.maxHeader().toInt())) {
      case Reading.More(int bytes) -> needed = bytes;
      case Reading.Done done -> proceed(context, in, done);
      case Reading.Malformed(String reason) -> refuse(HeaderRefusal.PROXY_HEADER_MALFORMED, reason);
      case Reading.TooLarge(int bytes) ->
          refuse(HeaderRefusal.PROXY_HEADER_TOO_LARGE, bytes + " bytes");
    }
  }

  private void proceed(ChannelHandlerContext context, ByteBuf in, Reading.Done done) {
    over = true;
    in.skipBytes(done.length());
    if (done.address() != null) {
      done.address().announce(context.channel());
    }
    outcome.onHeader(context.channel());
    if (context.channel().isOpen()) {
      context.pipeline().remove(this);
    } else {
      in.skipBytes(in.readableBytes());
    }
  }

  private void refuse(HeaderRefusal reason, String detail) {
    if (!over) {
      over = true;
      Channel channel = Objects.requireNonNull(context).channel();
      outcome.onRefused(channel, reason, detail);
      channel.close();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      ended();
    }
    // What else may come are orders to end, and here there is nothing to wait for.
    context.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    ended();
    super.channelInactive(context);
  }

  /** Who only looks whether the port is open sends nothing, and is not worth a word. */
  private void ended() {
    if (actualReadableBytes() > 0) {
      refuse(HeaderRefusal.PROXY_HEADER_TRUNCATED, "after " + actualReadableBytes() + " bytes");
    }
    over = true;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    over = true;
    outcome.onFailed(context.channel(), cause);
    context.close();
  }

  private final class HeaderDeadline extends Deadline {
    @Override
    protected void onDeadline(long now) {
      refuse(HeaderRefusal.PROXY_HEADER_TIMEOUT, "after " + actualReadableBytes() + " bytes");
    }
  }
}
