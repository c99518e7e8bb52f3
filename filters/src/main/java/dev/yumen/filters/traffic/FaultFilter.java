package dev.yumen.filters.traffic;

import dev.yumen.api.DataSize;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Effect;
import dev.yumen.api.Exchange;
import dev.yumen.api.Explains;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.HeaderName;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Remark;
import dev.yumen.api.Response;
import dev.yumen.api.Shorthand;
import dev.yumen.api.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes some requests late, slow or fail, so that clients can be tested against that. */
public final class FaultFilter implements Filter, Explains {
  public static final FilterType<Config> TYPE =
      new FilterType<>("fault", Config.class, FaultFilter::new);

  /** What goes wrong, and for which requests. */
  @Describe("Makes some requests late, slow or fail on purpose.")
  public record Config(
      @Describe("Holds requests up before they go on; a time alone is the same for all of them.")
          @Nullable Delay delay,
      @Describe("Answers with an error instead of forwarding; a status alone is answered to all.")
          @Nullable Abort abort,
      @Describe("Lets answers come slowly; a size alone is that many bytes a second for all.")
          @Nullable Bandwidth bandwidth,
      @Describe("Share of the requests that are looked at, in percent.") @Default("100")
          double percent,
      @Describe("Only requests like these; all without it.") @Nullable When when) {

    public Config {
      percent("percent", percent);
      if (delay == null && abort == null && bandwidth == null) {
        throw InvalidValue.found("", "nothing", "delay, abort or bandwidth");
      }
    }

    private static void percent(String component, double percent) {
      if (!(percent >= 0 && percent <= 100)) {
        throw new InvalidValue(component, percent, "0 to 100");
      }
    }

    private static void positive(String component, @Nullable Duration time) {
      if (time != null && time.isZero()) {
        throw InvalidValue.found(component, "0s", "more than 0s");
      }
    }

    private static void oneOf(String expected, @Nullable Object... ways) {
      long written = Stream.of(ways).filter(way -> way != null).count();
      if (written != 1) {
        throw InvalidValue.found("", written == 0 ? "nothing" : "more than one", expected);
      }
    }
  }

  /** How long requests are held up. */
  @Describe("How long requests are held up.")
  @Shorthand("time")
  public record Delay(
      @Describe("The same for all.") @Nullable Duration time,
      @Describe("Any time from this to max.") @Nullable Duration min,
      @Describe("The longest time; below limits.filter-timeout.") @Nullable Duration max,
      @Describe("Request header that tells the milliseconds, up to max; without it no delay.")
          @Nullable String header,
      @Describe("Share of the requests, in percent.") @Default("100") double percent) {

    public Delay {
      Config.oneOf("one of time, min with max, or header with max", time, min, header);
      Config.percent("percent", percent);
      Config.positive("time", time);
      Config.positive("max", max);
      if (time != null && max != null) {
        throw InvalidValue.found("max", max.toMillis() + " ms", "none with time");
      }
      if (time == null && max == null) {
        throw InvalidValue.found("max", "nothing", "a time");
      }
      if (min != null && max != null && min.compareTo(max) > 0) {
        throw InvalidValue.found("min", min.toMillis() + " ms", "at most max");
      }
      if (header != null) {
        HeaderName.readable("header", header);
      }
    }
  }

  /** With what requests fail. */
  @Describe("With what requests fail.")
  @Shorthand("status")
  public record Abort(
      @Describe("Status, 400 to 599.") @Nullable Integer status,
      @Describe("Status of gRPC, 1 to 16.") @Nullable Integer grpcStatus,
      @Describe("Request header that tells the status, 400 to 599; without it no error.")
          @Nullable String header,
      @Describe("Body; not with grpc-status.") @Default("''") String body,
      @Describe("Sent as Content-Type when there is a body.") @Default("text/plain; charset=utf-8")
          String contentType,
      @Describe("Share of the requests, in percent.") @Default("100") double percent) {

    public Abort {
      Config.oneOf("one of status, grpc-status, header", status, grpcStatus, header);
      Config.percent("percent", percent);
      if (status != null && (status < 400 || status > 599)) {
        throw new InvalidValue("status", status, "400 to 599");
      }
      if (grpcStatus != null && (grpcStatus < 1 || grpcStatus > 16)) {
        throw new InvalidValue("grpc-status", grpcStatus, "1 to 16");
      }
      if (grpcStatus != null && !body.isEmpty()) {
        throw new InvalidValue("body", body, "none with grpc-status");
      }
      if (header != null) {
        HeaderName.readable("header", header);
      }
      if (!contentType.chars().allMatch(c -> c >= ' ' && c <= '~')) {
        throw new InvalidValue("content-type", contentType, "a media type");
      }
    }
  }

  /** How slowly answers come. */
  @Describe("How slowly answers come.")
  @Shorthand("rate")
  public record Bandwidth(
      @Describe("Bytes a second, such as 10KiB.") @Nullable DataSize rate,
      @Describe("Request header that tells the bytes a second, from min on; without it no limit.")
          @Nullable String header,
      @Describe("The fewest bytes a second that the header gets; required with it.")
          @Nullable DataSize min,
      @Describe("Share of the requests, in percent.") @Default("100") double percent) {

    public Bandwidth {
      Config.oneOf("rate, or header with min", rate, header);
      Config.percent("percent", percent);
      positive("rate", rate);
      positive("min", min);
      if (header == null && min != null) {
        throw InvalidValue.found("min", min.toString(), "none with rate");
      }
      if (header != null && min == null) {
        throw InvalidValue.found("min", "nothing", "a size");
      }
      if (header != null) {
        HeaderName.readable("header", header);
      }
    }

    private static void positive(String component, @Nullable DataSize size) {
      if (size != null && size.bytes() == 0) {
        throw InvalidValue.found(component, "0", "at least 1 byte");
      }
    }
  }

