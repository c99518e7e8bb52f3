package dev.yumen.dataplane.http2;

import dev.yumen.dataplane.loop.Deadline;
import dev.yumen.dataplane.loop.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;

/**
 * Closes a connection to a service that rested for long, one that does not answer a PING, and one
 * whose service sends frame after frame that nobody asked for.
 */
final class Http2UpstreamWatch extends Deadline {
  private static final long PING_AFTER = 30_000_000_000L;
  private static final long PING_TIMEOUT = 20_000_000_000L;
  private static final long PING = 0x79756d656e3f0002L;

  /** Frames within 10 s that ask for nothing, beyond those that requests and answers pay for. */
  private static final int MOST_CONTROL_FRAMES = 1000;

  private final Http2UpstreamConnection connection;
  private final Loop loop;
  private final FrameScanner scanner;
  private long heardAt;
  private long pingAt = NONE;

  Http2UpstreamWatch(Http2UpstreamConnection connection, Loop loop) {
    this.connection = connection;
    this.loop = loop;
    this.scanner = FrameScanner.ofService(loop.nanoTime());
  }

  /** Closes it at this time unless it is busy by then. */
  void rest(long until) {
    loop.deadlines().set(this, until);
  }

  /** A first request has begun. */
  void busy() {
    heardAt = loop.nanoTime();
    loop.deadlines().set(this, heardAt + PING_AFTER);
  }

  void stop() {
    loop.deadlines().cancel(this);
  }

  /** All that could be read has been. */
  void heard() {
    heardAt = loop.nanoTime();
    pingAt = NONE;
  }

  /** Looks at bytes of the service without taking them; whether it floods us. */
  boolean floods(ByteBuf in) {
    scanner.scan(in);
    boolean taken = connection.context().channel().isWritable();
    return scanner.flooded(MOST_CONTROL_FRAMES, loop.nanoTime(), taken);
  }

  /** The head of a request was sent. */
  void sentHead() {
    scanner.sent();
  }

  /** Data of a request's body was sent. */
  void sentData(int bytes) {
    scanner.sent(bytes);
  }

  @Override
  protected void onDeadline(long now) {
    if (!connection.isReady()) {
      connection.cut(new ConnectTimeoutException("its SETTINGS did not come in time"));
    } else if (!connection.isBusy()) {
      connection.leave();
    } else if (pingAt != NONE && now - pingAt >= PING_TIMEOUT) {
      connection.cut(new IOException("no answer to a PING"));
    } else {
      if (pingAt == NONE && now - heardAt >= PING_AFTER) {
        pingAt = now;
        connection.writePing(PING);
      }
      loop.deadlines().set(this, pingAt == NONE ? heardAt + PING_AFTER : pingAt + PING_TIMEOUT);
    }
  }
}
