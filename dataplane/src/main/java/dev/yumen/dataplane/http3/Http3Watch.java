package dev.yumen.dataplane.http3;

import dev.yumen.dataplane.loop.Deadline;
import dev.yumen.dataplane.server.BodyProgress;
import dev.yumen.dataplane.server.ListenerLimits;
import dev.yumen.dataplane.stream.ResetCount;
import io.netty.handler.codec.http3.Http3ErrorCode;

/**
 * Looks at a connection once a second: that its handshake ends, that it is not idle for too long,
 * that the client goes on with what it began and takes what it asked for. The limits are those of
 * HTTP/1.1 clients, for each stream, and the counts those of HTTP/2. That the client is there at
 * all is QUIC's to find out.
 */
final class Http3Watch extends Deadline {
  private static final long SECOND = 1_000_000_000L;
  private static final long LINGER = 2 * SECOND;

  /** The library keeps something of such a stream for as long as the connection lives. */
  private static final int MOST_RESETS = 10_000;

  private final Http3ServerConnection connection;
  private final ResetCount resets;
  private final long handshakeNanos;
  private long handshakeUntil;
  private long idleSince;
  private long leaveAt = NONE;
  private int allResets;

  Http3Watch(Http3ServerConnection connection, int mostResets, long handshakeNanos) {
    this.connection = connection;
    this.resets = new ResetCount(mostResets, connection.now());
    this.handshakeNanos = handshakeNanos;
  }

  void start() {
    long now = connection.now();
    handshakeUntil = now + handshakeNanos;
    idleSince = now;
    again(now);
  }

  void stop() {
    connection.serving().loop().deadlines().cancel(this);
  }

  void secured() {
    idleSince = connection.now();
  }

  /** The first GOAWAY of a drain was sent. */
  void draining() {
    leaveAt = connection.now() + SECOND;
  }

  /** The last GOAWAY was sent; a client that is idle has a moment to close by itself. */
  void leaving() {
    idleSince = Math.max(idleSince, connection.now() - LINGER / 2);
  }

  /** A stream is gone; what was sent on it may still be under way. */
  void streamEnded(boolean last) {
    if (last) {
      idleSince = connection.now();
    }
  }

  /** Counts a stream that was reset; whether there were too many of them. */
  boolean tooManyResets() {
    allResets++;
    if (allResets >= MOST_RESETS) {
      connection.drain();
    }
    return resets.tooMany(connection.now());
  }

  private void again(long now) {
    connection.serving().loop().deadlines().set(this, now + SECOND);
  }

  private ListenerLimits server() {
    return connection.serving().limits();
  }

  @Override
  protected void onDeadline(long now) {
    if (connection.handshaking()) {
      if (now >= handshakeUntil) {
        connection.handshakeTimeout();
        return;
      }
    } else if (now >= leaveAt) {
      leaveAt = NONE;
      connection.leave();
    }
    connection.forEachStream(stream -> look(stream, now));
    if (!connection.idle()) {
      idleSince = now;
    } else if (connection.isLeaving() && now - idleSince >= LINGER) {
      connection.close(Http3ErrorCode.H3_NO_ERROR);
      return;
    } else if (now - idleSince >= server().keepAliveNanos()) {
      connection.leave();
    }
    again(now);
  }

  private void look(Http3ServerStream stream, long now) {
    stream.stopRequestAfter(LINGER, now);
    if (stream.awaitsHead() && now - stream.startNanos() >= server().headerNanos()) {
      connection.rejected("header_timeout");
      stream.cut(Http3ErrorCode.H3_REQUEST_INCOMPLETE);
      connection.countReset();
      return;
    }
    BodyProgress.Broken slow =
        stream.awaitsBody() ? stream.body().tooSlow(now, stream.body().movedAt(), 0) : null;
    if (slow != null) {
      stream.fail(slow);
    } else if (stream.answer().isAbandoned(now)) {
      stream.cut(Http3ErrorCode.H3_REQUEST_CANCELLED);
      connection.countReset();
    } else if (stream.answer().isStuck(server().writeNanos(), now)) {
      connection.rejected("slow_reader");
      stream.cut(Http3ErrorCode.H3_REQUEST_CANCELLED);
    } else if (stream.awaitsAnswer()) {
      stream.answer().probe();
    }
  }
}
