package dev.yumen.filters.auth;

import dev.yumen.api.Call;
import dev.yumen.api.CallAnswer;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Effect;
import dev.yumen.api.Exchange;
import dev.yumen.api.Explains;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.HeaderName;
import dev.yumen.api.Headers;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Remark;
import dev.yumen.api.RequestHead;
import dev.yumen.api.Response;
import dev.yumen.api.UpstreamName;
import dev.yumen.api.UpstreamRef;
import dev.yumen.api.Verdict;
import dev.yumen.filters.fetch.Bounds;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Asks a service of yours whether a request may come in. */
public final class ForwardAuthFilter implements Filter, TellsUpstream, Explains {
  public static final FilterType<Config> TYPE =
      new FilterType<>("forward-auth", Config.class, ForwardAuthFilter::new);

  /** What happens when the service can not say. */
  public enum OnError {
    REJECT,
    ALLOW
  }

  /** Whom to ask, what is sent and what is taken from the answer. */
  @Describe(
      "Asks a service whether a request may come in: 2xx lets it, any other answer below 500 goes"
          + " to the client.")
  public record Config(
      @Describe("The upstream that is asked.") UpstreamName upstream,
      @Describe("Path, and query if any, that is asked for.") @Default("/") String path,
      @Describe("Method of the question.") @Default("GET") String method,
      @Describe("Header fields of the request that go to the service.")
          @OneOrMany
          @Default("[authorization, cookie]")
          List<String> requestHeaders,
      @Describe(
              "Header fields of a 2xx answer that go on with the request. What a client sends under"
                  + " these names is removed.")
          @OneOrMany
          @Default("[]")
          List<String> upstreamHeaders,
      @Describe("Header fields of a refusing answer that go to the client.")
          @OneOrMany
          @Default("[content-type, www-authenticate, location, set-cookie, retry-after]")
          List<String> clientHeaders,
      @Describe("For the answer of the service.") @Default("2s") Duration timeout,
      @Describe(
              "When the service does not answer, or with 5xx: reject is a 503, allow lets the"
                  + " request in.")
          @Default("reject")
          OnError onError) {

    public Config {
      requestHeaders = List.copyOf(requestHeaders);
      upstreamHeaders = List.copyOf(upstreamHeaders);
      clientHeaders = List.copyOf(clientHeaders);
      requestHeaders.forEach(name -> HeaderName.writableInRequest("request-headers", name));
      upstreamHeaders.forEach(name -> HeaderName.writableInRequest("upstream-headers", name));
      clientHeaders.forEach(name -> HeaderName.writable("client-headers", name));
      Bounds.check("timeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(1));
      Call.of(method, path, timeout);
    }
  }

  private final Config config;
  private final UpstreamRef upstream;
  private final Set<String> clientHeaders;
  private final FilterContext.Counter unanswered;

  private ForwardAuthFilter(Config config, FilterContext context) {
    this.config = config;
    upstream = context.upstream(config.upstream);
    clientHeaders =
        config.clientHeaders.stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
    unanswered =
        context.counter(
            "gateway_forward_auth_unanswered",
            "Requests of which the service could not say whether they may come in.",
            List.of("upstream", upstream.name()));
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    Call question = question(exchange);
    removeForged(exchange.request().headers());
    return Verdict.await(
        exchange
            .call(upstream, question)
            .handle((answer, thrown) -> verdict(exchange, answer, thrown)));
  }

  @Override
  public Effect explain(Exchange exchange) {
    removeForged(exchange.request().headers());
    return Effect.untried(Remark.About.ASKS, upstream.name());
  }

  @Override
  public void removeForged(Headers headers) {
    config.upstreamHeaders.forEach(headers::remove);
  }

  private Call question(Exchange exchange) {
    RequestHead request = exchange.request();
    Call call = Call.of(config.method, config.path, config.timeout);
    for (String name : config.requestHeaders) {
      for (String value : request.headers().all(name)) {
        call = call.header(name, value);
      }
    }
    String query = request.query();
    return call.header("X-Forwarded-Method", request.method())
        .header("X-Forwarded-Proto", exchange.scheme())
        .header("X-Forwarded-Host", request.authority())
        .header("X-Forwarded-Uri", query == null ? request.path() : request.path() + "?" + query)
        .header("X-Forwarded-For", exchange.clientAddress().getHostAddress())
        .header("X-Request-ID", exchange.id());
  }

  private Verdict verdict(
      Exchange exchange, @Nullable CallAnswer answer, @Nullable Throwable thrown) {
    if (answer == null || answer.status() >= 500) {
      return undecided(thrown);
    }
    if (answer.status() >= 300) {
      return Refused.by(upstream.name(), exchange, refusal(answer));
    }
    Headers headers = exchange.request().headers();
    for (String name : config.upstreamHeaders) {
      for (Response.Field field : answer.headers()) {
        if (field.name().equalsIgnoreCase(name)) {
          headers.add(name, field.value());
        }
      }
    }
    return Verdict.proceed();
  }

  private Verdict undecided(@Nullable Throwable thrown) {
    unanswered.add(1);
    if (config.onError == OnError.ALLOW) {
      return Verdict.proceed();
    }
    String why = thrown == null ? "answered with 5xx" : String.valueOf(thrown.getMessage());
    return Verdict.fail(FailureCode.AUTH_UNAVAILABLE, upstream.name() + ": " + why);
  }

  private Response refusal(CallAnswer answer) {
    List<Response.Field> passed =
        answer.headers().stream()
            .filter(field -> clientHeaders.contains(field.name().toLowerCase(Locale.ROOT)))
            .toList();
    return new Response(answer.status(), passed, answer.body());
  }
}
