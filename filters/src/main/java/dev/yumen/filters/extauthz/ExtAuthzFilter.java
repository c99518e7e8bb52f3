package dev.yumen.filters.extauthz;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.yumen.api.Call;
import dev.yumen.api.CallAnswer;
import dev.yumen.api.DataSize;
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
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Key;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Remark;
import dev.yumen.api.RequestHead;
import dev.yumen.api.Response;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.UpstreamName;
import dev.yumen.api.UpstreamRef;
import dev.yumen.api.Verdict;
import dev.yumen.filters.auth.AddsToAnswer;
import dev.yumen.filters.auth.Refused;
import dev.yumen.filters.auth.TellsUpstream;
import dev.yumen.filters.extauthz.Decision.Edit;
import dev.yumen.filters.fetch.Bounds;
import dev.yumen.filters.path.Parameters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a service by Envoy's gRPC protocol for authorization whether a request may come in. */
public final class ExtAuthzFilter implements Filter, TellsUpstream, AddsToAnswer, Explains {
  public static final FilterType<Config> TYPE =
      new FilterType<>("ext-authz", Config.class, ExtAuthzFilter::new);

  /** What happens when the service can not say. */
  public enum FailureMode {
    DENY,
    ALLOW
  }

  /** Whom to ask, what is sent and what is taken from the answer. */
  @Describe(
      "Asks a service by Envoy's gRPC protocol (envoy.service.auth.v3) whether a request may come"
          + " in.")
  public record Config(
      @Describe("The upstream that is asked; with protocol h2c, or with tls.")
          UpstreamName upstream,
      @Describe("For the answer of the service.") @Default("2s") Duration timeout,
      @Describe("Header fields of the request that the service is told; all when none is named.")
          @OneOrMany
          @Default("[]")
          List<String> headers,
      @Describe(
              "Header fields that the service may set in the request. What a client sends under"
                  + " these names is removed.")
          @OneOrMany
          @Default("[]")
          List<String> upstreamHeaders,
      @Describe("Names and values that the service is told, such as which route this is.")
          @Default("{}")
          Map<String, String> contextExtensions,
      @Describe(
              "When the service does not answer, or with an error: deny is a 503, allow lets the"
                  + " request in.")
          @Default("deny")
          FailureMode failureMode,
      @Describe("Most bytes of the body that the service is told; nothing of it without this.")
          @Nullable DataSize maxBody,
      @Describe(
              "A body of more than max-body: whether the service is told its beginning; else it is"
                  + " 413.")
          @Default("false")
          boolean allowPartial) {

    public Config {
      headers = List.copyOf(headers);
      upstreamHeaders = List.copyOf(upstreamHeaders);
      contextExtensions = Collections.unmodifiableMap(new LinkedHashMap<>(contextExtensions));
      headers.forEach(name -> HeaderName.readable("headers", name));
      upstreamHeaders.forEach(name -> HeaderName.writableInRequest("upstream-headers", name));
      Bounds.check("timeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(1));
      if (maxBody != null && (maxBody.bytes() < 1 || maxBody.bytes() > LARGEST)) {
        throw new InvalidValue("max-body", maxBody, "1B to 4MiB");
      }
      if (maxBody == null && allowPartial) {
        throw InvalidValue.found("allow-partial", "true", "max-body, too");
      }
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(ExtAuthzFilter.class);
  private static final String METHOD = "/envoy.service.auth.v3.Authorization/Check";

  /** What a gRPC server takes unless it is told otherwise, without what else it is told. */
  private static final int LARGEST = 4 << 20;

  private static final int LEAST_STATUS = 200;
  private static final int MOST_STATUS = 599;
  private static final int FORBIDDEN = 403;
  private static final Verdict TOO_LONG =
      Verdict.fail(FailureCode.PAYLOAD_TOO_LARGE, "ext-authz: more than max-body");
  private static final long LOG_EVERY_NANOS = Duration.ofSeconds(10).toNanos();

  private final Key<List<Edit>> toClient = Key.of("ext-authz to client");
  private final Config config;
  private final FilterContext context;
  private final UpstreamRef upstream;
  private final Question question;
  private final Set<String> upstreamHeaders;
  private final FilterContext.Counter unanswered;
  private final AtomicBoolean ignoredTold = new AtomicBoolean();
  private final AtomicLong nextLog;

  private ExtAuthzFilter(Config config, FilterContext context) {
    this.config = config;
    this.context = context;
    upstream = context.upstream(config.upstream);
    if (!upstream.maySpeakHttp2()) {
      throw new InvalidValue(
          "upstream",
          config.upstream.text(),
          "an upstream that speaks HTTP/2: protocol h2c, or tls without protocol http1");
    }
    question = new Question(lower(config.headers), config.contextExtensions);
    upstreamHeaders = lower(config.upstreamHeaders);
    unanswered =
        context.counter(
            "gateway_ext_authz_unanswered",
            "Requests of which the service could not say whether they may come in.",
            List.of("upstream", upstream.name()));
    nextLog = new AtomicLong(context.nanoTime());
  }

  private static Set<String> lower(List<String> names) {
    return names.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    removeForged(exchange.request().headers());
    if (config.maxBody == null) {
      return Verdict.await(ask(exchange, null));
    }
    int most = config.maxBody.toInt();
    if (!config.allowPartial && Question.size(exchange.request()) > most) {
      return TOO_LONG;
    }
    return Verdict.await(
        exchange.peekBody(most + 1).thenCompose(beginning -> ask(exchange, beginning, most)));
  }

  @Override
  public Effect explain(Exchange exchange) {
    removeForged(exchange.request().headers());
    return Effect.untried(Remark.About.ASKS, upstream.name());
  }

  private CompletionStage<Verdict> ask(Exchange exchange, byte[] beginning, int most) {
    boolean partial = beginning.length > most;
    if (partial && !config.allowPartial) {
      return CompletableFuture.completedFuture(TOO_LONG);
    }
    byte[] told = partial ? Arrays.copyOf(beginning, most) : beginning;
    return ask(exchange, new Question.Body(told, partial));
  }

  private CompletionStage<Verdict> ask(Exchange exchange, Question.@Nullable Body body) {
    byte[] message = question.about(exchange, body, context.clock().instant());
    Call call = UnaryCall.of(METHOD, message, config.timeout);
    return exchange
        .call(upstream, call)
        .handle((answer, thrown) -> verdict(exchange, answer, thrown));
  }

  @Override
  public void removeForged(Headers headers) {
    config.upstreamHeaders.forEach(headers::remove);
  }

  private Verdict verdict(
      Exchange exchange, @Nullable CallAnswer answer, @Nullable Throwable thrown) {
    if (answer == null) {
      return undecided(exchange, thrown == null ? "no answer" : thrown.getMessage() + "");
    }
    try {
      return switch (Decision.read(UnaryCall.message(answer))) {
        case Decision.Denied denied -> Refused.by(upstream.name(), exchange, refusal(denied));
        case Decision.Allowed allowed -> allow(exchange, allowed);
      };
    } catch (UnaryCall.Unusable e) {
      return undecided(exchange, e.why());
    } catch (InvalidProtocolBufferException e) {
      LOG.debug("{} {}: {}", exchange.id(), upstream.name(), e.getMessage());
      return undecided(exchange, "no CheckResponse");
    }
  }

  private Verdict undecided(Exchange exchange, String why) {
    unanswered.add(1);
    if (config.failureMode == FailureMode.DENY) {
      return Verdict.fail(FailureCode.AUTH_UNAVAILABLE, upstream.name() + ": " + why);
    }
    long next = nextLog.get();
    long now = context.nanoTime();
    if (now - next >= 0 && nextLog.compareAndSet(next, now + LOG_EVERY_NANOS)) {
      LOG.warn(
          "{} route {}: let in although {} can not say: {} (failure-mode: allow)",
          exchange.id(),
          exchange.routeId(),
          upstream.name(),
          why);
    }
    return Verdict.proceed();
  }

  // ---- no ----

  private static Response refusal(Decision.Denied denied) {
    boolean sendable = denied.status() >= LEAST_STATUS && denied.status() <= MOST_STATUS;
    List<Response.Field> fields = new ArrayList<>();
    for (Edit edit : denied.headers()) {
      if (edit.applies(has(fields, edit.name()))) {
        if (edit.replaces()) {
          fields.removeIf(field -> field.name().equalsIgnoreCase(edit.name()));
        }
        fields.add(new Response.Field(edit.name(), edit.value()));
      }
    }
    byte[] body = denied.body().toByteArray();
    if (body.length > 0 && !has(fields, "content-type")) {
      fields.add(new Response.Field("content-type", "text/plain; charset=utf-8"));
    }
    return new Response(sendable ? denied.status() : FORBIDDEN, fields, body);
  }

  private static boolean has(List<Response.Field> fields, String name) {
    return fields.stream().anyMatch(field -> field.name().equalsIgnoreCase(name));
  }

  // ---- yes ----

  private Verdict allow(Exchange exchange, Decision.Allowed allowed) {
    RequestHead request = exchange.request();
    Headers headers = request.headers();
    for (Edit edit : allowed.headers()) {
      if (upstreamHeaders.contains(edit.name().toLowerCase(Locale.ROOT))) {
        edit.apply(headers);
      } else if (ignoredTold.compareAndSet(false, true)) {
        LOG.warn(
            "{} sets {}, which is not among upstream-headers of ext-authz: left out",
            upstream.name(),
            edit.name());
      }
    }
    allowed.headersToRemove().forEach(headers::remove);
    if (!allowed.parameters().isEmpty() || !allowed.parametersToRemove().isEmpty()) {
      Parameters parameters = Parameters.parse(request.query());
      allowed.parameters().forEach(set -> parameters.set(set.name(), set.value()));
      allowed.parametersToRemove().forEach(parameters::remove);
      request.query(parameters.text());
    }
    if (!allowed.headersToClient().isEmpty()) {
      exchange.put(toClient, allowed.headersToClient());
    }
    return Verdict.proceed();
  }

  @Override
  public Verdict onResponse(Exchange exchange, ResponseHead response) {
    addTo(response, exchange);
    return Verdict.proceed();
  }

  @Override
  public void addTo(ResponseHead response, Exchange exchange) {
    List<Edit> edits = exchange.get(toClient);
    if (edits != null) {
      edits.forEach(edit -> edit.apply(response.headers()));
    }
  }
}
