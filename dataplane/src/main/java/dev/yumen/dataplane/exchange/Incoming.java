package dev.yumen.dataplane.exchange;

import dev.yumen.api.BodyTreatment;
import dev.yumen.api.FailureCode;
import dev.yumen.dataplane.chain.BodyPipe;
import dev.yumen.dataplane.http1.HeadTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request as its client sends it: through the filters that look at it, into the
 * {@link Upload}, or to the one filter that takes it. Only on the exchange's loop.
 */
final class Incoming {
  private final ProxyExchange exchange;
  private @Nullable BodyPipe pipe;
  private boolean complete;
  private boolean whole;
  private boolean taken;

  /** What a filter waits for that looks at the beginning. */
  private @Nullable CompletableFuture<byte[]> peeked;

  private int mostPeeked;

  /** Whether filters still want to see its beginning before anything goes on. */
  private boolean beginning;

  Incoming(ProxyExchange exchange) {
    this.exchange = exchange;
  }

  private Upload upload() {
    return exchange.forwarding().upload();
  }

  /** Whether it goes through filters on its way to a service. */
  boolean looksThrough() {
    return pipe != null && !taken;
  }

  /** Whether a filter has taken it for itself. */
  boolean taken() {
    return taken;
  }

  /** Whether filters want all or the beginning of it before anything goes on, still to come. */
  boolean awaited() {
    return !complete && (whole || beginning);
  }

  /**
   * Lets the filters of the route look at it from now on.
   *
   * @throws RuntimeException when one of them fails
   */
  void open(FilterCalls calls) {
    if (upload().upgrading()) {
      return;
    }
    BodyPipe filters = calls.requestPipe(exchange.route().chain(), upload());
    if (filters != null) {
      whole = filters.whole();
      beginning = filters.beginning();
      open(filters);
      beginning &= upload().body().waitingBytes() == 0;
    }
  }

  private void open(BodyPipe filters) {
    pipe = filters;
    upload().throughPipe(filters);
    upload().body().takeWaiting().forEach(filters::chunk);
    if (complete) {
      filters.end(upload().trailers());
    }
  }

  /** As {@link dev.yumen.api.Exchange#takeBody}. */
  CompletionStage<byte[]> take(int most) {
    CompletableFuture<byte[]> all = new CompletableFuture<>();
    BodyTreatment treatment =
        new BodyTreatment.Whole(
            most,
            (bytes, out) -> {
              byte[] copy = ByteBufUtil.getBytes(bytes);
              bytes.release();
              all.complete(copy);
            });
    taken = true;
    BodyPipe holding = BodyPipe.of(List.of(treatment), FailureCode.PAYLOAD_TOO_LARGE, upload());
    open(Objects.requireNonNull(holding));
    if (!complete && !exchange.answering().begun()) {
      hurry();
    }
    return all;
  }

  /** As {@link dev.yumen.api.Exchange#peekBody}. */
  CompletionStage<byte[]> peek(int most) {
    if (taken || peeked != null) {
      throw new IllegalStateException("a filter has the body, or waits for it");
    }
    CompletableFuture<byte[]> beginning = new CompletableFuture<>();
    if (upload().upgrading()) {
      beginning.complete(new byte[0]);
      return beginning;
    }
    peeked = beginning;
    mostPeeked = most;
    upload().want(most);
    showPeeked();
    if (peeked != null && !exchange.answering().begun()) {
      hurry();
    }
    return beginning;
  }

  private void showPeeked() {
    CompletableFuture<byte[]> beginning = peeked;
    RequestBody body = upload().body();
    if (beginning == null || (!complete && body.waitingBytes() < mostPeeked)) {
      return;
    }
    peeked = null;
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(mostPeeked, body.waitingBytes()));
    body.look(
        piece -> {
          int length = Math.min(bytes.remaining(), piece.readableBytes());
          piece.getBytes(piece.readerIndex(), bytes.slice(bytes.position(), length));
          bytes.position(bytes.position() + length);
        });
    beginning.complete(bytes.array());
  }

  /** Nothing goes on without it: the client is told to send it. */
  void hurry() {
    exchange.answering().continueIfExpected();
    exchange.client().resumeRequest();
  }

  /**
   * Takes a piece of it, and ownership of that.
   *
   * @return whether this was the beginning that something waited for
   */
  boolean body(ByteBuf data) {
    if (pipe == null) {
      exchange.forwarding().requestBody(data);
      showPeeked();
      return false;
    }
    pipe.chunk(data);
    boolean begun = beginning && upload().body().waitingBytes() > 0;
    beginning &= !begun;
    return begun && !whole;
  }

  /**
   * It is complete.
   *
   * @return whether something waits for all of it, or for a beginning that did not come
   */
  boolean end(@Nullable HeadTable trailers) {
    complete = true;
    upload().trailers(trailers);
    if (pipe != null) {
      pipe.end(upload().trailers());
    }
    showPeeked();
    return whole || beginning;
  }

  /** Lets go of what filters hold of it. */
  void drop() {
    peeked = null;
    if (pipe != null) {
      pipe.discard();
    }
  }
}
