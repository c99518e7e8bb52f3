package dev.yumen.dataplane.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.testkit.Eventually;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http3.Http3DataFrame;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.http3.Http3RequestStreamInboundHandler;
import io.netty.handler.codec.quic.QuicException;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamResetException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request over HTTP/3, written frame by frame past Netty's checks, and what comes back. Fields
 * are literals (RFC 9204 §4.5.6), so that they can say anything.
 */
final class Http3Call extends Http3RequestStreamInboundHandler {
  static final int DATA = 0;
  static final int HEADERS = 1;

  private final List<Map<String, List<String>>> heads = new ArrayList<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private volatile @Nullable ChannelHandlerContext context;
  private @Nullable ChannelFuture written;
  private boolean ended;
  private boolean reset;
  private long error = -1;

  // ---- what goes ----

  Http3Call request(String method, String path, String... fields) {
    List<String> all = new ArrayList<>(List.of(":method", method, ":scheme", "https"));
    all.addAll(List.of(":authority", "localhost", ":path", path));
    all.addAll(List.of(fields));
    return headers(all.toArray(String[]::new));
  }

  /** Sends a HEADERS frame of names and values. */
  Http3Call headers(String... fields) {
    ByteBuf block = Unpooled.buffer();
    block.writeShort(0);
    for (int i = 0; i < fields.length; i += 2) {
      byte[] name = fields[i].getBytes(ISO_8859_1);
      byte[] value = fields[i + 1].getBytes(ISO_8859_1);
      prefixed(block, 0x20, 7, name.length);
      block.writeBytes(name);
      prefixed(block, 0, 127, value.length);
      block.writeBytes(value);
    }
    byte[] bytes = new byte[block.readableBytes()];
    block.readBytes(bytes);
    return frame(HEADERS, bytes);
  }

  /** An integer behind some bits (RFC 7541 §5.1). */
  private static void prefixed(ByteBuf out, int bits, int most, int value) {
    if (value < most) {
      out.writeByte(bits | value);
      return;
    }
    out.writeByte(bits | most);
    int rest = value - most;
    while (rest >= 128) {
      out.writeByte(rest % 128 + 128);
      rest /= 128;
    }
    out.writeByte(rest);
  }

  Http3Call data(byte[] bytes) {
    return frame(DATA, bytes);
  }

  Http3Call data(String text) {
    return data(text.getBytes(UTF_8));
  }

  Http3Call frame(int type, byte[] payload) {
    ByteBuf out = Unpooled.buffer(payload.length + 8);
    out.writeByte(type).writeInt(payload.length | 0x80000000).writeBytes(payload);
    return raw(out);
  }

  Http3Call raw(ByteBuf bytes) {
    written = Objects.requireNonNull(channel().pipeline().firstContext()).writeAndFlush(bytes);
    return this;
  }

  /** Ends the request behind what was written. */
  Http3Call end() {
    QuicStreamChannel stream = channel();
    if (written == null) {
      stream.shutdownOutput();
    } else {
      written.addListener(_ -> stream.shutdownOutput());
    }
    return this;
  }

  /** Gives the whole request up. */
  Http3Call cancel(int error) {
    channel().shutdown(error);
    return this;
  }

  /** Asks for no more of the answer (STOP_SENDING), and leaves the request as it is. */
  Http3Call stop(int error) {
    channel().shutdownInput(error);
    return this;
  }

  /** Reads nothing more. */
  Http3Call pause() {
    channel().config().setAutoRead(false);
    return this;
  }

  Http3Call resume() {
    channel().config().setAutoRead(true);
    return this;
  }

  private QuicStreamChannel channel() {
    return (QuicStreamChannel) Objects.requireNonNull(context).channel();
  }

  // ---- what comes ----

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
  }

  @Override
  protected synchronized void channelRead(ChannelHandlerContext from, Http3HeadersFrame frame) {
    Map<String, List<String>> head = new LinkedHashMap<>();
    frame
        .headers()
        .forEach(
            field ->
                head.computeIfAbsent(field.getKey().toString(), _ -> new ArrayList<>())
                    .add(field.getValue().toString()));
    heads.add(head);
  }

  @Override
  protected synchronized void channelRead(ChannelHandlerContext from, Http3DataFrame frame) {
    byte[] bytes = new byte[frame.content().readableBytes()];
    frame.content().readBytes(bytes);
    body.writeBytes(bytes);
    frame.release();
  }

  @Override
  protected synchronized void channelInputClosed(ChannelHandlerContext from) {
    ended = true;
  }

  @Override
  public synchronized void userEventTriggered(ChannelHandlerContext from, Object event)
      throws Exception {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      ended = true;
    }
    super.userEventTriggered(from, event);
  }

  @Override
  public synchronized void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
    reset |= cause instanceof QuicException;
    if (cause instanceof QuicStreamResetException sent) {
      error = sent.applicationProtocolCode();
    }
  }

  @Override
  public synchronized void channelInactive(ChannelHandlerContext from) {
    reset |= !ended;
  }

  /** Waits for the end of the answer. */
  Http3Call await() {
    Eventually.within(Http3Client.PATIENCE, "an end of " + this, this::isOver);
    return this;
  }

  /** Waits for the head of the answer. */
  Http3Call awaitHead() {
    Eventually.within(Http3Client.PATIENCE, "a head", () -> status() != 0);
    return this;
  }

  synchronized boolean isOver() {
    return ended || reset;
  }

  synchronized boolean isReset() {
    return reset && !ended;
  }

  /** The error code of the reset, or -1. */
  synchronized long error() {
    return error;
  }

  /** Of the last head that has one; 0 when none came. */
  synchronized int status() {
    int status = 0;
    for (Map<String, List<String>> head : heads) {
      List<String> found = head.get(":status");
      status = found == null ? status : Integer.parseInt(found.getFirst());
    }
    return status;
  }

  /** All heads, interim ones and trailers among them. */
  synchronized List<Map<String, List<String>>> heads() {
    return List.copyOf(heads);
  }

  synchronized @Nullable String header(String name) {
    for (Map<String, List<String>> head : heads) {
      if (head.containsKey(name)) {
        return String.join(", ", head.get(name));
      }
    }
    return null;
  }

  synchronized byte[] body() {
    return body.toByteArray();
  }

  synchronized int bodyLength() {
    return body.size();
  }

  String text() {
    return new String(body(), UTF_8);
  }

  @Override
  public synchronized String toString() {
    return heads
        + " and "
        + body.size()
        + " bytes"
        + (ended ? ", ended" : "")
        + (reset ? ", reset" : "");
  }
}
