package dev.yumen.filters.jwt;

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
import dev.yumen.api.Secret;
import dev.yumen.api.TakesCredentials;
import dev.yumen.api.Verdict;
import dev.yumen.filters.auth.Realm;
import dev.yumen.filters.auth.SlowChecks;
import dev.yumen.filters.auth.TellsUpstream;
import dev.yumen.filters.jwt.Bearer.Shown;
import dev.yumen.filters.jwt.Refusal.Reason;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Lets clients in by a signed token (RFC 7519), as RFC 8725 advises. */
public final class JwtFilter implements Filter, TellsUpstream, Explains, TakesCredentials {
  public static final FilterType<Config> TYPE =
      new FilterType<>("jwt", Config.class, JwtFilter::new);

  /** What becomes of a token whose subject is no consumer of the configuration. */
  public enum Unknown {
    /** It becomes a consumer by the name of its subject, with the groups that the token says. */
    ACCEPT,
    REJECT
  }

  /** Whose tokens are good, and for what. */
  @Describe("Lets clients in by a signed token (JWT).")
  public record Config(
      @Describe(
              "Who has to have issued the token (iss). Without secret, public-key and jwks also where"
                  + " its keys are found: in its /.well-known/openid-configuration.")
          @Nullable String issuer,
      @Describe("Whom the token has to be for (aud), any of.") @OneOrMany List<String> audience,
      @Describe("Algorithms that are allowed; by default every one that fits the keys.") @OneOrMany
          List<Algorithm> algorithm,
      @Describe("Secret of HS256, HS384 and HS512; at least 32, 48 and 64 bytes of UTF-8.") @Secret
          @Nullable String secret,
      @Describe("Public key or certificate as PEM, such as ${file:key.pem}.")
          @Nullable String publicKey,
      @Describe("A JWK set: its address, or the set itself.") @Default("{}") Jwks jwks,
      @Describe("Scopes that the token must have, all of; else 403.") @OneOrMany
          List<String> scopes,
      @Describe("Claims that the token must have; dots lead into objects.") @OneOrMany
          List<String> requiredClaims,
      @Describe("What typ must say, such as at+jwt; anything by default.") @Nullable String type,
      @Describe("How far clocks may differ.") @Default("30s") Duration clockSkew,
      @Describe("Whether a token must say when it expires (exp).") @Default("true")
          boolean requireExpiry,
      @Describe("Cookie that may hold the token, too.") @Nullable String cookie,
      @Describe("Query parameter that may hold the token, too. Tokens in URLs end up in logs.")
          @Nullable String query,
      @Describe("Whether the token is taken from the request before it is forwarded.")
          @Default("true")
          boolean hideCredentials,
      @Describe("Claims that the upstream is told, and the headers that hold them.")
          Map<String, String> claimsToHeaders,
      @Describe("Claim that says who the client is.") @Default("sub") String consumerClaim,
      @Describe("Claim that says which groups it is in; dots lead into objects.") @Default("groups")
          String groupsClaim,
      @Describe(
              "A subject that belongs to no consumer of the configuration: let it in by its name, or"
                  + " refuse it.")
          @Default("accept")
          Unknown unknown,
      @Describe("Largest token.") @Default("8KiB") DataSize maxSize,
      @Describe("How many verified tokens are remembered; 0 for none.") @Default("8192") int cache,
      @Describe("Named to clients that are refused.") @Default("yumen") String realm)
      implements TokenRules {

    public Config {
      audience = List.copyOf(audience);
      algorithm = List.copyOf(algorithm);
      scopes = List.copyOf(scopes);
      requiredClaims = List.copyOf(requiredClaims);
      claimsToHeaders = TokenRules.checkedHeaders(claimsToHeaders);
      Realm.check(realm);
      TokenRules.checkBounds(clockSkew, maxSize, cache);
      TokenRules.checkPlaces(cookie, query);
      TokenRules.checkScopes(scopes);
      checkKeys(issuer, secret, publicKey, jwks);
    }

    private static void checkKeys(
        @Nullable String issuer, @Nullable String secret, @Nullable String publicKey, Jwks jwks) {
      boolean set = jwks.url() != null || jwks.keys() != null;
      int places = (secret == null ? 0 : 1) + (publicKey == null ? 0 : 1) + (set ? 1 : 0);
      if (places > 1) {
        throw InvalidValue.found("", "several kinds of keys", "secret, public-key or jwks");
      }
      if (places == 0) {
        if (issuer == null) {
          throw InvalidValue.found(
              "", "no keys", "secret, public-key, jwks, or an issuer that names its keys");
        }
        Jwks.uri("issuer", issuer, jwks.allowHttp());
      }
    }
  }

  private static final int WAITING = 1_024;
  private static final long LONGEST_MILLIS = Duration.ofHours(1).toMillis();

  private final Config config;
  private final Bearer bearer;
  private final TokenPolicy policy;
  private final Admission admission;
  private final Known known;
  private final KeySource source;
  private final SlowChecks checks;
  private final InstantSource clock;
  private final FilterContext.Counter cached;
  private final FilterContext.Counter verified;
  private final Map<Reason, FilterContext.Counter> refused = new EnumMap<>(Reason.class);

  private JwtFilter(Config config, FilterContext context) {
    this.config = config;
    bearer = new Bearer(config);
    policy = new TokenPolicy(config);
    JwtConsumers consumers = new JwtConsumers(context.consumers());
    admission = new Admission(config, TYPE.name(), policy, consumers);
    if (consumers.isEmpty() && config.unknown == Unknown.REJECT) {
      throw InvalidValue.found("", "no subjects", "a consumer with a credential jwt");
    }
    Keys fixed = JwtKeys.of(config);
    known = Known.of(context, config, consumers, fixed);
    KeySource own = known.fixed();
    source = own == null ? fetched(context) : own;
    checks = SlowChecks.of(context, "jwt", WAITING);
    clock = context.clock();
    cached = counter(context, "cached");
    verified = counter(context, "verified");
    for (Reason reason : EnumSet.range(Reason.MISSING, Reason.NO_KEYS)) {
      refused.put(reason, counter(context, reason.name().toLowerCase(Locale.ROOT)));
    }
  }

