package dev.yumen.dataplane.exchange;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request on its way: what waits to be sent, and what was sent but may have to be
 * sent again to another endpoint. Only on the exchange's loop; it owns what it holds.
 */
final class RequestBody {
  private @Nullable ArrayDeque<ByteBuf> waiting;
  private long waitingBytes;

  /**
   * A copy: pieces would keep the buffers alive that they were read into, however small they are.
   */
  private @Nullable ByteBuf kept;

  private long mostKept;
  private boolean sent;
  private boolean lost;

  /** Says how much of what is sent is kept; nothing until then. */
  void keep(long bytes) {
    mostKept = bytes;
  }

  /** Takes a piece that can not be sent yet. */
  void hold(ByteBuf data) {
    if (waiting == null) {
      waiting = new ArrayDeque<>(4);
    }
    waiting.add(data);
    waitingBytes += data.readableBytes();
  }

  /** Shows what waits, which stays here. */
  void look(Consumer<ByteBuf> at) {
    if (waiting != null) {
      waiting.forEach(at);
    }
  }

  boolean waits() {
    return waiting != null;
  }

  long waitingBytes() {
    return waitingBytes;
  }

  /** Gives up what waits; the caller owns it. */
  List<ByteBuf> takeWaiting() {
    ArrayDeque<ByteBuf> bodies = waiting;
    waiting = null;
    waitingBytes = 0;
    return bodies == null ? List.of() : List.copyOf(bodies);
  }

  /** Sends what waits. */
  void sendWaiting(Consumer<ByteBuf> to) {
    for (ByteBuf data : takeWaiting()) {
      to.accept(sending(data));
    }
  }

  /** Returns the piece, to be sent now, and keeps its bytes while there is room. */
  ByteBuf sending(ByteBuf data) {
    sent = true;
    int length = data.readableBytes();
    int before = kept == null ? 0 : kept.readableBytes();
    if (lost || (long) before + length > mostKept) {
      settled();
      return data;
    }
    if (kept == null) {
      kept = data.alloc().buffer(Math.max(1, length));
    }
    kept.writeBytes(data, data.readerIndex(), length);
    return data;
  }

  /** Whether the body can be sent from its beginning. */
  boolean repeatable() {
    return !sent || !lost;
  }

  /** What was sent waits again. Only when it is {@link #repeatable}. */
  void rewind() {
    ArrayDeque<ByteBuf> later = waiting;
    ByteBuf again = kept;
    waiting = null;
    waitingBytes = 0;
    kept = null;
    sent = false;
    if (again != null) {
      hold(again);
    }
    if (later != null) {
      later.forEach(this::hold);
    }
  }

  /** Nothing will be sent again. */
  void settled() {
    lost = true;
    if (kept != null) {
      kept.release();
      kept = null;
    }
  }

  /** Drops everything. */
  void release() {
    settled();
    takeWaiting().forEach(ByteBuf::release);
  }
}
