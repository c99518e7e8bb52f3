package dev.yumen.filters.oidc;

import dev.yumen.api.DataSize;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Effect;
import dev.yumen.api.Exchange;
import dev.yumen.api.Explains;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.HeaderName;
import dev.yumen.api.Headers;
import dev.yumen.api.InputFile;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Remark;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Secret;
import dev.yumen.api.Verdict;
import dev.yumen.filters.auth.ClientToken;
import dev.yumen.filters.auth.Realm;
import dev.yumen.filters.auth.TellsUpstream;
import dev.yumen.filters.auth.UpstreamIdentity;
import dev.yumen.filters.fetch.Bounds;
import dev.yumen.filters.jwt.Jwks;
import dev.yumen.filters.jwt.JwtFilter;
import dev.yumen.filters.jwt.TokenRules;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has people log in at an OpenID provider, and keeps them logged in by a cookie. */
public final class OidcLoginFilter implements Filter, TellsUpstream, Explains {
  public static final FilterType<Config> TYPE =
      new FilterType<>("oidc-login", Config.class, OidcLoginFilter::new);

  private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

  /** Where to log in, and what a session is. */
  @Describe("Has people log in with their browser at an OpenID provider.")
  public record Config(
      @Describe("The provider, as its /.well-known/openid-configuration names itself.")
          String issuer,
      @Describe("Name of the gateway at the provider.") String clientId,
      @Describe("Secret of the gateway at the provider; none for a public client.") @Secret
          @Nullable String clientSecret,
      @Describe(
              "What cookies are sealed with, at least 32 bytes each. The first one seals, the others"
                  + " still open.")
          @OneOrMany
          @Secret
          List<String> cookieSecret,
      @Describe("Where the provider sends browsers back to; the filter answers there itself.")
          @Default("/oauth2/callback")
          String redirectPath,
      @Describe("Where browsers log out; the filter answers there itself.")
          @Default("/oauth2/logout")
          String logoutPath,
      @Describe(
              "Where the provider posts logout tokens (back-channel); the filter answers there itself.")
          @Default("/oauth2/backchannel-logout")
          String backchannelLogoutPath,
      @Describe(
              "What a page of the provider loads at a logout (front-channel); the filter answers there"
                  + " itself.")
          @Default("/oauth2/frontchannel-logout")
          String frontchannelLogoutPath,
      @Describe("Path that browsers are sent to when they have logged out.") @Default("/")
          String afterLogout,
      @Describe("What to ask the provider for; openid among it.") @OneOrMany @Default("openid")
          List<String> scopes,
      @Describe(
              "What the provider is to ask of everybody, whom it knows too: login, consent or"
                  + " select_account.")
          @OneOrMany
          List<String> prompt,
      @Describe("Name of the cookie; over https it gets the prefix __Host-.")
          @Default("yumen-session")
          String cookie,
      @Describe("Where sessions are kept, when it is not in cookies.")
          @Nullable SessionConfig session,
      @Describe("A session ends when it is not used for this time.") @Default("30m")
          Duration idleTimeout,
      @Describe("A session ends this time after its login.") @Default("12h")
          Duration absoluteTimeout,
      @Describe("Claims of the ID token that the upstream is told, and the headers that hold them.")
          Map<String, String> claimsToHeaders,
      @Describe("Whether the upstream gets the access token, as Authorization: Bearer.")
          @Default("false")
          boolean relayToken,
      @Describe("Claim that says who the user is.") @Default("sub") String consumerClaim,
      @Describe("Claim that says which groups it is in; dots lead into objects.") @Default("groups")
          String groupsClaim,
      @Describe(
              "A user that is no consumer of the configuration: let it in by its name, or refuse it.")
          @Default("accept")
          JwtFilter.Unknown unknown,
      @Describe("Whether the provider may be http. For tests: anybody in between can log in.")
          @Default("false")
          boolean allowHttp,
      @Describe("PEM certificates of authorities to trust instead of those of the JDK.")
          @Nullable InputFile ca,
      @Describe("Longest time for one question to the provider.") @Default("5s") Duration timeout,
      @Describe("Named to clients that are refused.") @Default("yumen") String realm) {
    private static final int SHORTEST_SECRET = 32;
    private static final Pattern PATH = Pattern.compile("/|(/[A-Za-z0-9._~-]+)+/?");

    /** OpenID Connect Core §3.1.2.1, without the one that lets nobody log in. */
    private static final Set<String> PROMPTS = Set.of("login", "consent", "select_account");

    private static final DataSize MOST = new DataSize(1 << 16);
    private static final Duration TOUCH = Duration.ofMinutes(1);
    private static final int SHARE_OF_IDLE = 4;

    public Config {
      cookieSecret = List.copyOf(cookieSecret);
      scopes = List.copyOf(scopes);
      prompt = List.copyOf(prompt);
      claimsToHeaders = Collections.unmodifiableMap(new LinkedHashMap<>(claimsToHeaders));
      checkIssuer(issuer, allowHttp);
      if (clientId.isBlank()) {
        throw new InvalidValue("client-id", clientId, "a name that is not blank");
      }
      checkSecrets(cookieSecret);
      path("after-logout", afterLogout);
      Map<String, String> own = new LinkedHashMap<>();
      own(own, "redirect-path", redirectPath);
      own(own, "logout-path", logoutPath);
      own(own, "backchannel-logout-path", backchannelLogoutPath);
      own(own, "frontchannel-logout-path", frontchannelLogoutPath);
      if (!scopes.contains("openid")) {
        throw InvalidValue.found("scopes", scopes.toString(), "openid among them");
      }
      if (!PROMPTS.containsAll(prompt)) {
        throw InvalidValue.found("prompt", prompt.toString(), "login, consent or select_account");
      }
      HeaderName.readable("cookie", cookie);
      Bounds.check("idle-timeout", idleTimeout, Duration.ofMinutes(1), absoluteTimeout);
      Bounds.check("absolute-timeout", absoluteTimeout, idleTimeout, Duration.ofDays(30));
      Bounds.check("timeout", timeout, Duration.ofMillis(10), Duration.ofMinutes(1));
      TokenRules.checkedHeaders(claimsToHeaders);
      if (relayToken && claimsToHeaders.values().stream().anyMatch(Config::isAuthorization)) {
        throw new InvalidValue(
            "claims-to-headers", "Authorization", "another header, as relay-token writes this one");
      }
      Realm.check(realm);
    }

    private static void checkIssuer(String issuer, boolean allowHttp) {
      try {
        if (Jwks.uri("issuer", issuer, allowHttp).getRawQuery() == null) {
          return;
        }
      } catch (InvalidValue _) {
        // Said below, in words of this filter.
      }
      throw new InvalidValue(
          "issuer", issuer, "an https address, or an http one with allow-http: true");
    }

    private static void checkSecrets(List<String> secrets) {
      if (secrets.isEmpty()) {
        throw InvalidValue.found("cookie-secret", "none", "at least one");
      }
      for (String secret : secrets) {
        int bytes = secret.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < SHORTEST_SECRET) {
          throw InvalidValue.found(
              "cookie-secret", bytes + " bytes", "at least " + SHORTEST_SECRET + " bytes");
        }
      }
    }

