package dev.yumen.dataplane.http2;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.InboundRequest;
import dev.yumen.dataplane.stream.ResponseEvents;
import dev.yumen.dataplane.stream.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One request to an upstream on a connection that it shares with others. */
final class Http2UpstreamStream implements UpstreamStream {
  private final Http2UpstreamConnection connection;
  private final HeadTable head;
  private final boolean reused;
  private @Nullable ResponseEvents attempt;
  private @Nullable Http2Stream stream;
  private @Nullable Http2Headers heldHead;
  private @Nullable ByteBuf heldBody;
  private String method = "";
  private boolean requestEnded;
  private boolean headStarted;
  private boolean answerEnded;
  private boolean abandoned;
  private boolean paused;
  private boolean closed;
  private boolean endHeld;
  private @Nullable HeadTable heldTrailers;
  private int unconsumed;
  private int interims;

  Http2UpstreamStream(
      Http2UpstreamConnection connection, ResponseEvents attempt, HeadTable head, boolean reused) {
    this.connection = connection;
    this.attempt = attempt;
    this.head = head;
    this.reused = reused;
  }

  @Override
  public boolean reused() {
    return reused;
  }

  @Override
  public String version() {
    return "2";
  }

  // ---- sending ----

  @Override
  public void sendHead(InboundRequest request, Framing framing, long length) {
    method = request.method();
    if (framing == Framing.TUNNEL) {
      fail(
          Failure.of(
              FailureCode.UPSTREAM_PROTOCOL,
              connection.endpointText() + " can not be asked to upgrade over HTTP/2"),
          ResponseEvents.Reached.ANSWERED);
      return;
    }
    heldHead = RequestHeaders.of(request, connection.scheme(), framing, length);
  }

  @Override
  public void sendBody(ByteBuf data) {
    if (closed || !data.isReadable()) {
      data.release();
      return;
    }
    push();
    heldBody = data;
  }

  @Override
  public void sendEnd(@Nullable HeadTable trailers) {
    requestEnded = true;
    if (closed) {
      return;
    }
    Http2Headers lastHead = heldHead;
    ByteBuf lastBody = heldBody;
    if (trailers != null) {
      push();
      connection.writeHeaders(stream(), AnswerHeaders.trailers(trailers), true);
    } else if (lastHead != null) {
      heldHead = null;
      open(lastHead, true);
    } else {
      heldBody = null;
      connection.writeData(stream(), lastBody == null ? Unpooled.EMPTY_BUFFER : lastBody, true);
    }
    connection.flushSoon();
  }

  private void push() {
    Http2Headers nextHead = heldHead;
    if (nextHead != null) {
      heldHead = null;
      open(nextHead, false);
    }
    ByteBuf nextBody = heldBody;
    if (nextBody != null) {
      heldBody = null;
      if (closed) {
        nextBody.release();
      } else {
        connection.writeData(stream(), nextBody, false);
      }
    }
  }

  private void open(Http2Headers headers, boolean last) {
    stream = connection.start(this, headers, last);
    if (stream == null && !closed) {
      fail(
          Failure.of(
              FailureCode.UPSTREAM_RESET, connection.endpointText() + " takes no more streams"),
          ResponseEvents.Reached.REFUSED);
    }
  }

  @Override
  public void flush() {
    if (!closed && !requestEnded) {
      push();
    }
    connection.flushSoon();
  }

  @Override
  public boolean writable() {
    return stream == null || closed || connection.isWritable(stream);
  }

  void onWritable() {
    if (attempt != null) {
      attempt.onUpstreamWritable();
    }
  }

  // ---- the answer ----

  /** Whether nobody can be looking at the head any more. */
  boolean endedInOrder() {
    return answerEnded && attempt == null && !abandoned;
  }

  HeadTable head() {
    return head;
  }

  void headers(Http2Headers headers, boolean last, ResponseHeads heads) throws Malformed {
    if (headStarted) {
      trailers(headers, last, heads);
      return;
    }
    var error = heads.read(headers, head);
    if (error != null) {
      throw new Malformed(error.text());
    }
    if (head.status() < 200) {
      interim(last);
      return;
    }
    headStarted = true;
    ResponseEvents current = attempt;
    if (current == null) {
      return;
    }
    answer(current, last);
    if (last) {
      end(null);
    }
  }

  private void interim(boolean last) throws Malformed {
    if (last || ++interims > Http2UpstreamConnection.MOST_INTERIMS) {
      throw new Malformed("an interim answer that ends, or too many of them");
    }
    if (attempt != null) {
      attempt.onInterim(head.status(), head);
      head.reset();
    }
  }

