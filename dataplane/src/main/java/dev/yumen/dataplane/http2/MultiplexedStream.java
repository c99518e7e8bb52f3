package dev.yumen.dataplane.http2;

import dev.yumen.dataplane.heads.AnswerHeaders;
import dev.yumen.dataplane.http1.HeadTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One message out and one in on a stream of an HTTP/2 connection, on whatever side. What is to be
 * sent is held back by one piece, so that the last one can carry END_STREAM; what comes while we
 * are paused is not given back to the peer's window.
 */
abstract class MultiplexedStream {
  private final MultiplexedConnection<?> connection;
  private final HeadTable head;
  private @Nullable Http2Stream stream;
  private @Nullable Http2Headers heldHead;
  private @Nullable ByteBuf heldBody;
  private boolean closed;
  private boolean paused;
  private int unconsumed;

  /**
   * @param head of the message that comes
   * @param stream null when it is opened by what is sent first
   */
  MultiplexedStream(
      MultiplexedConnection<?> connection, HeadTable head, @Nullable Http2Stream stream) {
    this.connection = connection;
    this.head = head;
    this.stream = stream;
  }

  final HeadTable head() {
    return head;
  }

  final boolean hasStream() {
    return stream != null;
  }

  /** Only when there is one. */
  final Http2Stream stream() {
    return Objects.requireNonNull(stream);
  }

  final void stream(Http2Stream opened) {
    stream = opened;
  }

  // ---- what goes ----

  final void hold(Http2Headers headers) {
    heldHead = headers;
  }

  /** Takes ownership of the data. */
  final void hold(ByteBuf data) {
    if (closed || !data.isReadable()) {
      data.release();
      return;
    }
    push();
    heldBody = data;
  }

  /** Writes what is held back; it was not the last. */
  final void push() {
    Http2Headers nextHead = heldHead;
    if (nextHead != null) {
      heldHead = null;
      write(nextHead, false);
    }
    ByteBuf nextBody = heldBody;
    if (nextBody != null) {
      heldBody = null;
      writeUnlessClosed(nextBody, false);
    }
  }

  /** Writes what is held back and ends our side. */
  final void end(@Nullable HeadTable trailers) {
    Http2Headers onlyHead = heldBody == null && trailers == null ? heldHead : null;
    if (onlyHead != null) {
      heldHead = null;
      write(onlyHead, true);
      return;
    }
    ByteBuf lastBody = trailers == null ? heldBody : null;
    if (lastBody != null) {
      heldBody = null;
    }
    push();
    if (trailers == null) {
      writeUnlessClosed(lastBody == null ? Unpooled.EMPTY_BUFFER : lastBody, true);
    } else if (!closed) {
      write(AnswerHeaders.trailers(new DefaultHttp2Headers(false, 8), trailers), true);
    }
  }

  private void writeUnlessClosed(ByteBuf data, boolean last) {
    if (closed) {
      data.release();
    } else {
      write(data, last);
    }
  }

  /** Writes fields; they may be what opens the stream. */
  void write(Http2Headers headers, boolean last) {
    connection.writeHeaders(stream(), headers, last);
  }

  /** Writes data and takes ownership of it. */
  void write(ByteBuf data, boolean last) {
    connection.writeData(stream(), data, last);
  }

  /** Gives up what is held back. */
  final void drop() {
    heldHead = null;
    if (heldBody != null) {
      heldBody.release();
      heldBody = null;
    }
  }

  // ---- what comes ----

  /** All that came in one go has been read. */
  abstract void flushRead();

  /** Of bytes that were handed on: how many the peer may send anew at once. */
  final int consumable(int bytes) {
    if (paused && !closed) {
      unconsumed += bytes;
      return 0;
    }
    return bytes;
  }

  /** Lets the peer send on for everything that was held against it. */
  final void consumeRest() {
    int consumed = unconsumed;
    unconsumed = 0;
    if (consumed > 0 && !closed) {
      connection.consume(stream(), consumed);
    }
  }

  final boolean paused() {
    return paused;
  }

  final void paused(boolean now) {
    paused = now;
  }

  /** Whether nothing can be sent and nothing comes any more. */
  final boolean closed() {
    return closed;
  }

  /** To be called when the stream is closed, by whatever side. */
  final void close() {
    closed = true;
    drop();
  }
}
