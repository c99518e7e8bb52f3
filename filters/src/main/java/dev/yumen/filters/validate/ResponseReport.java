package dev.yumen.filters.validate;

import dev.yumen.api.BodySink;
import dev.yumen.api.BodyTransform;
import dev.yumen.api.BodyTreatment;
import dev.yumen.api.Exchange;
import dev.yumen.api.FilterContext;
import dev.yumen.api.Flaw;
import dev.yumen.api.ResponseHead;
import dev.yumen.filters.auth.SlowChecks;
import dev.yumen.filters.body.MediaType;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds answers against the document, aside: a copy is checked on another thread when the answer
 * has gone by. The answer is never changed and never waits; a line in the log, at most one in a
 * second, says what is wrong.
 */
final class ResponseReport {
  private static final Logger LOG = LoggerFactory.getLogger(ResponseReport.class);
  private static final int STEPS = 1_000_000;
  private static final long PAUSE_NANOS = 1_000_000_000;

  private final BodyCheck bodies;
  private final SlowChecks threads;
  private final int most;
  private final LongSupplier nanos;
  private final AtomicLong nextLine;
  private final FilterContext.Counter valid;
  private final FilterContext.Counter invalid;
  private final FilterContext.Counter unread;

  /**
   * @param most bytes of an answer that are copied
   */
  ResponseReport(FilterContext context, BodyCheck bodies, SlowChecks threads, int most) {
    this.bodies = bodies;
    this.threads = threads;
    this.most = most;
    this.nanos = context::nanoTime;
    this.nextLine = new AtomicLong(context.nanoTime());
    this.valid = counter(context, "valid");
    this.invalid = counter(context, "invalid");
    this.unread = counter(context, "unread");
  }

  private static FilterContext.Counter counter(FilterContext context, String result) {
    return context.counter(
        "gateway_validated_responses",
        "Answers held against a description, by what was found.",
        List.of("route", context.routeId(), "result", result));
  }

  /** Where an answer came from, for the log. */
  private record Origin(String id, String route, int status) {}

  BodyTreatment watch(Operation operation, Exchange exchange, ResponseHead response) {
    Origin origin = new Origin(exchange.id(), exchange.routeId(), response.status());
    BodyRule rule = operation.response(response.status());
    if (rule == null) {
      report(origin, new Flaw("status", "", "unknown"));
      return BodyTreatment.pass();
    }
    String type = response.headers().first("content-type");
    if (type == null || rule.kinds().isEmpty() || exchange.request().method().equals("HEAD")) {
      valid.add(1);
      return BodyTreatment.pass();
    }
    MediaType media = MediaType.of(type);
    BodyRule.Kind kind = rule.kind(media);
    if (kind == null) {
      report(origin, new Flaw("header", "/content-type", "content"));
      return BodyTreatment.pass();
    }
    Check check = media.isJson() ? kind.check() : null;
    if (check == null) {
      valid.add(1);
      return BodyTreatment.pass();
    }
    if (response.headers().contains("content-encoding")) {
      unread.add(1);
      return BodyTreatment.pass();
    }
    return new BodyTreatment.Inspect(new Copy(origin, check));
  }

  /** Keeps a copy up to its bound. */
  private final class Copy implements BodyTransform {
    private final Origin origin;
    private final Check check;
    private @Nullable ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);

    Copy(Origin origin, Check check) {
      this.origin = origin;
      this.check = check;
    }

    @Override
    public void onChunk(ByteBuf chunk, BodySink out) {
      ByteArrayOutputStream copy = bytes;
      if (copy != null && copy.size() + chunk.readableBytes() > most) {
        bytes = null;
      } else if (copy != null) {
        byte[] read = new byte[chunk.readableBytes()];
        chunk.getBytes(chunk.readerIndex(), read);
        copy.writeBytes(read);
      }
      out.emit(chunk);
    }

    @Override
    public void onEnd(BodySink out) {
      ByteArrayOutputStream copy = bytes;
      if (copy == null
          || threads.prove(ResponseReport.this, new Object(), () -> check(copy.toByteArray()))
              == null) {
        unread.add(1);
      }
    }

    private boolean check(byte[] body) {
      List<Flaw> flaws = bodies.flaws(body, check, Check.Side.RESPONSE, STEPS);
      if (flaws == null) {
        unread.add(1);
        return false;
      }
      if (flaws.isEmpty()) {
        valid.add(1);
      } else {
        report(origin, flaws.getFirst());
      }
      return flaws.isEmpty();
    }
  }

  private void report(Origin origin, Flaw flaw) {
    invalid.add(1);
    long now = nanos.getAsLong();
    long next = nextLine.get();
    if (now - next >= 0 && nextLine.compareAndSet(next, now + PAUSE_NANOS)) {
      LOG.warn(
          "{} route {}: the answer {} is not as described, in {} at \"{}\": {}",
          origin.id,
          origin.route,
          origin.status,
          flaw.in(),
          flaw.pointer(),
          flaw.rule());
    }
  }
}
