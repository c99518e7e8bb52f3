package dev.yumen.filters.mask;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.api.BodyFilter;
import dev.yumen.api.BodySink;
import dev.yumen.api.BodyTransform;
import dev.yumen.api.BodyTreatment;
import dev.yumen.api.DataSize;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Ending;
import dev.yumen.api.Exchange;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.Headers;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Key;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Verdict;
import dev.yumen.filters.auth.SlowChecks;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Hides what is personal in answers: in JSON by place and by form, in other texts by form. An
 * answer is masked as a whole or, when that can not be done, refused; one that is half masked is
 * never sent for a whole one.
 */
public final class DataMaskFilter implements BodyFilter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>("data-mask", Config.class, DataMaskFilter::new);

  /** What becomes of answers that can not be masked. */
  public enum Unmaskable {
    /** They are 502. */
    REFUSE,
    /** They pass as they are. */
    PASS
  }

  /** What is hidden. */
  @Describe("Hides what is personal in answers.")
  public record Config(
      @Describe("What is hidden; applied one after the other.") List<MaskRule> rules,
      @Describe("One character that stands for every hidden one.") @Default("'*'") String mask,
      @Describe("Most bytes of JSON, or of a line of text, that are held to be masked.")
          @Default("256KiB")
          DataSize maxBody,
      @Describe(
              "Answers in JSON or text that can not be masked, as compressed, too long or malformed"
                  + " ones: refuse is 502, pass sends them as they are.")
          @Default("refuse")
          Unmaskable unmaskable) {

    private static final long LARGEST = 16 << 20;

    public Config {
      rules = List.copyOf(rules);
      if (rules.isEmpty()) {
        throw InvalidValue.found("rules", "no rules", "at least one rule");
      }
      if (mask.length() != 1 || mask.charAt(0) <= ' ' || Character.isSurrogate(mask.charAt(0))) {
        throw new InvalidValue("mask", mask, "one visible character");
      }
      if (maxBody.bytes() < 1 || maxBody.bytes() > LARGEST) {
        throw new InvalidValue("max-body", maxBody, "1B to 16MiB");
      }
    }
  }

  /** Bodies up to this are masked on the event loop: about half a millisecond. */
  private static final int SHORT = 32 << 10;

  /** How many longer ones may wait for a thread, in the whole gateway. */
  private static final int MOST_WAITING = 256;

  private static final byte[] NOTHING = {};

  private final Key<Plan> planned = Key.of("plan of data-mask");
  private final Key<AtomicReference<byte[]>> waiting = Key.of("body that data-mask holds");
  private final SlowChecks threads;
  private final Masking masking;
  private final int most;
  private final boolean passes;
  private final FilterContext.Counter masked;
  private final FilterContext.Counter refused;
  private final FilterContext.Counter passed;

  private DataMaskFilter(Config config, FilterContext context) {
    masking = new Masking(config.rules, config.mask.charAt(0));
    most = config.maxBody.toInt();
    passes = config.unmaskable == Unmaskable.PASS;
    threads = SlowChecks.of(context, "data-mask", MOST_WAITING);
    masked = counter(context, "masked");
    refused = counter(context, "refused");
    passed = counter(context, "passed");
  }

  private static FilterContext.Counter counter(FilterContext context, String result) {
    return context.counter(
        "gateway_masked_answers",
        "Answers in which something might be hidden, by what became of them.",
        List.of("route", context.routeId(), "result", result));
  }

  /** Asks for whole answers that are not compressed: nothing else can be looked into. */
  @Override
  public Verdict onRequest(Exchange exchange) {
    exchange
        .request()
        .headers()
        .set("accept-encoding", "identity")
        .remove("range")
        .remove("if-range");
    return Verdict.proceed();
  }

  @Override
  public Verdict onResponse(Exchange exchange, ResponseHead response) {
    Plan plan = plan(response);
    exchange.put(planned, plan);
    if (plan.content.kind() == Content.Kind.OTHER) {
      return Verdict.proceed();
    }
    if (plan.unmaskable == null) {
      correct(response.headers());
    } else if (!passes && hasBody(exchange, response)) {
      refused.add(1);
      return Verdict.fail(FailureCode.ANSWER_REFUSED, "data-mask: " + plan.unmaskable);
    }
    return Verdict.proceed();
  }

  /**
   * What is to be done with an answer, found out once, before filters further out change its head.
   *
   * @param unmaskable why it can not be masked, as far as its head tells; null when it may be
   */
  private record Plan(ResponseHead of, Content content, @Nullable String unmaskable) {}

  private Plan plan(ResponseHead response) {
    Content content = Content.of(response.headers());
    return new Plan(response, content, unmaskable(response, content));
  }

  /** Another filter may have put another answer in the place of the one that was looked at. */
  @SuppressWarnings("ReferenceEquality") // a head is equal to itself alone
  private Plan planned(Exchange exchange, ResponseHead response) {
    Plan plan = exchange.get(planned);
    return plan != null && plan.of == response ? plan : plan(response);
  }

  private static boolean hasBody(Exchange exchange, ResponseHead response) {
    int status = response.status();
    return !exchange.request().method().equals("HEAD") && status != 204 && status != 304;
  }

  /** Fields that speak of the bytes that were (RFC 9110 §8.8.3, RFC 9530). */
  private static void correct(Headers headers) {
    String tag = headers.first("etag");
    if (tag != null && !tag.startsWith("W/")) {
      headers.set("ETag", "W/" + tag);
    }
    headers.remove("accept-ranges");
    removeDigests(headers);
  }

  static void removeDigests(Headers fields) {
    fields.remove("content-digest").remove("repr-digest").remove("digest").remove("content-md5");
  }

  private @Nullable String unmaskable(ResponseHead response, Content content) {
    Headers headers = response.headers();
    if (headers.all("content-encoding").stream()
        .anyMatch(encoding -> !encoding.strip().equalsIgnoreCase("identity"))) {
      return "a compressed answer";
    }
    if (response.status() == 206) {
      return "a part of an answer";
    }
    if (content.charset() == null) {
      return "an unknown charset";
    }
    String length = headers.first("content-length");
    boolean tooLong = content.isHeld() && length != null && Long.parseLong(length) > most;
    return tooLong ? "more than max-body" : null;
  }

  @Override
  public BodyTreatment responseBody(Exchange exchange, ResponseHead response) {
    Plan plan = planned(exchange, response);
    Charset charset = plan.content.charset();
    boolean body = hasBody(exchange, response);
    if (plan.content.kind() == Content.Kind.OTHER) {
      return BodyTreatment.pass();
    }
    if (charset == null || plan.unmaskable != null) {
      passed.add(body ? 1 : 0);
      return BodyTreatment.pass();
    }
    return switch (plan.content.kind()) {
      case JSON -> new BodyTreatment.Whole(most, new Held(exchange, masking::json));
      case UNTYPED -> new BodyTreatment.Whole(most, new Held(exchange, this::untyped));
      case LINES_OF_JSON -> lines(body, this::jsonLine);
      case TEXT -> lines(body, new TextLines(masking, charset));
      case OTHER -> throw new IllegalStateException("passed before");
    };
  }

  private BodyTreatment lines(boolean body, Function<byte[], byte @Nullable []> line) {
    masked.add(body ? 1 : 0);
    return new BodyTreatment.Stream(new LineMasking(line, most));
  }

  private byte @Nullable [] untyped(byte[] body) {
    byte[] result = masking.json(body);
    return result == null ? new TextLines(masking, UTF_8).apply(body) : result;
  }

  private byte @Nullable [] jsonLine(byte[] line) {
    int end = line.length > 0 && line[line.length - 1] == '\n' ? 1 : 0;
    byte[] result = masking.json(line);
    if (result == null || end == 0) {
      return result;
    }
    byte[] ended = Arrays.copyOf(result, result.length + 1);
    ended[result.length] = '\n';
    return ended;
  }

  @Override
  public void onEnd(Exchange exchange, Ending ending) {
    AtomicReference<byte[]> body = exchange.get(waiting);
    if (body != null) {
      body.set(NOTHING);
    }
  }

  /** What is held as a whole. */
  private final class Held implements BodyTransform {
    private final Exchange exchange;
    private final Function<byte[], byte @Nullable []> way;

    Held(Exchange exchange, Function<byte[], byte @Nullable []> way) {
      this.exchange = exchange;
      this.way = way;
    }

    @Override
    public void onChunk(ByteBuf chunk, BodySink out) {
      byte[] body = ByteBufUtil.getBytes(chunk);
      chunk.release();
      if (body.length <= SHORT) {
        settle(body, result(body), out);
      } else {
        elsewhere(body, out);
      }
    }

    private byte @Nullable [] result(byte[] body) {
      return body.length == 0 ? body : way.apply(body);
    }

    /** Lets go of the body once nobody waits for it any more, though its turn is still to come. */
    private void elsewhere(byte[] body, BodySink out) {
      AtomicReference<byte[]> kept = new AtomicReference<>(body);
      exchange.put(waiting, kept);
      CompletableFuture<Consumer<BodySink>> rest =
          threads.prove(DataMaskFilter.this, kept, () -> rest(kept.get()));
      if (rest == null) {
        refused.add(1);
        out.fail(Failure.of(FailureCode.OVERLOADED, "data-mask: too many answers wait"));
      } else {
        out.later(rest);
      }
    }

    private Consumer<BodySink> rest(byte[] body) {
      byte[] result = result(body);
      return out -> settle(body, result, out);
    }

    private void settle(byte[] body, byte @Nullable [] result, BodySink out) {
      if (result != null) {
        masked.add(1);
        out.emit(Unpooled.wrappedBuffer(result));
      } else if (passes) {
        passed.add(1);
        out.emit(Unpooled.wrappedBuffer(body));
      } else {
        refused.add(1);
        out.fail(Failure.of(FailureCode.ANSWER_REFUSED, "data-mask: no JSON"));
      }
    }

    @Override
    public void onEnd(Headers trailers, BodySink out) {
      removeDigests(trailers);
    }
  }
}