    private static void path(String setting, String path) {
      if (!PATH.matcher(path).matches()) {
        throw new InvalidValue(setting, path, "a path such as /oauth2/callback");
      }
    }

    private static void own(Map<String, String> taken, String setting, String path) {
      path(setting, path);
      String other = taken.putIfAbsent(path, setting);
      if (other != null) {
        throw new InvalidValue(setting, path, "another path than " + other);
      }
    }

    private static boolean isAuthorization(String header) {
      return header.equalsIgnoreCase("authorization");
    }

    /** How documents of the provider are fetched. */
    Jwks fetching() {
      return new Jwks(
          null,
          null,
          allowHttp,
          ca,
          timeout,
          MOST,
          Duration.ofMinutes(10),
          Duration.ofSeconds(10),
          null);
    }

    /** How exactly it is known when a session was used. */
    Duration touch() {
      Duration share = idleTimeout.dividedBy(SHARE_OF_IDLE);
      return share.compareTo(TOUCH) < 0 ? share : TOUCH;
    }

    /** The provider and the client; never a secret. */
    @Override
    public String toString() {
      return "login at " + issuer + " as " + clientId;
    }
  }

  private final Config config;
  private final Parts parts;
  private final Who who;
  private final Sessions sessions;
  private final LoginFlow login;
  private final LogoutFlow logout;
  private final ProviderLogouts providerLogouts;
  private final Refreshes refreshes;

  private OidcLoginFilter(Config config, FilterContext context) {
    this.config = config;
    parts = Parts.of(config, context);
    Results results = new Results(context);
    who = new Who(config, context);
    refreshes = new Refreshes(config, context, parts);
    sessions =
        parts.vault() == null
            ? new CookieSessions(config, parts, refreshes)
            : new RedisSessions(config, parts, parts.vault(), refreshes);
    login = new LoginFlow(config, parts, sessions, results, who);
    Logouts logouts = new Logouts(context);
    logout = new LogoutFlow(config, parts, sessions, logouts);
    providerLogouts = new ProviderLogouts(config, parts, logouts);
  }

  @Override
  public void removeForged(Headers headers) {
    config.claimsToHeaders.values().forEach(headers::remove);
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    Map<String, String> sent = parts.cookies().sent(exchange);
    parts.cookies().hide(exchange.request().headers());
    String path = exchange.request().path();
    if (path.equals(config.redirectPath)) {
      return login.finish(exchange, sent);
    }
    if (path.equals(config.backchannelLogoutPath)) {
      return providerLogouts.back(exchange);
    }
    if (path.equals(config.frontchannelLogoutPath)) {
      return providerLogouts.front(exchange);
    }
    boolean leaves = path.equals(config.logoutPath);
    return sessions.find(
        exchange,
        sent,
        session -> {
          if (leaves) {
            return logout.run(exchange, sent, session);
          }
          return session == null ? login.begin(exchange, sent) : proceed(exchange, sent, session);
        });
  }

  @Override
  public Effect explain(Exchange exchange) {
    parts.cookies().hide(exchange.request().headers());
    return Effect.untried(Remark.About.REMEMBERS, "session");
  }

  private Verdict proceed(Exchange exchange, Map<String, String> sent, Session session) {
    long now = parts.clock().millis();
    String due = session.due(now);
    if (due == null) {
      return session.isAccessOver(now) && config.relayToken
          ? over(exchange, sent, session, "the access token is over")
          : admit(exchange, session);
    }
    CompletableFuture<Refreshed> outcome = refreshes.refresh(session, due);
    if (outcome == null) {
      return session.isAccessOver(now)
          ? Verdict.fail(FailureCode.OVERLOADED, "oidc-login: too many logins are under way")
          : admit(exchange, session);
    }
    return Verdict.await(
        outcome.thenComposeAsync(
            refreshed -> Later.of(settle(exchange, sent, session, refreshed)),
            exchange.executor()));
  }

  private Verdict settle(
      Exchange exchange, Map<String, String> sent, Session session, Refreshed refreshed) {
    return switch (refreshed) {
      case Refreshed.Renewed renewed -> {
        sessions.renewed(exchange, renewed.session());
        yield admit(exchange, renewed.session());
      }
      case Refreshed.Ended ended -> over(exchange, sent, session, ended.detail());
      case Refreshed.Unknown unknown ->
          session.isAccessOver(parts.clock().millis())
              ? Verdict.fail(
                  Failure.of(FailureCode.AUTH_UNAVAILABLE, "oidc-login: " + unknown.detail()))
              : admit(exchange, session);
    };
  }

  private Verdict over(
      Exchange exchange, Map<String, String> sent, Session session, String detail) {
    LOG.info("oidc-login: a session ended: {}", detail);
    return sessions.forget(exchange, sent, session, () -> login.begin(exchange, sent));
  }

  private Verdict admit(Exchange exchange, Session session) {
    UpstreamIdentity identity = who.of(session);
    if (identity == null) {
      return Verdict.fail(FailureCode.FORBIDDEN, "oidc-login: the subject is no consumer");
    }
    identity.assign(exchange);
    if (!session.isAccessOver(parts.clock().millis())) {
      ClientToken.keep(exchange, session.accessToken(), 0);
    }
    sessions.touch(exchange, session);
    return Verdict.proceed();
  }

  @Override
  public Verdict onResponse(Exchange exchange, ResponseHead response) {
    sessions.write(exchange, response);
    SetCookies.write(exchange, response.headers());
    return Verdict.proceed();
  }
}
