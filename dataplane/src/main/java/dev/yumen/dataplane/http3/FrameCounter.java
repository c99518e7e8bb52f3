package dev.yumen.dataplane.http3;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http3.Http3ErrorCode;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;

/**
 * Stands first on a stream of the client and follows its frames by their headers alone (RFC 9114
 * §7.1), before they are decoded: those that Netty passes over are counted too. One for each
 * stream.
 */
final class FrameCounter extends ChannelInboundHandlerAdapter {
  private static final int DATA = 0;
  private static final int HEADERS = 1;

  private static final int CONTROL_STREAM = 0;
  private static final int QPACK_ENCODER_STREAM = 2;
  private static final int QPACK_DECODER_STREAM = 3;
  private static final long UNKNOWN = -1;

  private final Http3ServerConnection connection;
  private final boolean request;
  private long streamType = UNKNOWN;
  private long frameType = UNKNOWN;
  private long skip;

  // A number of variable length (RFC 9000 §16) that has begun: its bytes so far, and those to come.
  private long number;
  private int missing;

  FrameCounter(Http3ServerConnection connection, QuicStreamChannel stream) {
    this.connection = connection;
    this.request = stream.type() == QuicStreamType.BIDIRECTIONAL;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    count((ByteBuf) message);
    context.fireChannelRead(message);
    connection.endIfFlooded();
  }

  private void count(ByteBuf in) {
    int at = in.readerIndex();
    int end = in.writerIndex();
    if (!request && streamType == UNKNOWN) {
      while (at < end && streamType == UNKNOWN) {
        streamType = ends(in.getByte(at++)) ? number : UNKNOWN;
      }
    }
    if (!request && streamType != CONTROL_STREAM) {
      connection.frames().idle(); // instructions of QPACK, or what nobody knows
      return;
    }
    while (at < end) {
      if (skip > 0) {
        int skipped = (int) Math.min(skip, end - at);
        skip -= skipped;
        at += skipped;
      } else if (ends(in.getByte(at++))) {
        part();
      }
    }
  }

  /** Takes a byte of a number; whether it was the last. */
  private boolean ends(byte next) {
    if (missing == 0) {
      missing = (1 << ((next & 0xff) >> 6)) - 1;
      number = next & 0x3f;
    } else {
      number = number << 8 | (next & 0xff);
      missing--;
    }
    return missing == 0;
  }

  /** The type of a frame or its length has been read. */
  private void part() {
    if (frameType == UNKNOWN) {
      frameType = number;
      return;
    }
    skip = number;
    boolean useful = frameType == HEADERS || (frameType == DATA && skip > 0);
    frameType = UNKNOWN;
    if (request && useful) {
      connection.frames().useful();
    } else {
      connection.frames().idle();
    }
  }

  /** A reset; on some streams that is the end of everything (RFC 9114 §6.2.1, RFC 9204 §4.2). */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (request) {
      context.fireExceptionCaught(cause);
    } else if (streamType == CONTROL_STREAM
        || streamType == QPACK_ENCODER_STREAM
        || streamType == QPACK_DECODER_STREAM) {
      connection.fail("http3_protocol_error", Http3ErrorCode.H3_CLOSED_CRITICAL_STREAM);
    } else {
      connection.countReset();
    }
  }
}
