package dev.yumen.filters.oidc;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.api.Exchange;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Response;
import dev.yumen.api.Verdict;
import dev.yumen.filters.jwt.IssuerTokens;
import dev.yumen.filters.oidc.Logouts.Result;
import dev.yumen.filters.path.Parameters;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Ends sessions of which the provider says that they are over: to the gateway itself (OpenID
 * Connect Back-Channel Logout 1.0), or through the browser (Front-Channel Logout 1.0).
 */
final class ProviderLogouts {
  private static final String EVENT = "http://schemas.openid.net/event/backchannel-logout";
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final int MOST_BYTES = 1 << 16;
  private static final int MOST_NAME = 1_024;
  private static final Response DONE = Response.of(200).header("cache-control", "no-store");

  private final OidcLoginFilter.Config config;
  private final Parts parts;
  private final Logouts logouts;

  ProviderLogouts(OidcLoginFilter.Config config, Parts parts, Logouts logouts) {
    this.config = config;
    this.parts = parts;
    this.logouts = logouts;
  }

  /** Takes the word of a provider that posts a logout token. */
  Verdict back(Exchange exchange) {
    if (!exchange.request().method().equals("POST")) {
      return Verdict.fail(
          Failure.of(FailureCode.METHOD_NOT_ALLOWED, "oidc-login: a logout token comes by POST")
              .header("allow", "POST"));
    }
    String type = String.valueOf(exchange.request().headers().first("content-type"));
    if (!type.toLowerCase(Locale.ROOT).startsWith(FORM)) {
      return refuse("no form");
    }
    return Verdict.await(
        exchange.takeBody(MOST_BYTES).thenCompose(body -> checked(exchange, body)));
  }

  private CompletionStage<Verdict> checked(Exchange exchange, byte[] body) {
    List<String> tokens = Parameters.parse(new String(body, UTF_8)).values("logout_token");
    if (tokens.size() != 1) {
      return CompletableFuture.completedStage(refuse(tokens.size() + " logout tokens"));
    }
    String token = tokens.getFirst();
    CompletableFuture<IssuerTokens.Outcome> work =
        parts.memory().run(parts.fetcher(), () -> parts.logoutTokens().verify(token));
    return work == null
        ? CompletableFuture.completedStage(
            Verdict.fail(FailureCode.OVERLOADED, "oidc-login: too many logins are under way"))
        : work.thenComposeAsync(
            outcome -> Later.of(settle(exchange, outcome)), exchange.executor());
  }

  private Verdict settle(Exchange exchange, IssuerTokens.Outcome outcome) {
    return switch (outcome) {
      case IssuerTokens.Bad bad -> refuse(bad.detail());
      case IssuerTokens.Unknowable _ -> unavailable("the keys of the provider are not known");
      case IssuerTokens.Good good -> {
        String against = against(good.claims());
        yield against == null ? end(exchange, good.claims()) : refuse(against);
      }
    };
  }

  /** What §2.6 asks for beside signature, issuer, audience and times; null when it is all there. */
  private static @Nullable String against(Map<String, Object> claims) {
    if (!(claims.get("events") instanceof Map<?, ?> events)
        || !(events.get(EVENT) instanceof Map<?, ?>)) {
      return "it tells of no logout (events)";
    }
    if (claims.containsKey("nonce")) {
      return "it has a nonce, as ID tokens do";
    }
    if (name(claims.get("jti")) == null) {
      return "no jti";
    }
    boolean named = name(claims.get("sid")) != null || name(claims.get("sub")) != null;
    return named ? null : "neither sid nor sub";
  }

  private static @Nullable String name(@Nullable Object claim) {
    return claim instanceof String text && !text.isBlank() && text.length() <= MOST_NAME
        ? text
        : null;
  }

  private Verdict end(Exchange exchange, Map<String, Object> claims) {
    Endings.Word word =
        new Endings.Word(name(claims.get("jti")), name(claims.get("sid")), name(claims.get("sub")));
    return end(exchange, word, Result.BACK_CHANNEL);
  }

  private Verdict end(Exchange exchange, Endings.Word word, Result done) {
    return Verdict.await(
        parts
            .endings()
            .end(word)
            .thenApplyAsync(
                noted ->
                    switch (noted) {
                      case DONE -> {
                        logouts.count(done);
                        yield Verdict.respond(DONE);
                      }
                      case BEFORE -> refuse("it was used before (jti)");
                      case UNAVAILABLE -> unavailable("Redis does not take a logout");
                    },
                exchange.executor()));
  }

  private Verdict unavailable(String why) {
    logouts.count(Result.UNAVAILABLE);
    return Verdict.fail(FailureCode.AUTH_UNAVAILABLE, "oidc-login: " + why);
  }

  /**
   * Takes the word of a page of the provider, which has the browser load this. Nobody proves
   * anything there but that it knows the session's name, which stands in ID tokens alone.
   */
  Verdict front(Exchange exchange) {
    Parameters query = Parameters.parse(exchange.request().query());
    List<String> issuers = query.values("iss");
    List<String> sids = query.values("sid");
    String sid = sids.size() == 1 ? name(sids.getFirst()) : null;
    if (!exchange.request().method().equals("GET")
        || sid == null
        || !issuers.equals(List.of(config.issuer()))) {
      return refuse("no iss and sid of the provider in a GET");
    }
    return end(exchange, new Endings.Word(null, sid, null), Result.FRONT_CHANNEL);
  }

  private Verdict refuse(String why) {
    logouts.count(Result.REFUSED);
    return Verdict.fail(
        Failure.of(FailureCode.BAD_REQUEST, "oidc-login: no logout of the provider: " + why)
            .header("cache-control", "no-store"));
  }
}
