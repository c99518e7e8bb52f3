package dev.yumen.dataplane.http1;

import dev.yumen.dataplane.loop.SendQueue;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * Writes messages to one connection with few and large writes: heads, framing and small pieces of
 * body are gathered in one buffer, large pieces go by themselves, without a copy. What was flushed
 * is sent at the end of the event loop's turn, or at once when it is much. Used by both sides; only
 * on the connection's loop.
 */
public final class MessageWriter implements SendQueue.Sender {
  /** Pieces up to this size are copied behind the head, so that both leave in one send. */
  private static final int COPY_UP_TO = 4096;

  /** A gathered buffer is handed on when it has reached this size. */
  private static final int GATHER_UP_TO = 32 * 1024;

  /** More bytes than this do not wait for the end of the turn. */
  private static final int WAIT_UP_TO = 16 * 1024;

  private static final int CRLF = 0x0d0a;

  private final ChannelHandlerContext context;
  private final SendQueue sends;
  private final Runnable onSent;
  private @Nullable ByteBuf gathered;
  private boolean chunked;
  private boolean waiting;
  private long queued;
  private long sent;

  /**
   * @param onSent called each time the socket has been given what it takes
   */
  public MessageWriter(ChannelHandlerContext context, SendQueue sends, Runnable onSent) {
    this.context = context;
    this.sends = sends;
    this.onSent = onSent;
  }

  /** The buffer to write a head into, with room for {@code bytes} more. */
  public ByteBuf gather(int bytes) {
    ByteBuf out = gathered;
    if (out != null && out.readableBytes() + bytes > GATHER_UP_TO) {
      handOn();
      out = null;
    }
    if (out == null) {
      out = context.alloc().directBuffer(bytes);
      gathered = out;
    }
    return out;
  }

  /** Says whether body pieces that follow are framed as chunks. */
  public void chunked(boolean chunked) {
    this.chunked = chunked;
  }

  /** Room worth reserving behind a head for a body of this length; -1 for unknown. */
  public static int roomFor(long length) {
    return length < 0 ? 1024 : (int) Math.min(length, COPY_UP_TO);
  }

  /** Writes a piece of body and takes ownership of it. */
  public void body(ByteBuf data) {
    int length = data.readableBytes();
    if (length == 0) {
      data.release();
      return;
    }
    if (chunked) {
      ByteBuf out = gather(16 + (length <= COPY_UP_TO ? length : 0));
      writeHex(out, length);
      out.writeShort(CRLF);
    }
    if (length <= COPY_UP_TO && gathered != null) {
      gather(length).writeBytes(data);
      data.release();
    } else {
      handOn();
      queued += length;
      context.write(data, context.voidPromise());
    }
    if (chunked) {
      gather(2).writeShort(CRLF);
    }
  }

  /** Ends the message: for chunks, the last chunk and the trailers. */
  public void end(@Nullable HeadTable trailers) {
    if (!chunked) {
      return;
    }
    ByteBuf out = gather(8 + (trailers == null ? 0 : trailers.fieldBytes()));
    out.writeByte('0').writeShort(CRLF);
    if (trailers != null) {
      trailers.writeFields(out);
    }
    out.writeShort(CRLF);
    chunked = false;
  }

  /** Everything written so far is to be sent in this turn. */
  public void flush() {
    handOn();
    if (queued - sent > WAIT_UP_TO) {
      sendNow();
    } else if (queued > sent && !waiting) {
      waiting = true;
      sends.add(this);
    }
  }

  @Override
  public void send() {
    waiting = false;
    sendNow();
  }

  /** Hands what was flushed to the socket now; for the moment before it is closed. */
  public void sendNow() {
    if (queued > sent) {
      sent = queued;
      context.flush();
      onSent.run();
    }
  }

  /** Drops what was gathered and not handed on. */
  public void discard() {
    if (gathered != null) {
      gathered.release();
      gathered = null;
    }
  }

  /** Bytes handed to the channel so far. */
  public long queued() {
    return queued;
  }

  private void handOn() {
    ByteBuf out = gathered;
    if (out != null) {
      gathered = null;
      queued += out.readableBytes();
      context.write(out, context.voidPromise());
    }
  }

  /** Writes a number of at least 0 in decimal digits. */
  public static void writeDecimal(ByteBuf out, long value) {
    long divisor = 1;
    while (value / divisor >= 10) {
      divisor *= 10;
    }
    for (; divisor > 0; divisor /= 10) {
      out.writeByte((int) ('0' + value / divisor % 10));
    }
  }

  private static void writeHex(ByteBuf out, int value) {
    int digits = Math.max(1, (35 - Integer.numberOfLeadingZeros(value)) / 4);
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
      out.writeByte(Character.forDigit(value >>> shift & 15, 16));
    }
  }
}
