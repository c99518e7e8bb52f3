package dev.yumen.dataplane.http3;

import dev.yumen.dataplane.heads.AnswerHeaders;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.stream.Framing;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http3.DefaultHttp3Headers;
import io.netty.handler.codec.http3.DefaultHttp3HeadersFrame;
import io.netty.handler.codec.http3.Http3Headers;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is sent on one stream, and what the client takes of it. What the library does not take for
 * lack of window waits in the channel; how much may wait is for whoever asks {@link #full}.
 */
final class Http3Answer {
  /** Larger pieces are sent as several, so that a client which takes them slowly is seen to. */
  private static final int MOST_BYTES = 16 * 1024;

  private static final long SECOND = 1_000_000_000L;
  private static final int DATA = 0;

  /** A type that means nothing, for which there are frames to try things with (RFC 9114 §7.2.8). */
  private static final int RESERVED = 0x40;

  // What marks a number of two bytes and one of four (RFC 9000 §16).
  private static final int VARINT_2 = 0x4000;
  private static final int VARINT_4 = 0x80000000;
  private static final int LARGEST_HEAD = 6;

  private final Http3ServerStream stream;
  private final QuicStreamChannel channel;

  /** What is sent may be taken at once; more must not be asked for before all of it was given. */
  private boolean inPieces;

  private boolean ended;
  private boolean finished;
  private int writes;
  private int queued;
  private long sentAt;

  Http3Answer(Http3ServerStream stream, QuicStreamChannel channel) {
    this.stream = stream;
    this.channel = channel;
  }

  void head(int status, HeadTable fields, Framing framing, long length) {
    Http3Headers headers = new DefaultHttp3Headers(false, 16);
    AnswerHeaders.head(headers, status, fields, framing, length);
    write(new DefaultHttp3HeadersFrame(headers), fields.fieldBytes());
  }

  /** Takes ownership of the data. */
  void body(ByteBuf data) {
    inPieces = true;
    try {
      while (data.isReadable() && !ended && !stream.isClosed()) {
        int length = Math.min(data.readableBytes(), MOST_BYTES);
        raw(frame(DATA, length).writeBytes(data, length), length);
      }
    } finally {
      data.release();
      inPieces = false;
    }
    stream.resumeAnswer();
  }

  void end(@Nullable HeadTable trailers) {
    ended = true;
    if (trailers != null) {
      Http3Headers headers = new DefaultHttp3Headers(false, 8);
      AnswerHeaders.trailers(headers, trailers);
      write(new DefaultHttp3HeadersFrame(headers), trailers.fieldBytes());
    }
    finish();
  }

  /** Ends our side. The library would put the end before bytes that still wait, so it waits too. */
  private void finish() {
    if (ended && writes == 0 && !finished && !stream.isClosed()) {
      finished = true;
      sent(channel.shutdownOutput(), 0);
    }
  }

  /**
   * Sends what means nothing, so that {@link #isAbandoned} can tell. A client that does not want
   * its answer any more asks us to stop sending (STOP_SENDING), which is all that it can do when
   * its request is complete; Netty hears nothing of that before something is written.
   */
  void probe() {
    if (writes == 0 && !ended) {
      raw(frame(RESERVED, 0), 0);
    }
  }

  /**
   * Whether the client has asked us to stop. The library has forgotten such a stream when its
   * request was complete, and what is written to it waits for ever, though there is room.
   */
  boolean isAbandoned(long now) {
    return isStuck(SECOND, now) && channel.bytesBeforeUnwritable() > 0;
  }

  /** A buffer with the head of a frame and room for its payload, of less than 2^30 bytes. */
  private ByteBuf frame(int type, int length) {
    ByteBuf frame = channel.alloc().directBuffer(length + LARGEST_HEAD);
    if (type == DATA) {
      frame.writeByte(DATA);
    } else {
      frame.writeShort(VARINT_2 | type);
    }
    return frame.writeInt(VARINT_4 | length);
  }

  private void write(Object frame, int bytes) {
    sent(channel.write(frame), bytes);
  }

  /**
   * Writes past Netty's codec, which makes one buffer of two: of those it loses bytes when a part
   * of them is taken, and forgets that the client takes no more.
   */
  private void raw(ByteBuf frame, int bytes) {
    ChannelHandlerContext first = Objects.requireNonNull(channel.pipeline().firstContext());
    sent(first.write(frame), bytes);
  }

  private void sent(ChannelFuture written, int bytes) {
    if (writes == 0) {
      sentAt = stream.now();
    }
    writes++;
    queued += bytes;
    written.addListener(
        done -> {
          writes--;
          queued -= bytes;
          if (done.isSuccess()) {
            sentAt = stream.now();
            stream.onSent(bytes);
            if (!inPieces) {
              stream.resumeAnswer();
            }
            finish();
          } else {
            stream.onUnsent(done.cause());
          }
        });
  }

  /** Whether everything went to the library, which sends it by itself. */
  boolean isSent() {
    return writes == 0;
  }

  /** Whether more than that waits. */
  boolean full(int most) {
    return queued >= most;
  }

  /** Whether the client has taken nothing for that long of what waits for it. */
  boolean isStuck(long nanos, long now) {
    return writes > 0 && now - sentAt >= nanos;
  }
}
