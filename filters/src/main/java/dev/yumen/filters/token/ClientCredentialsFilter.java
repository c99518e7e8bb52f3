package dev.yumen.filters.token;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Effect;
import dev.yumen.api.Exchange;
import dev.yumen.api.Explains;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.InputFile;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Key;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Remark;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Secret;
import dev.yumen.api.Verdict;
import dev.yumen.filters.fetch.Bounds;
import dev.yumen.filters.fetch.ClientAuth;
import dev.yumen.filters.fetch.Fetcher;
import dev.yumen.filters.jwt.TokenRules;
import dev.yumen.filters.token.OwnToken.Token;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Shows the upstream a token that the gateway itself was given. */
public final class ClientCredentialsFilter implements Filter, Explains {
  public static final FilterType<Config> TYPE =
      new FilterType<>("client-credentials", Config.class, ClientCredentialsFilter::new);

  /** Who gives it, and to whom. */
  @Describe("Shows the upstream a token that the gateway fetches for itself (RFC 6749 §4.4).")
  public record Config(
      @Describe("Address of the token endpoint.") @Nullable String tokenUrl,
      @Describe(
              "The provider instead, whose /.well-known/openid-configuration names the token"
                  + " endpoint.")
          @Nullable String issuer,
      @Describe("Name of the gateway at the provider.") String clientId,
      @Describe("Secret of the gateway at the provider.") @Secret String clientSecret,
      @Describe("How it shows them: basic is client_secret_basic, post is client_secret_post.")
          @Default("basic")
          ClientAuth clientAuth,
      @Describe("Scopes to ask for.") @OneOrMany List<String> scopes,
      @Describe("What else to send, such as audience or resource; no secrets.")
          Map<String, String> parameters,
      @Describe("How long a token counts when the provider does not say.") @Default("5m")
          Duration lifetime,
      @Describe("Whether addresses may be http. For tests: anybody in between learns the secret.")
          @Default("false")
          boolean allowHttp,
      @Describe("PEM certificates of authorities to trust instead of those of the JDK.")
          @Nullable InputFile ca,
      @Describe("Longest time for one question to the provider.") @Default("5s") Duration timeout) {
    private static final Set<String> OWN =
        Set.of("grant_type", "scope", "client_id", "client_secret");

    public Config {
      scopes = List.copyOf(scopes);
      parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
      if ((tokenUrl == null) == (issuer == null)) {
        throw InvalidValue.found("", tokenUrl == null ? "neither" : "both", "token-url or issuer");
      }
      Fetcher.address(
          tokenUrl == null ? "issuer" : "token-url",
          provider(tokenUrl, issuer),
          allowHttp,
          "allow-http");
      if (clientId.isBlank()) {
        throw new InvalidValue("client-id", clientId, "a name that is not blank");
      }
      if (clientSecret.isEmpty()) {
        throw InvalidValue.found("client-secret", "nothing", "a secret");
      }
      TokenRules.checkScopes(scopes);
      for (String name : parameters.keySet()) {
        if (name.isEmpty() || OWN.contains(name)) {
          throw new InvalidValue("parameters", name, "a parameter that no other setting writes");
        }
      }
      Bounds.check("lifetime", lifetime, Duration.ofSeconds(1), Duration.ofDays(1));
      Bounds.check("timeout", timeout, Duration.ofMillis(10), Duration.ofMinutes(1));
    }

    /** Whom to ask, for people. */
    String provider() {
      return provider(tokenUrl, issuer);
    }

    private static String provider(@Nullable String tokenUrl, @Nullable String issuer) {
      return String.valueOf(tokenUrl == null ? issuer : tokenUrl);
    }
  }

  private static final Key<Token> SHOWN = Key.of("token of the gateway");

  private final OwnToken token;
  private final Verdict unavailable;
  private final String provider;

  private ClientCredentialsFilter(Config config, FilterContext context) {
    token = OwnToken.of(context, config);
    provider = config.provider();
    unavailable =
        Verdict.fail(
            FailureCode.AUTH_UNAVAILABLE, "client-credentials: " + provider + " gives no token");
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    Token known = token.current();
    return known == null
        ? Verdict.await(
            token.next().thenApplyAsync(next -> show(exchange, next), exchange.executor()))
        : show(exchange, known);
  }

  @Override
  public Effect explain(Exchange exchange) {
    Token known = token.known();
    return known == null
        ? Effect.untried(Remark.About.ASKS_ADDRESS, provider)
        : Effect.sure(show(exchange, known));
  }

  private Verdict show(Exchange exchange, @Nullable Token known) {
    if (known == null) {
      return unavailable;
    }
    exchange.request().headers().set("Authorization", known.field());
    exchange.put(SHOWN, known);
    return Verdict.proceed();
  }

  @Override
  public Verdict onResponse(Exchange exchange, ResponseHead response) {
    Token shown = response.status() == 401 ? exchange.get(SHOWN) : null;
    if (shown != null) {
      token.reject(shown);
    }
    return Verdict.proceed();
  }
}
