package dev.yumen.dataplane.exchange;

import dev.yumen.api.BodySink;
import dev.yumen.api.Failure;
import dev.yumen.api.Response;
import dev.yumen.dataplane.chain.BodyPipe;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.stream.ClientStream;
import dev.yumen.dataplane.stream.Framing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The answer of one exchange on its way to the client, whoever made it. Takes the head first, then
 * {@link #start} when response filters are done with it, then body and end.
 */
final class Answering implements BodySink {
  private final ProxyExchange exchange;
  private @Nullable AnswerHead head;
  private Framing framing = Framing.NONE;
  private long length;
  private byte @Nullable [] ownBody;
  private @Nullable BodyPipe pipe;
  private @Nullable CompositeByteBuf held;
  private @Nullable Pace pace;
  private @Nullable LateRest late;
  private boolean started;
  private boolean dropsBody;
  private boolean grpc;
  private int grpcStatus = -1;
  private long bytes;

  Answering(ProxyExchange exchange) {
    this.exchange = exchange;
  }

  /** Takes an answer that the gateway made. */
  void own(Response response) {
    HeadTable fields = exchange.scratch().answerFields();
    for (Response.Field field : response.headers()) {
      fields.add(field.name(), field.value());
    }
    if (!fields.contains("date")) {
      fields.add("Date", exchange.loop().httpDate(exchange.wallMillis())); // RFC 9110 §6.6.1
    }
    end();
    head = new AnswerHead(response.status(), fields);
    ownBody = response.body();
    dropsBody = false;
    framing = Framing.LENGTH;
    length = response.body().length;
  }

  /** Takes the head of the upstream's answer. */
  void upstream(HeadTable fields, Framing framing, long length) {
    head = new AnswerHead(fields.status(), fields);
    ownBody = null;
    this.framing = framing;
    this.length = length;
    String via = exchange.snapshot().config().forwarded().via();
    if (via != null) {
      fields.add("Via", exchange.download().version() + " " + via);
    }
  }

  AnswerHead head() {
    return Objects.requireNonNull(head);
  }

  /** Whether there is an answer, be it still in the hands of filters. */
  boolean begun() {
    return head != null;
  }

  /** Whether the head is on its way to the client. */
  boolean started() {
    return started;
  }

  int status() {
    return head().status();
  }

  /** What a gRPC call ended with; -1 without one. */
  int grpcStatus() {
    return grpcStatus;
  }

  /** Body bytes sent. */
  long bytes() {
    return bytes;
  }

  /** Filters are done with the head: it goes out, and an own body with it. */
  void start(@Nullable BodyPipe through) {
    exchange.answerBegun();
    if (framing == Framing.TUNNEL) {
      exchange.download().openTunnel();
      return;
    }
    settleFraming();
    if (exchange.pace() > 0) {
      pace = new Pace(exchange, exchange.pace());
    }
    if (exchange.grpc() != Grpc.Kind.NONE) {
      grpc = Grpc.isAnswer(head().headers());
      grpcStatus = Grpc.statusIn(head().headers());
    }
    boolean bodiless = framing == Framing.NONE || framing == Framing.STATED;
    if (framing == Framing.STATED && through != null && !through.keepsLength()) {
      framing = Framing.NONE; // the length that the body would have is not known
    }
    pipe = dropsBody || bodiless ? null : through;
    if (pipe == null) {
      sendHead();
    } else if (!pipe.whole()) {
      if (!pipe.keepsLength()) {
        framing = Framing.STREAM;
      }
      sendHead();
    }
    if (ownBody != null) {
      if (ownBody.length > 0) {
        body(Unpooled.wrappedBuffer(ownBody));
      }
      end(null);
    } else {
      exchange.download().resume();
    }
  }

  /**
   * A body goes only where status and method allow one (RFC 9110 §6.4.1), and where they do its end
   * is always told: filters may have changed the status.
   */
  private void settleFraming() {
    int status = status();
    boolean bodiless = framing == Framing.NONE || framing == Framing.STATED;
    if (status == 204 || status == 304) {
      dropsBody = !bodiless;
      framing = status == 304 && framing == Framing.STATED ? Framing.STATED : Framing.NONE;
    } else if (exchange.method().equals("HEAD")) {
      dropsBody = framing == Framing.LENGTH;
      framing = framing == Framing.LENGTH ? Framing.STATED : framing;
    } else if (bodiless) {
      framing = Framing.LENGTH;
      length = 0;
    }
  }

  private void sendHead() {
    started = true;
    String alternative = exchange.alternative();
    if (alternative != null && !head().headers().contains("alt-svc")) {
      head().headers().add("Alt-Svc", alternative);
    }
    if (exchange.snapshot().config().forwarded().configVersion()) {
      head().headers().set("X-Config-Version", exchange.configVersion());
    }
    exchange.client().sendHead(status(), head().headers(), framing, length);
  }

  /** Sends the 101 that opens a tunnel. */
  void sendTunnelHead() {
    sendHead();
  }

  /** Sends the interim answer that lets a waiting client go on, when a filter wants its body. */
  void continueIfExpected() {
    if (exchange.head().expectContinue()) {
      exchange.head().remove("expect");
      exchange.client().sendInterim(100, exchange.scratch().answerFields());
      exchange.client().flush();
    }
  }

  /** Body bytes of the answer; takes ownership. */
  void body(ByteBuf data) {
    if (dropsBody) {
      data.release();
    } else if (pipe != null) {
      pipe.chunk(data);
    } else {
      emit(data);
    }
  }

  /** Body bytes past all filters. */
  @Override
  public void emit(ByteBuf data) {
    if (exchange.ended()) {
      data.release();
      return;
    }
    if (!started) {
      CompositeByteBuf all = held;
      if (all == null) {
        all = Unpooled.compositeBuffer(64);
        held = all;
      }
      all.addComponent(true, data);
      return;
    }
    if (pace != null) {
      pace.body(data);
    } else {
      send(data);
    }
  }

  /** Body bytes whose time has come. */
  void send(ByteBuf data) {
    bytes += data.readableBytes();
    ClientStream client = exchange.client();
    client.sendBody(data);
    if (!client.writable()) {
      exchange.download().pause();
    }
  }

  @Override
  public void fail(Failure failure) {
    exchange.fail(failure);
  }

  @Override
  public void later(CompletionStage<Consumer<BodySink>> rest) {
    late = new LateRest(exchange, rest);
  }

  /** What was waited for is there; false when nothing was. */
  boolean goOnWithRest() {
    LateRest rest = late;
    BodyPipe through = pipe;
    if (rest == null || through == null) {
      return false;
    }
    late = null;
    through.goOn(rest.found(), rest.trailers());
    if (!exchange.ended() && !through.failed()) {
      settleEnd(rest.trailers());
    }
    return true;
  }

  /** The answer is complete. */
  void end(@Nullable HeadTable trailers) {
    if (grpc && trailers != null && grpcStatus < 0) {
      grpcStatus = Grpc.statusIn(trailers);
    }
    HeadTable last = trailers;
    if (pipe != null) {
      last = trailers == null ? exchange.scratch().noTrailers() : trailers;
      pipe.end(last);
      if (exchange.ended()) {
        return;
      }
    }
    settleEnd(last);
  }

  private void settleEnd(@Nullable HeadTable trailers) {
    HeadTable last = trailers;
    if (late != null) {
      head = late.await(head(), last);
      return;
    }
    if (!started) {
      // A filter wanted the whole body: now its length is known.
      CompositeByteBuf all = held;
      held = null;
      framing = Framing.LENGTH;
      length = all == null ? 0 : all.readableBytes();
      sendHead();
      if (all != null) {
        emit(all);
      }
    }
    boolean any = last != null && last.size() > 0 && framing == Framing.STREAM && !dropsBody;
    last = any ? last : null;
    if (pace == null || !pace.end(last)) {
      exchange.answered(last);
    }
  }

  /** The client takes more. */
  void goOn() {
    if (pace != null) {
      pace.goOn();
    } else {
      exchange.download().resume();
    }
  }

  /**
   * Whether a failure can still be told behind what was sent: by trailers where they arrive for
   * sure, or by a filter that has translated the call and does so with its answer.
   */
  boolean endsByStatus() {
    if (pace != null && pace.ends()) {
      return false;
    }
    if (!started || !grpc || framing != Framing.STREAM || dropsBody) {
      return false;
    }
    BodyPipe through = pipe;
    if (exchange.grpc() == Grpc.Kind.CALL) {
      return !exchange.client().version().startsWith("1") && (through == null || !through.failed());
    }
    return through != null && !through.failed() && Grpc.isCall(exchange.head());
  }

  /** Drops what is held. */
  void end() {
    if (held != null) {
      held.release();
      held = null;
    }
    late = null;
    if (pipe != null) {
      pipe.discard();
    }
    if (pace != null) {
      pace.drop();
    }
  }
}
