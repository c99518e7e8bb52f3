package dev.yumen.filters.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.api.Call;
import dev.yumen.api.CallAnswer;
import dev.yumen.api.CallFailed;
import dev.yumen.api.DataSize;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Effect;
import dev.yumen.api.Exchange;
import dev.yumen.api.Explains;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.Headers;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Remark;
import dev.yumen.api.Secret;
import dev.yumen.api.TakesCredentials;
import dev.yumen.api.UpstreamName;
import dev.yumen.api.UpstreamRef;
import dev.yumen.api.Verdict;
import dev.yumen.filters.auth.Digest;
import dev.yumen.filters.auth.Realm;
import dev.yumen.filters.auth.TellsUpstream;
import dev.yumen.filters.fetch.Bounds;
import dev.yumen.filters.fetch.ClientAuth;
import dev.yumen.filters.fetch.Fetcher;
import dev.yumen.filters.jwt.Bearer.Shown;
import dev.yumen.filters.jwt.Introspected.Active;
import dev.yumen.filters.jwt.Introspected.Refused;
import dev.yumen.filters.jwt.Introspected.Unsaid;
import dev.yumen.filters.jwt.JwtFilter.Unknown;
import dev.yumen.filters.jwt.Refusal.Reason;
import java.net.URLEncoder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Lets clients in by a token of which whoever issued it says whether it counts (RFC 7662). */
public final class Oauth2IntrospectionFilter
    implements Filter, TellsUpstream, Explains, TakesCredentials {
  public static final FilterType<Config> TYPE =
      new FilterType<>("oauth2-introspection", Config.class, Oauth2IntrospectionFilter::new);

  /** What happens when the service can not say. */
  public enum OnError {
    REJECT,
    /** What was said before goes on counting until the token expires. */
    CACHED
  }

  /** Whom to ask, and whose tokens are good for what. */
  @Describe("Lets clients in by a token that a service is asked about (RFC 7662).")
  public record Config(
      @Describe("The upstream that is asked.") UpstreamName upstream,
      @Describe("Path, and query if any, of its introspection endpoint.") @Default("/introspect")
          String path,
      @Describe("Who the gateway is to the service.") String clientId,
      @Describe("Its secret.") @Secret String clientSecret,
      @Describe("How it shows them: basic is client_secret_basic, post is client_secret_post.")
          @Default("basic")
          ClientAuth clientAuth,
      @Describe("Who has to have issued the token (iss).") @Nullable String issuer,
      @Describe("Whom the token has to be for (aud), any of.") @OneOrMany List<String> audience,
      @Describe("Scopes that the token must have, all of; else 403.") @OneOrMany
          List<String> scopes,
      @Describe("What the service must say of the token; dots lead into objects.") @OneOrMany
          List<String> requiredClaims,
      @Describe("How far clocks may differ.") @Default("30s") Duration clockSkew,
      @Describe("Whether the service must say when a token expires (exp).") @Default("false")
          boolean requireExpiry,
      @Describe("Cookie that may hold the token, too.") @Nullable String cookie,
      @Describe("Query parameter that may hold the token, too. Tokens in URLs end up in logs.")
          @Nullable String query,
      @Describe("Whether the token is taken from the request before it is forwarded.")
          @Default("true")
          boolean hideCredentials,
      @Describe("Claims that the upstream is told, and the headers that hold them.")
          Map<String, String> claimsToHeaders,
      @Describe("Claim that says who the client is, such as sub, username or client_id.")
          @Default("sub")
          String consumerClaim,
      @Describe("Claim that says which groups it is in; dots lead into objects.") @Default("groups")
          String groupsClaim,
      @Describe(
              "A subject that belongs to no consumer of the configuration: let it in by its name, or"
                  + " refuse it.")
          @Default("accept")
          Unknown unknown,
      @Describe("Largest token.") @Default("8KiB") DataSize maxSize,
      @Describe("How many tokens are remembered, and as many that do not count; 0 for none.")
          @Default("8192")
          int cache,
      @Describe("How long an answer counts at most; until the token expires if that is sooner.")
          @Default("1m")
          Duration cacheTime,
      @Describe("How long it counts that a token is not good.") @Default("5s")
          Duration refusedCacheTime,
      @Describe("For the answer of the service.") @Default("2s") Duration timeout,
      @Describe(
              "When the service does not say: reject is a 503, cached lets tokens in that counted"
                  + " before, until they expire.")
          @Default("reject")
          OnError onError,
      @Describe("Named to clients that are refused.") @Default("yumen") String realm)
      implements TokenRules {

    public Config {
      audience = List.copyOf(audience);
      scopes = List.copyOf(scopes);
      requiredClaims = List.copyOf(requiredClaims);
      claimsToHeaders = TokenRules.checkedHeaders(claimsToHeaders);
      Realm.check(realm);
      if (clientId.isBlank()) {
        throw new InvalidValue("client-id", clientId, "a name");
      }
      if (clientSecret.isEmpty()) {
        throw InvalidValue.found("client-secret", "nothing", "a secret");
      }
      TokenRules.checkBounds(clockSkew, maxSize, cache);
      Bounds.check("cache-time", cacheTime, Duration.ZERO, Duration.ofHours(1));
      Bounds.check("refused-cache-time", refusedCacheTime, Duration.ZERO, Duration.ofMinutes(1));
      Bounds.check("timeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(1));
      TokenRules.checkPlaces(cookie, query);
      TokenRules.checkScopes(scopes);
      Call.of("POST", path, timeout);
    }
  }

  /** RFC 6750 §2.1. What is none of these is nobody's token, and nobody is asked about it. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*+");

  /** What is counted of tokens: how they came in, or the reason in lower case why not. */
  private static final List<String> RESULTS =
      List.of(
          "active",
          "cached",
          "stale",
          "missing",
          "request",
          "form",
          "inactive",
          "time",
          "claims",
          "scope",
          "subject",
          "unavailable");

  private static final long LONGEST_MILLIS = Duration.ofHours(1).toMillis();

  private final Config config;
  private final UpstreamRef upstream;
  private final Call question;
  private final Bearer bearer;
  private final TokenPolicy policy;
  private final Admission admission;
  private final Introspections known;
  private final InstantSource clock;
  private final Map<String, FilterContext.Counter> tokens = new LinkedHashMap<>();
  private final FilterContext.Counter answered;
  private final FilterContext.Counter unanswered;

  private Oauth2IntrospectionFilter(Config config, FilterContext context) {
    this.config = config;
    upstream = context.upstream(config.upstream);
    question = question(config);
    bearer = new Bearer(config);
    policy = TokenPolicy.ofClaims(config);
    JwtConsumers consumers = new JwtConsumers(context.consumers());
    if (consumers.isEmpty() && config.unknown == Unknown.REJECT) {
      throw InvalidValue.found("", "no subjects", "a consumer with a credential jwt");
    }
    admission = new Admission(config, TYPE.name(), policy, consumers);
    known = Introspections.of(context, config, consumers);
    clock = context.clock();
    for (String result : RESULTS) {
      tokens.put(
          result,
          context.counter(
              "gateway_introspected_tokens",
              "Requests that showed an opaque token, or should have, by what came of it.",
              List.of("route", context.routeId(), "result", result)));
    }
    answered = calls(context, "answered");
    unanswered = calls(context, "unanswered");
  }

  private FilterContext.Counter calls(FilterContext context, String result) {
    return context.counter(
        "gateway_introspections",
        "Questions whether a token counts, by whether the service said so.",
        List.of("upstream", upstream.name(), "result", result));
  }

  private static Call question(Config config) {
    Call call =
        Call.of("POST", config.path, config.timeout)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json")
            .mayRepeat(); // asking twice changes nothing
    if (config.clientAuth == ClientAuth.POST) {
      return call;
    }
    return call.header("Authorization", Fetcher.basic(config.clientId, config.clientSecret));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  @Override
  public Set<String> credentialNames() {
    return bearer.names();
  }

  @Override
  public void removeForged(Headers headers) {
    config.claimsToHeaders.values().forEach(headers::remove);
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    Shown shown = bearer.find(exchange.request());
    if (shown == null) {
      return refuse(new Refusal(Reason.MISSING, "no token"));
    }
    if (shown.isSeveral()) {
      return refuse(new Refusal(Reason.REQUEST, "more than one token or Authorization"));
    }
    String token = shown.token();
    if (token.length() > config.maxSize.bytes()) {
      return refuse(new Refusal(Reason.FORM, "longer than max-size"));
    }
    if (!TOKEN.matcher(token).matches()) {
      return refuse(new Refusal(Reason.FORM, "characters that no token has"));
    }
    Digest digest = Digest.of(token.getBytes(UTF_8));
    long now = clock.millis();
    Active before = known.active(digest, now);
    if (before != null && now < before.fresh()) {
      return admit(exchange, shown, before, "cached");
    }
    Refused refused = known.refused(digest, now);
    return refused == null ? ask(exchange, shown, digest) : refuse(refused.refusal());
  }

  @Override
  public Effect explain(Exchange exchange) {
    Shown shown = bearer.find(exchange.request());
    return shown == null
        ? Effect.sure(bearer.refuse(new Refusal(Reason.MISSING, "no token")))
        : Effect.untried(Remark.About.ASKS, upstream.name());
  }

  private Verdict ask(Exchange exchange, Shown shown, Digest digest) {
    return Verdict.await(
        known
            .questions()
            .ask(digest, exchange, time -> said(exchange, shown.token(), digest, time))
            .thenApplyAsync(said -> judge(exchange, shown, digest, said), exchange.executor()));
  }

  private CompletionStage<Introspected> said(
      Exchange exchange, String token, Digest digest, Duration time) {
    String form = "token=" + encode(token) + "&token_type_hint=access_token";
    if (config.clientAuth == ClientAuth.POST) {
      form +=
          "&client_id=" + encode(config.clientId) + "&client_secret=" + encode(config.clientSecret);
    }
    Call call =
        new Call(
            question.method(),
            question.path(),
            question.headers(),
            form.getBytes(UTF_8),
            time,
            question.maxAnswer(),
            question.repeatable());
    return exchange.call(upstream, call).handle((answer, thrown) -> heard(digest, answer, thrown));
  }

  private Introspected heard(
      Digest digest, @Nullable CallAnswer answer, @Nullable Throwable thrown) {
    Introspected said = answer == null ? new Unsaid(why(thrown)) : read(digest, answer);
    known.heard(upstream.name(), said);
    (said instanceof Unsaid ? unanswered : answered).add(1);
    return said;
  }

  private static String why(@Nullable Throwable thrown) {
    return String.valueOf(thrown instanceof CallFailed failed ? failed.getMessage() : thrown);
  }

  private Introspected read(Digest digest, CallAnswer answer) {
    if (answer.status() != 200) {
      return new Unsaid("status " + answer.status());
    }
    Map<String, Object> claims = Json.object(answer.body());
    if (claims == null) {
      return new Unsaid("an answer that is not one JSON object");
    }
    if (!(claims.get("active") instanceof Boolean active)) {
      return new Unsaid("an answer without active: true or false");
    }
    long now = clock.millis();
    Refusal refusal =
        active ? policy.check(claims, now) : new Refusal(Reason.INACTIVE, "not active");
    if (refusal != null) {
      Refused refused = new Refused(refusal);
      known.keep(digest, refused, now + config.refusedCacheTime.toMillis());
      return refused;
    }
    long end = policy.end(claims);
    long fresh = Math.min(end, now + config.cacheTime.toMillis());
    boolean longer = config.onError == OnError.CACHED && end < Long.MAX_VALUE;
    Active good = new Active(admission.decide(claims), fresh);
    known.keep(digest, good, longer ? Math.min(end, now + LONGEST_MILLIS) : fresh);
    return good;
  }

  private Verdict judge(Exchange exchange, Shown shown, Digest digest, Introspected said) {
    return switch (said) {
      case Active good -> admit(exchange, shown, good, "active");
      case Refused refused -> refuse(refused.refusal());
      case Unsaid unsaid -> {
        Active before = known.active(digest, clock.millis());
        yield before == null
            ? refuse(new Refusal(Reason.UNAVAILABLE, upstream.name() + ": " + unsaid.why()))
            : admit(exchange, shown, before, "stale");
      }
    };
  }

  private Verdict admit(Exchange exchange, Shown shown, Active token, String result) {
    return switch (token.decision()) {
      case Decision.Forbidden forbidden -> refuse(forbidden.refusal());
      case Decision.Admitted admitted -> {
        count(result);
        bearer.admit(exchange, shown, admitted);
        yield Verdict.proceed();
      }
    };
  }

  private Verdict refuse(Refusal refusal) {
    count(refusal.reason().name().toLowerCase(Locale.ROOT));
    return bearer.refuse(refusal);
  }

  private void count(String result) {
    FilterContext.Counter counter = tokens.get(result);
    if (counter != null) {
      counter.add(1);
    }
  }
}