  private static final int NONE = -1;

  private final @Nullable Delay delay;
  private final @Nullable Abort abort;
  private final @Nullable Bandwidth bandwidth;
  private final double percent;
  private final Predicate<Exchange> when;
  private final FilterContext.Counter delayed;
  private final FilterContext.Counter aborted;
  private final FilterContext.Counter slowed;

  private FaultFilter(Config config, FilterContext context) {
    delay = config.delay;
    abort = config.abort;
    bandwidth = config.bandwidth;
    percent = config.percent;
    when = config.when == null ? _ -> true : config.when.compile();
    delayed = counter(context, "delay");
    aborted = counter(context, "abort");
    slowed = counter(context, "bandwidth");
    if (delay != null) {
      within("delay.time", delay.time, context.filterTimeout());
      within("delay.max", delay.max, context.filterTimeout());
    }
  }

  private static FilterContext.Counter counter(FilterContext context, String kind) {
    String route = context.routeId().isEmpty() ? "all" : context.routeId();
    return context.counter(
        "gateway_faults",
        "Requests that a fault filter held up, failed or answered slowly.",
        List.of("route", route, "kind", kind));
  }

  private static void within(String component, @Nullable Duration time, Duration most) {
    if (time != null && time.compareTo(most) >= 0) {
      throw InvalidValue.found(
          component,
          time.toMillis() + " ms",
          "less than limits.filter-timeout, which is " + most.toMillis() + " ms");
    }
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    if (!hit(percent) || !when.test(exchange)) {
      return Verdict.proceed();
    }
    long millis = delay == null || !hit(delay.percent) ? NONE : millis(delay, exchange);
    Verdict then = abort == null || !hit(abort.percent) ? Verdict.proceed() : fail(abort, exchange);
    if (bandwidth != null && then instanceof Verdict.Proceed && hit(bandwidth.percent)) {
      slow(bandwidth, exchange);
    }
    if (millis <= 0) {
      return counted(then);
    }
    delayed.add(1);
    return Verdict.await(exchange.after(Duration.ofMillis(millis)).thenApply(_ -> counted(then)));
  }

  @Override
  public Effect explain(Exchange exchange) {
    if (percent == 0 || !when.test(exchange)) {
      return Effect.sure(Verdict.proceed());
    }
    double aborts = abort == null ? 0 : percent * abort.percent / 100;
    Verdict then = aborts < 50 ? Verdict.proceed() : fail(Objects.requireNonNull(abort), exchange);
    boolean sure = percent == 100 && (aborts == 0 || aborts == 100);
    Effect effect = sure ? Effect.sure(then) : Effect.chance(then);
    if (delay != null) {
      effect = effect.remark(Remark.About.HOLDS_UP, time(delay, exchange));
    }
    return sure ? effect : effect.remark(Remark.About.SHARE, Double.toString(percent));
  }

  private void slow(Bandwidth bandwidth, Exchange exchange) {
    long rate =
        bandwidth.min == null
            ? Objects.requireNonNull(bandwidth.rate).bytes()
            : number(exchange, bandwidth.header);
    if (rate >= 0) {
      long least = bandwidth.min == null ? rate : bandwidth.min.bytes();
      exchange.paceResponse(Math.max(rate, least));
      slowed.add(1);
    }
  }

  private Verdict counted(Verdict verdict) {
    if (verdict instanceof Verdict.Respond) {
      aborted.add(1);
    }
    return verdict;
  }

  private static boolean hit(double percent) {
    return percent >= 100 || ThreadLocalRandom.current().nextDouble(100) < percent;
  }

  /** How long it holds up, or the shortest and the longest time. */
  private static String time(Delay delay, Exchange exchange) {
    return delay.min == null || delay.max == null
        ? Long.toString(Math.max(0, millis(delay, exchange)))
        : delay.min.toMillis() + "–" + delay.max.toMillis();
  }

  private static long millis(Delay delay, Exchange exchange) {
    if (delay.time != null) {
      return delay.time.toMillis();
    }
    long max = delay.max == null ? 0 : delay.max.toMillis();
    if (delay.min != null) {
      return ThreadLocalRandom.current().nextLong(delay.min.toMillis(), max + 1);
    }
    return Math.min(max, number(exchange, delay.header));
  }

  private static Verdict fail(Abort abort, Exchange exchange) {
    if (abort.grpcStatus != null) {
      return Verdict.respond(
          Response.of(200)
              .header("content-type", "application/grpc")
              .header("grpc-status", abort.grpcStatus.toString())
              .header("grpc-message", "fault filter"));
    }
    int status = abort.status == null ? number(exchange, abort.header) : abort.status;
    if (status < 400 || status > 599) {
      return Verdict.proceed();
    }
    byte[] body = abort.body.getBytes(StandardCharsets.UTF_8);
    Response answer = Response.of(status).body(body);
    return Verdict.respond(
        body.length == 0 ? answer : answer.header("content-type", abort.contentType));
  }

  /** The number that a header tells, up to six digits; less than 0 when it tells none. */
  private static int number(Exchange exchange, @Nullable String header) {
    String text = header == null ? null : exchange.request().headers().first(header);
    boolean digits =
        text != null
            && !text.isEmpty()
            && text.length() <= 6
            && text.chars().allMatch(c -> c >= '0' && c <= '9');
    return digits ? Integer.parseInt(text) : NONE;
  }
}
