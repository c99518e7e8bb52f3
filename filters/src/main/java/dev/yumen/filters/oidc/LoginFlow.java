package dev.yumen.filters.oidc;

import dev.yumen.api.Exchange;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.RequestHead;
import dev.yumen.api.Verdict;
import dev.yumen.filters.jwt.IssuerTokens;
import dev.yumen.filters.oidc.Results.Result;
import dev.yumen.filters.path.Parameters;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sends browsers to the provider and makes sessions of what they come back with: the authorization
 * code flow of OpenID Connect Core §3.1 as RFC 9700 §2.1 advises.
 */
final class LoginFlow {
  /** How long somebody may take to log in. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private static final int MOST_CODE = 4_096;
  private static final Pattern STATE = Pattern.compile("[A-Za-z0-9_-]{43}");
  private static final Pattern ERROR = Pattern.compile("[a-z_]{1,40}");

  private final OidcLoginFilter.Config config;
  private final Parts parts;
  private final Results results;
  private final Who who;
  private final Sessions sessions;

  /** What a browser came back with, and the address that it came back to. */
  private record Answer(String code, boolean namesIssuer, String redirectUri) {}

  /** What redeeming a code came to: a session, or why there is none. */
  private sealed interface Redeemed {}

  private record Made(Session session) implements Redeemed {}

  private record Failed(Result result, FailureCode code, String detail) implements Redeemed {}

  LoginFlow(
      OidcLoginFilter.Config config, Parts parts, Sessions sessions, Results results, Who who) {
    this.config = config;
    this.parts = parts;
    this.sessions = sessions;
    this.results = results;
    this.who = who;
  }

  /** Shows a login, or says that there has to be one. */
  Verdict begin(Exchange exchange, Map<String, String> sent) {
    if (!Navigation.opensPage(exchange) || exchange.request().authority().isEmpty()) {
      results.count(Result.CHALLENGED);
      return Verdict.fail(
          Failure.of(FailureCode.AUTH_MISSING, "oidc-login: no session")
              .header("www-authenticate", "Cookie realm=\"" + config.realm() + "\"")
              .header("cache-control", "no-store"));
    }
    Endpoints endpoints = parts.provider().current();
    if (endpoints != null) {
      return redirect(exchange, sent, endpoints);
    }
    return Verdict.await(
        parts
            .provider()
            .find()
            .thenApplyAsync(
                found ->
                    found == null
                        ? fail(unavailable("the provider is not there"))
                        : redirect(exchange, sent, found),
                exchange.executor()));
  }

  private Verdict redirect(Exchange exchange, Map<String, String> sent, Endpoints endpoints) {
    RequestHead request = exchange.request();
    String target = ReturnTarget.of(request);
    boolean own =
        request.path().equals(config.redirectPath()) || request.path().equals(config.logoutPath());
    PendingLogin login = PendingLogin.begin(own ? "/" : target, parts.clock().millis());
    SetCookies.add(
        exchange,
        parts.cookies().keepLogin(exchange, sent, login.state(), login.bytes(), PATIENCE));
    results.count(Result.STARTED);
    String query =
        "response_type=code&client_id="
            + Redirect.encode(config.clientId())
            + "&redirect_uri="
            + Redirect.encode(redirectUri(exchange))
            + "&scope="
            + words(config.scopes())
            + "&state="
            + login.state()
            + "&nonce="
            + login.nonce()
            + "&code_challenge="
            + challenge(login.verifier())
            + "&code_challenge_method=S256"
            + (config.prompt().isEmpty() ? "" : "&prompt=" + words(config.prompt()));
    return Redirect.to(302, Urls.with(endpoints.authorization(), query));
  }

  /** RFC 7636 §4.2. */
  private static String challenge(String verifier) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private String redirectUri(Exchange exchange) {
    return exchange.scheme() + "://" + exchange.request().authority() + config.redirectPath();
  }

  private static String words(List<String> words) {
    return Redirect.encode(String.join(" ", words));
  }

  /** Takes what the provider sent a browser back with. */
  Verdict finish(Exchange exchange, Map<String, String> sent) {
    if (!exchange.request().method().equals("GET")) {
      return fail(new Failed(Result.STATE, FailureCode.BAD_REQUEST, "an answer comes by GET"));
    }
    Parameters query = Parameters.parse(exchange.request().query());
    for (String name : List.of("state", "code", "error", "iss")) {
      if (query.values(name).size() > 1) {
        return fail(new Failed(Result.STATE, FailureCode.BAD_REQUEST, name + " twice"));
      }
    }
    String state = value(query, "state");
    if (state == null || !STATE.matcher(state).matches()) {
      return fail(new Failed(Result.STATE, FailureCode.BAD_REQUEST, "no state of ours"));
    }
    PendingLogin login = PendingLogin.read(parts.cookies().login(exchange, sent, state));
    SetCookies.add(exchange, parts.cookies().forgetLogin(exchange, sent, state));
    String against = against(login, state);
    if (login == null || against != null) {
      return fail(new Failed(Result.STATE, FailureCode.BAD_REQUEST, String.valueOf(against)));
    }
    return answered(exchange, sent, query, login);
  }

  private static @Nullable String value(Parameters query, String name) {
    List<String> values = query.values(name);
    return values.isEmpty() ? null : values.getFirst();
  }

  /** Why an answer belongs to no login of this browser, or null. */
  private @Nullable String against(@Nullable PendingLogin login, String state) {
    if (login == null || !isSame(login.state(), state)) {
      return "the state is of no login of this browser";
    }
    long now = parts.clock().millis();
    long end = login.began() + PATIENCE.toMillis();
    if (now >= end) {
      return "the login took too long";
    }
    return parts.memory().takeOnce(state, now, end) ? null : "the state was used before";
  }

