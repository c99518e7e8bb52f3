package dev.yumen.dataplane.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.api.Failure;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.stream.Framing;
import dev.yumen.dataplane.stream.InboundRequest;
import dev.yumen.dataplane.stream.ResponseEvents;
import dev.yumen.dataplane.stream.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * One request of a health check, sent as requests of clients are: over the same connections, in the
 * same protocol.
 */
final class HttpProbe implements Probe, ResponseEvents, ConnectionPool.Connecting {
  /** Of the answer's body, what is looked at. */
  static final int MOST_BODY = 64 << 10;

  /** What is asked, and what the answer has to be. */
  interface Question {
    /** A request of its own for each check. */
    InboundRequest request(String authority);

    /** The request's body; empty for none. */
    byte[] body();

    /** What is wrong with a head; null when nothing is. */
    @Nullable String judgeHead(HeadTable head);

    /** What is wrong with the body as far as it came, and with the trailers; null for nothing. */
    @Nullable String judgeEnd(byte[] body, @Nullable HeadTable trailers);
  }

  private final ConnectionPool pool;
  private final String authority;
  private final Question question;
  private final Outcome outcome;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private ConnectionPool.@Nullable Pending connecting;
  private @Nullable UpstreamStream stream;
  private boolean over;

  private HttpProbe(Endpoint endpoint, Loop loop, Question question, Outcome outcome) {
    this.pool = endpoint.pool(loop);
    this.authority = endpoint.authority();
    this.question = question;
    this.outcome = outcome;
  }

  static HttpProbe begin(Endpoint endpoint, Loop loop, Question question, Outcome outcome) {
    HttpProbe probe = new HttpProbe(endpoint, loop, question, outcome);
    UpstreamStream kept = probe.pool.acquire(probe, false);
    if (kept == null) {
      probe.connecting = probe.pool.connect(probe, probe, false);
    } else {
      probe.send(kept);
    }
    return probe;
  }

  @Override
  public void onConnected(UpstreamStream made) {
    connecting = null;
    if (over) {
      made.cancel();
    } else {
      send(made);
    }
  }

  @Override
  public void onConnectFailed(Throwable cause) {
    connecting = null;
    end(String.valueOf(cause.getMessage()));
  }

  private void send(UpstreamStream to) {
    stream = to;
    byte[] bytes = question.body();
    to.sendHead(
        question.request(authority),
        bytes.length == 0 ? Framing.NONE : Framing.LENGTH,
        bytes.length);
    if (bytes.length > 0) {
      to.sendBody(Unpooled.wrappedBuffer(bytes));
    }
    to.sendEnd(null);
    to.flush();
  }

  // ---- the answer ----

  @Override
  public void onInterim(int status, HeadTable fields) {
    // It says nothing of health.
  }

  @Override
  public void onResponseHead(HeadTable fields, Framing framing, long length) {
    String failure = question.judgeHead(fields);
    if (failure != null) {
      giveUp(failure);
    }
  }

  @Override
  public void onResponseBody(ByteBuf data) {
    try {
      if (!over) {
        int taken = Math.min(data.readableBytes(), MOST_BODY - body.size());
        data.readBytes(body, taken);
        if (body.size() == MOST_BODY) {
          giveUp(question.judgeEnd(body.toByteArray(), null));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // an array takes all bytes
    } finally {
      data.release();
    }
  }

  @Override
  public void onResponseEnd(@Nullable HeadTable trailers) {
    stream = null;
    end(question.judgeEnd(body.toByteArray(), trailers));
  }

  @Override
  public void onResponseFlush() {
    // Nobody waits for what came.
  }

  @Override
  public void onUpstreamWritable() {
    // The request is small.
  }

  @Override
  public void onUpstreamFailure(Failure failure, Reached reached) {
    UpstreamStream failed = stream;
    stream = null;
    if (!over && failed != null && failed.reused() && reached != Reached.ANSWERED) {
      // A kept connection that the service had closed says nothing.
      connecting = pool.connect(this, this, false);
    } else {
      end(failure.detail());
    }
  }

  // ---- ends ----

  private void end(@Nullable String failure) {
    if (!over) {
      over = true;
      outcome.onEnd(failure);
    }
  }

  /** Enough was seen; the rest of the answer is not waited for. */
  private void giveUp(@Nullable String failure) {
    UpstreamStream from = stream;
    stream = null;
    if (from != null) {
      from.cancel();
    }
    end(failure);
  }

  @Override
  public void cancel() {
    over = true;
    if (connecting != null) {
      connecting.cancel();
      connecting = null;
    }
    giveUp(null);
  }

  /** The part of a text that a log line has room for. */
  static String shortened(byte[] text) {
    String all = new String(text, UTF_8).replaceAll("\\p{Cntrl}", " "); // one line of the log
    return all.length() <= 80 ? all : all.substring(0, 80) + "…";
  }
}
