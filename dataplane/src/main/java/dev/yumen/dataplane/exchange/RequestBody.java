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
  private @Nullable ArrayDeque<ByteBuf> kept;
  private long keptBytes;
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
    if (!lost) {
      keptBytes += data.readableBytes();
      if (keptBytes > mostKept) {
        lost = true;
        forget();
      } else {
        if (kept == null) {
          kept = new ArrayDeque<>(4);
        }
        kept.add(data.retainedDuplicate());
      }
    }
    return data;
  }

  /** Whether the body can be sent from its beginning. */
  boolean repeatable() {
    return !sent || !lost;
  }

  /** What was sent waits again. Only when it is {@link #repeatable}. */
  void rewind() {
    ArrayDeque<ByteBuf> later = waiting;
    ArrayDeque<ByteBuf> again = kept;
    waiting = null;
    waitingBytes = 0;
    kept = null;
    keptBytes = 0;
    sent = false;
    if (again != null) {
      again.forEach(this::hold);
    }
    if (later != null) {
      later.forEach(this::hold);
    }
  }

  /** Nothing will be sent again. */
  void settled() {
    lost = true;
    forget();
  }

  private void forget() {
    if (kept != null) {
      kept.forEach(ByteBuf::release);
      kept = null;
    }
  }

  /** Drops everything. */
  void release() {
    settled();
    takeWaiting().forEach(ByteBuf::release);
  }
}