  private static boolean isSame(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }

  private Verdict answered(
      Exchange exchange, Map<String, String> sent, Parameters query, PendingLogin login) {
    String issuer = value(query, "iss");
    if (issuer != null && !issuer.equals(config.issuer())) {
      return fail(otherIssuer());
    }
    String error = value(query, "error");
    if (error != null) {
      return fail(refusal(error));
    }
    String code = value(query, "code");
    if (code == null || code.isEmpty() || code.length() > MOST_CODE) {
      return fail(new Failed(Result.STATE, FailureCode.BAD_REQUEST, "no code"));
    }
    String redirectUri = redirectUri(exchange);
    Answer answer = new Answer(code, issuer != null, redirectUri);
    CompletableFuture<Redeemed> work =
        parts.memory().run(parts.fetcher(), () -> redeem(answer, login));
    return work == null
        ? fail(
            new Failed(Result.OVERLOADED, FailureCode.OVERLOADED, "too many logins are under way"))
        : Verdict.await(
            work.thenComposeAsync(
                redeemed -> Later.of(settle(exchange, sent, login, redeemed)),
                exchange.executor()));
  }

  /** RFC 6749 §4.1.2.1. */
  private static Failed refusal(String error) {
    if (error.equals("temporarily_unavailable") || error.equals("server_error")) {
      return unavailable("the provider says " + error);
    }
    String shown = ERROR.matcher(error).matches() ? error : "no";
    return new Failed(Result.REFUSED, FailureCode.AUTH_INVALID, "the provider says " + shown);
  }

  private static Failed unavailable(String detail) {
    return new Failed(Result.UNAVAILABLE, FailureCode.AUTH_UNAVAILABLE, detail);
  }

  private static Failed otherIssuer() {
    return new Failed(Result.STATE, FailureCode.BAD_REQUEST, "the answer is of another issuer");
  }

  private Redeemed redeem(Answer answer, PendingLogin login) throws InterruptedException {
    Endpoints endpoints = parts.provider().settled();
    if (endpoints == null) {
      return unavailable("the provider is not there");
    }
    if (endpoints.namesIssuer() && !answer.namesIssuer) {
      return otherIssuer();
    }
    Granted granted =
        parts.tokens().redeem(endpoints, answer.code, login.verifier(), answer.redirectUri);
    return switch (granted) {
      case Granted.Refused refused ->
          new Failed(Result.REFUSED, FailureCode.AUTH_INVALID, refused.detail());
      case Granted.Unavailable trouble -> unavailable(trouble.detail());
      case Tokens tokens -> proven(tokens, login);
    };
  }

  private Redeemed proven(Tokens tokens, PendingLogin login) {
    String idToken = tokens.id();
    if (idToken == null) {
      return new Failed(Result.ID_TOKEN, FailureCode.AUTH_INVALID, "no ID token");
    }
    return switch (parts.idTokens().verify(idToken)) {
      case IssuerTokens.Bad bad ->
          new Failed(Result.ID_TOKEN, FailureCode.AUTH_INVALID, "ID token: " + bad.detail());
      case IssuerTokens.Unknowable _ -> unavailable("the keys of the provider are not known");
      case IssuerTokens.Good good -> {
        String against = against(good.claims(), login);
        String scopes = String.join(" ", config.scopes());
        yield against == null
            ? new Made(Session.begin(tokens, idToken, scopes, parts.clock().millis()))
            : new Failed(Result.ID_TOKEN, FailureCode.AUTH_INVALID, "ID token: " + against);
      }
    };
  }

  /** OpenID Connect Core §3.1.3.7, items 4, 5 and 11. */
  private @Nullable String against(Map<String, Object> claims, PendingLogin login) {
    if (!(claims.get("nonce") instanceof String nonce) || !isSame(nonce, login.nonce())) {
      return "the nonce is another one";
    }
    Object party = claims.get("azp");
    boolean several = claims.get("aud") instanceof List<?> audience && audience.size() > 1;
    return party == null ? (several ? "no azp" : null) : party(party);
  }

  private @Nullable String party(Object party) {
    return party.equals(config.clientId()) ? null : "it is for another client (azp)";
  }

  private Verdict settle(
      Exchange exchange, Map<String, String> sent, PendingLogin login, Redeemed redeemed) {
    return switch (redeemed) {
      case Failed failed -> fail(failed);
      case Made made -> {
        if (who.of(made.session) == null) {
          yield fail(
              new Failed(Result.FORBIDDEN, FailureCode.FORBIDDEN, "the subject is no consumer"));
        }
        yield sessions.begin(exchange, sent, made.session, begun -> begun(login, begun));
      }
    };
  }

  private Verdict begun(PendingLogin login, Sessions.Begun begun) {
    return switch (begun) {
      case KEPT -> {
        results.count(Result.OK);
        yield Redirect.to(303, ReturnTarget.safe(login.target()));
      }
      case TOO_LARGE ->
          fail(
              new Failed(
                  Result.ID_TOKEN,
                  FailureCode.AUTH_INVALID,
                  "the provider's tokens are too large for cookies"));
      case UNAVAILABLE -> fail(unavailable("the session can not be kept in Redis"));
    };
  }

  private Verdict fail(Failed failed) {
    results.count(failed.result);
    Failure failure =
        Failure.of(failed.code, "oidc-login: " + failed.detail).header("cache-control", "no-store");
    return Verdict.fail(
        failed.code == FailureCode.AUTH_INVALID
            ? failure.header("www-authenticate", "Cookie realm=\"" + config.realm() + "\"")
            : failure);
  }
}