  private void answer(ResponseEvents current, boolean last) {
    long length = head.contentLength();
    boolean bodiless =
        head.responseFraming(method) == HeadTable.Framing.NONE && (length != 0 || last);
    if (bodiless) {
      boolean stated = length >= 0 && head.status() != 204;
      current.onResponseHead(head, stated ? Framing.STATED : Framing.NONE, Math.max(0, length));
    } else if (length >= 0 || last) {
      current.onResponseHead(head, Framing.LENGTH, Math.max(0, length));
    } else {
      current.onResponseHead(head, Framing.STREAM, -1);
    }
  }

  private void trailers(Http2Headers headers, boolean last, ResponseHeads heads) throws Malformed {
    if (!last) {
      throw new Malformed("a second head");
    }
    HeadTable trailers = new HeadTable();
    var error = heads.readTrailers(headers, trailers);
    if (error != null) {
      throw new Malformed(error.text());
    }
    end(trailers.size() == 0 ? null : trailers);
  }

  /** Takes a piece of the body; returns how many of its bytes the upstream may send anew. */
  int data(ByteBuf data, boolean last) throws Malformed {
    if (!headStarted) {
      throw new Malformed("a body without a head");
    }
    int length = data.readableBytes();
    ResponseEvents current = attempt;
    int consumed = length;
    if (current != null && length > 0) {
      if (head.responseFraming(method) == HeadTable.Framing.NONE && head.contentLength() != 0) {
        throw new Malformed("a body where there can be none");
      }
      current.onResponseBody(data.readRetainedSlice(length));
      if (paused && !closed) {
        unconsumed += length;
        consumed = 0;
      }
    }
    if (last) {
      end(null);
    }
    return consumed;
  }

  private void end(@Nullable HeadTable trailers) {
    answerEnded = true;
    ResponseEvents done = attempt;
    if (done == null) {
      return;
    }
    if (paused) {
      endHeld = true;
      heldTrailers = trailers;
      return;
    }
    attempt = null;
    done.onResponseEnd(trailers);
    done.onResponseFlush();
    finished();
  }

  /** Both have the answer whole; what is left of the request is not wanted (RFC 9113 §8.1). */
  private void finished() {
    Http2Stream current = stream;
    if (!requestEnded && !closed && current != null) {
      drop();
      connection.reset(current, Http2Error.NO_ERROR);
    }
  }

  void flushAnswer() {
    if (attempt != null) {
      attempt.onResponseFlush();
    }
  }

  // ---- ends ----

  /**
   * The stream is closed.
   *
   * @param reached what the upstream said of it, or null when it said nothing
   */
  void onClosed(ResponseEvents.@Nullable Reached reached, String why) {
    closed = true;
    drop();
    if (!answerEnded) {
      ResponseEvents.Reached far =
          headStarted ? ResponseEvents.Reached.ANSWERED : ResponseEvents.Reached.UNANSWERED;
      fail(
          Failure.of(FailureCode.UPSTREAM_RESET, connection.endpointText() + " " + why),
          reached == null || headStarted ? far : reached);
    }
  }

  void fail(Failure failure, ResponseEvents.Reached reached) {
    ResponseEvents failed = attempt;
    attempt = null;
    abandoned = true;
    endHeld = false;
    cancelStream(Http2Error.CANCEL);
    if (failed != null) {
      failed.onUpstreamFailure(failure, reached);
    }
  }

  @Override
  public void cancel() {
    attempt = null;
    abandoned = true;
    endHeld = false;
    cancelStream(Http2Error.CANCEL);
  }

  private void cancelStream(Http2Error error) {
    drop();
    if (stream == null && !closed) {
      closed = true;
      connection.neverStarted(this);
    } else if (stream != null && !closed) {
      connection.reset(stream, error);
    }
  }

  private void drop() {
    heldHead = null;
    if (heldBody != null) {
      heldBody.release();
      heldBody = null;
    }
  }

  // ---- flow ----

  @Override
  public void pauseResponse() {
    paused = true;
  }

  @Override
  public void resumeResponse() {
    if (!paused) {
      return;
    }
    paused = false;
    int consumed = unconsumed;
    unconsumed = 0;
    if (consumed > 0 && !closed) {
      connection.consume(stream(), consumed);
    }
    if (endHeld) {
      endHeld = false;
      end(heldTrailers);
    }
  }

  // ---- tunnels are refused in sendHead ----

  @Override
  public void startTunnel() {
    throw new IllegalStateException("no tunnel");
  }

  @Override
  public void endTunnel() {
    throw new IllegalStateException("no tunnel");
  }

  @Override
  public void finishTunnel() {
    throw new IllegalStateException("no tunnel");
  }

  private Http2Stream stream() {
    return Objects.requireNonNull(stream);
  }
}