  private FetchedKeys fetched(FilterContext context) {
    Set<Algorithm> algorithms = Set.copyOf(config.algorithm);
    String issuer = config.jwks.url() == null ? config.issuer : null;
    return FetchedKeys.of(context, issuer, config.jwks, algorithms);
  }

  private static FilterContext.Counter counter(FilterContext context, String result) {
    return context.counter(
        "gateway_jwt_tokens",
        "Requests that showed a token, or should have, by what came of it.",
        List.of("route", context.routeId(), "result", result));
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
    Verified token = known.tokens().get(shown.text(), clock.millis());
    Keys keys = source.current();
    if (token != null && keys != null && keys.has(token.key())) {
      cached.add(1);
      return admit(exchange, shown, token);
    }
    return read(exchange, shown);
  }

  @Override
  public Effect explain(Exchange exchange) {
    return new JwtEffect(config, bearer, policy, admission)
        .of(exchange, source.current(), clock.millis());
  }

  private Verdict read(Exchange exchange, Shown shown) {
    if (shown.text().length() - shown.start() > config.maxSize.bytes()) {
      return refuse(new Refusal(Reason.FORM, "longer than max-size"));
    }
    return switch (CompactJws.parse(shown.token())) {
      case Refusal refusal -> refuse(refusal);
      case CompactJws jws -> {
        Refusal refusal = policy.check(jws, clock.millis());
        yield refusal == null ? verify(exchange, shown, jws) : refuse(refusal);
      }
    };
  }

  private Verdict verify(Exchange exchange, Shown shown, CompactJws jws) {
    Keys keys = source.current();
    if (keys != null) {
      return verify(exchange, shown, jws, keys, source::refetch);
    }
    CompletionStage<@Nullable Keys> first = source.first();
    if (first != null) {
      return verifyWhenThere(first, exchange, shown, jws);
    }
    Keys latest = source.current(); // they may just have come
    return latest == null ? noKeys() : verify(exchange, shown, jws, latest, source::refetch);
  }

  /** Where newer keys may come from; null when they should not or can not be looked for. */
  @FunctionalInterface
  private interface Newer {
    @Nullable CompletionStage<@Nullable Keys> keys();
  }

  private Verdict verify(Exchange exchange, Shown shown, CompactJws jws, Keys keys, Newer newer) {
    List<VerificationKey> candidates = keys.candidates(jws);
    if (candidates.isEmpty()) {
      CompletionStage<@Nullable Keys> fresh = newer.keys();
      if (fresh != null) {
        return verifyWhenThere(fresh, exchange, shown, jws);
      }
      Keys latest = source.current(); // another request may just have fetched them
      return latest == null || latest.equals(keys)
          ? refuse(new Refusal(Reason.KEY, "no key for it"))
          : verify(exchange, shown, jws, latest, () -> null);
    }
    if (candidates.stream().noneMatch(key -> key.isSlow(jws.algorithm()))) {
      return judge(exchange, shown, jws, signer(candidates, jws));
    }
    CompletableFuture<Optional<VerificationKey>> proof =
        checks.prove(keys, jws.token(), () -> signer(candidates, jws));
    return proof == null
        ? refuse(new Refusal(Reason.OVERLOADED, "too many tokens wait for their check"))
        : Verdict.await(
            proof.thenApplyAsync(
                signer -> judge(exchange, shown, jws, signer), exchange.executor()));
  }

  private Verdict verifyWhenThere(
      CompletionStage<@Nullable Keys> coming, Exchange exchange, Shown shown, CompactJws jws) {
    return Verdict.await(
        coming.thenComposeAsync(
            keys -> later(keys == null ? noKeys() : verify(exchange, shown, jws, keys, () -> null)),
            exchange.executor()));
  }

  private static CompletionStage<Verdict> later(Verdict verdict) {
    return verdict instanceof Verdict.Await await
        ? await.later()
        : CompletableFuture.completedStage(verdict);
  }

  private Verdict noKeys() {
    return refuse(new Refusal(Reason.NO_KEYS, "the keys of the issuer are not known yet"));
  }

  private static Optional<VerificationKey> signer(
      List<VerificationKey> candidates, CompactJws jws) {
    return candidates.stream().filter(key -> key.verifies(jws)).findFirst();
  }

  private Verdict judge(
      Exchange exchange, Shown shown, CompactJws jws, Optional<VerificationKey> signer) {
    if (signer.isEmpty()) {
      return refuse(new Refusal(Reason.SIGNATURE, "not signed by the key"));
    }
    Verified token = new Verified(signer.get(), admission.decide(jws.claims()));
    long until = Math.min(policy.end(jws.claims()), clock.millis() + LONGEST_MILLIS);
    known.tokens().put(shown.text(), token, until);
    verified.add(1);
    return admit(exchange, shown, token);
  }

  private Verdict admit(Exchange exchange, Shown shown, Verified token) {
    return switch (token.decision()) {
      case Decision.Forbidden forbidden -> refuse(forbidden.refusal());
      case Decision.Admitted admitted -> {
        bearer.admit(exchange, shown, admitted);
        yield Verdict.proceed();
      }
    };
  }

  private Verdict refuse(Refusal refusal) {
    FilterContext.Counter counter = refused.get(refusal.reason());
    if (counter != null) {
      counter.add(1);
    }
    return bearer.refuse(refusal);
  }
}
