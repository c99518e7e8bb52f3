package dev.yumen.dataplane.exchange;

import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.loop.Deadline;
import dev.yumen.dataplane.stream.ClientStream;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Sends an answer's body at so many bytes a second. What came faster waits here, and meanwhile
 * nothing is read from the upstream: so no more waits than one read gave, or what the gateway made
 * itself. The end of the answer waits behind it.
 */
final class Pace extends Deadline {
  private static final double SECOND = 1e9;

  /** What may be sent at once after a pause: as much as in a tenth of a second. */
  private static final double BURST_SECONDS = 0.1;

  private final ProxyExchange exchange;
  private final long bytesPerSecond;
  private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>(4);
  private double credit;
  private long last;
  private boolean ended;
  private @Nullable HeadTable trailers;
  private boolean over;

  Pace(ProxyExchange exchange, long bytesPerSecond) {
    this.exchange = exchange;
    this.bytesPerSecond = bytesPerSecond;
    this.last = exchange.loop().nanoTime();
    this.credit = burst();
  }

  private double burst() {
    return Math.max(1, bytesPerSecond * BURST_SECONDS);
  }

  /** Sends it now or later; takes ownership. */
  void body(ByteBuf data) {
    if (!data.isReadable()) {
      data.release();
      return;
    }
    waiting.add(data);
    send();
    if (!waiting.isEmpty()) {
      exchange.download().pause();
    }
  }

  /**
   * The answer is complete; false when nothing waits, and the end can be sent at once.
   *
   * @param last fields behind the body, which are copied
   */
  boolean end(@Nullable HeadTable last) {
    if (waiting.isEmpty()) {
      return false;
    }
    ended = true;
    exchange.noUpstreamLimits();
    if (last != null) {
      HeadTable copy = new HeadTable();
      last.forEach(copy::add);
      trailers = copy;
    }
    return true;
  }

  /** Whether the answer is complete but for what waits. */
  boolean ends() {
    return ended;
  }

  /** The time has come for more, or the client takes it again. */
  void goOn() {
    if (over) {
      return;
    }
    send();
    if (!waiting.isEmpty()) {
      return;
    }
    if (ended) {
      exchange.answered(trailers);
    } else if (exchange.client().writable()) {
      exchange.download().resume();
    }
  }

  private void send() {
    long now = exchange.loop().nanoTime();
    credit = Math.min(burst(), credit + (now - last) * (bytesPerSecond / SECOND));
    last = now;
    ClientStream client = exchange.client();
    while (credit >= 1 && client.writable()) {
      ByteBuf first = waiting.peek();
      if (first == null) {
        return;
      }
      int length = (int) Math.min(first.readableBytes(), (long) credit);
      credit -= length;
      if (length == first.readableBytes()) {
        waiting.remove();
        exchange.answering().send(first);
      } else {
        exchange.answering().send(first.readRetainedSlice(length));
      }
    }
    if (!waiting.isEmpty() && client.writable()) {
      exchange.loop().deadlines().set(this, now + nanosUntilMore());
    }
  }

  /** Until a byte may go; the wheel's tick makes it more where many may. */
  private long nanosUntilMore() {
    return (long) Math.ceil(Math.max(0, 1 - credit) / bytesPerSecond * SECOND);
  }

  @Override
  protected void onDeadline(long now) {
    ClientStream client = exchange.client();
    goOn();
    client.flush();
  }

  /** Drops what waits: the exchange is over. */
  void drop() {
    over = true;
    exchange.loop().deadlines().cancel(this);
    waiting.forEach(ByteBuf::release);
    waiting.clear();
  }
}
