package dev.yumen.dataplane.http2;

import dev.yumen.config.Http2Limits;
import dev.yumen.dataplane.loop.Deadline;
import dev.yumen.dataplane.server.BodyProgress;
import dev.yumen.dataplane.server.ListenerLimits;
import dev.yumen.dataplane.stream.ResetCount;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.http2.Http2Error;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a connection once a second: that it is not idle for too long, that the client goes on
 * with what it began, takes what it asked for, and answers when it is asked. The limits are those
 * of HTTP/1.1 clients, for each stream; a stream that is too slow is reset, a connection closed.
 */
final class Http2Watch extends Deadline {
  private static final long SECOND = 1_000_000_000L;
  private static final long LINGER = 2 * SECOND;
  private static final int FRAME_BYTES = 16 * 1024;
  private static final long OUR_PING = 0x79756d656e3f0001L;

  private final Http2ServerConnection connection;
  private final FrameScanner scanner;
  private final Http2Limits limits;
  private final ResetCount resets;
  private long heardAt;
  private long idleSince;
  private long middleSince = NONE;
  private long middleFrames;
  private long pingAt = NONE;
  private long leaveAt = NONE;
  private long halfClosedAt = NONE;
  private long unsentSince = NONE;
  private long unsentLast;

  Http2Watch(Http2ServerConnection connection, FrameScanner scanner, Http2Limits limits) {
    this.connection = connection;
    this.scanner = scanner;
    this.limits = limits;
    this.resets = new ResetCount(limits.resets(), connection.now());
  }

  Http2Limits limits() {
    return limits;
  }

  void start() {
    long now = connection.now();
    heardAt = now;
    idleSince = now;
    again(now);
  }

  void stop() {
    connection.serving().loop().deadlines().cancel(this);
  }

  /** Bytes came from the client. */
  void heard() {
    heardAt = connection.now();
    pingAt = NONE;
  }

  /** The first GOAWAY of a drain was sent. */
  void draining() {
    leaveAt = connection.now() + SECOND;
  }

  /** The client has closed its sending side. */
  void halfClosed() {
    halfClosedAt = connection.now();
    if (server().halfCloseNanos() == 0) {
      connection.cut();
    }
  }

  /** Whether the client sent more frames that ask for nothing than it may. */
  boolean flooded() {
    return scanner.flooded(limits.controlFrames(), connection.now(), true);
  }

  /** Counts a stream that was reset; whether there were too many of them lately. */
  boolean tooManyResets() {
    return resets.tooMany(connection.now());
  }

  private void again(long now) {
    connection.serving().loop().deadlines().set(this, now + SECOND);
  }

  @Override
  protected void onDeadline(long now) {
    if (now >= leaveAt) {
      leaveAt = NONE;
      connection.leave();
    }
    if (halfClosedAt != NONE && now - halfClosedAt >= server().halfCloseNanos()) {
      connection.cut();
      return;
    }
    if (stuckInTheMiddle(now) || unanswered(now) || unsent(now)) {
      return;
    }
    connection.forEachStream(stream -> look(stream, now));
    if (connection.connection().numActiveStreams() > 0) {
      idleSince = now;
    } else if (now - idleSince >= server().keepAliveNanos()) {
      connection.leave();
    }
    again(now);
  }

  private ListenerLimits server() {
    return connection.serving().limits();
  }

  /** A frame, or the fields of one request, must come whole in the time of a request head. */
  private boolean stuckInTheMiddle(long now) {
    boolean moved = scanner.frames() != middleFrames;
    middleFrames = scanner.frames();
    if (!scanner.inTheMiddle() || (moved && !scanner.inHeaders())) {
      middleSince = NONE;
      return false;
    }
    if (middleSince == NONE) {
      middleSince = now;
    }
    if (now - middleSince < server().headerNanos()) {
      return false;
    }
    connection.fail("header_timeout", Http2Error.ENHANCE_YOUR_CALM, "a frame took too long");
    return true;
  }

  /** A client that is silent while it has requests is asked whether it is still there. */
  private boolean unanswered(long now) {
    if (pingAt != NONE) {
      if (now - pingAt >= limits.pingTimeout().toNanos()) {
        connection.rejected("http2_ping_timeout");
        connection.cut();
        return true;
      }
    } else if (connection.connection().numActiveStreams() > 0
        && now - heardAt >= limits.pingAfter().toNanos()) {
      pingAt = now;
      connection.writePing(OUR_PING);
    }
    return false;
  }

  /** Bytes that the socket does not take at all. */
  private boolean unsent(long now) {
    ChannelOutboundBuffer buffer = connection.context().channel().unsafe().outboundBuffer();
    long left = buffer == null ? 0 : buffer.totalPendingWriteBytes();
    if (left == 0 || left < unsentLast) {
      unsentSince = left == 0 ? NONE : now;
    } else if (unsentSince == NONE) {
      unsentSince = now;
    }
    unsentLast = left;
    if (unsentSince == NONE || now - unsentSince < server().writeNanos()) {
      return false;
    }
    connection.rejected("slow_reader");
    connection.cut();
    return true;
  }

  private void look(Http2ServerStream stream, long now) {
    stream.stopRequestAfter(LINGER, now);
    BodyProgress.Broken slow = stream.awaitsBody() ? slowBody(stream.body(), now) : null;
    if (slow != null) {
      stream.fail(slow);
      return;
    }
    // While the socket takes nothing, that is judged for the connection: see unsent.
    boolean waiting = connection.socketWritable() && connection.waits(stream.stream());
    long since = stream.stuckSince(waiting, now);
    if (waiting && now - since >= server().writeNanos()) {
      connection.rejected("slow_reader");
      connection.reset(stream.stream(), Http2Error.CANCEL);
    } else if (stream.isTunnel() && now - stream.body().movedAt() >= server().tunnelIdleNanos()) {
      connection.rejected("tunnel_idle");
      stream.endTunnelInOrder();
    }
  }

  private BodyProgress.@Nullable Broken slowBody(BodyProgress body, long now) {
    // Of a frame that is not whole the stream knows nothing yet.
    boolean coming = scanner.inData();
    return body.tooSlow(now, coming ? heardAt : body.movedAt(), coming ? FRAME_BYTES : 0);
  }
}
