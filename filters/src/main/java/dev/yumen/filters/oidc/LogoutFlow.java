package dev.yumen.filters.oidc;

import dev.yumen.api.Exchange;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Verdict;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Ends sessions here and at the provider (OpenID Connect RP-Initiated Logout 1.0). */
final class LogoutFlow {
  private final OidcLoginFilter.Config config;
  private final Parts parts;
  private final Sessions sessions;
  private final Logouts logouts;

  LogoutFlow(OidcLoginFilter.Config config, Parts parts, Sessions sessions, Logouts logouts) {
    this.config = config;
    this.parts = parts;
    this.sessions = sessions;
    this.logouts = logouts;
  }

  /** Logs out, if it is the user who wants that and not an image on a page of others. */
  Verdict run(Exchange exchange, Map<String, String> sent, @Nullable Session session) {
    String method = exchange.request().method();
    if (!method.equals("POST") && !method.equals("GET")) {
      return Verdict.fail(
          Failure.of(FailureCode.METHOD_NOT_ALLOWED, "oidc-login: logout is POST or GET")
              .header("allow", "GET, POST"));
    }
    if (!Navigation.isOwn(exchange)) {
      logouts.count(Logouts.Result.REFUSED);
      return Verdict.fail(FailureCode.FORBIDDEN, "oidc-login: logout by a page of others");
    }
    if (session == null) {
      return Redirect.to(303, config.afterLogout());
    }
    return sessions.forget(exchange, sent, session, () -> leave(exchange, session));
  }

  private Verdict leave(Exchange exchange, Session session) {
    logouts.count(Logouts.Result.USER);
    Endpoints endpoints = parts.provider().current();
    if (endpoints != null) {
      return Redirect.to(303, target(exchange, session, endpoints));
    }
    return Verdict.await(
        parts
            .provider()
            .find()
            .thenApplyAsync(
                found -> Redirect.to(303, target(exchange, session, found)), exchange.executor()));
  }

  private String target(Exchange exchange, Session session, @Nullable Endpoints endpoints) {
    if (endpoints == null || endpoints.endSession() == null) {
      return config.afterLogout();
    }
    String home = exchange.scheme() + "://" + exchange.request().authority() + config.afterLogout();
    return Urls.with(
        endpoints.endSession(),
        "id_token_hint="
            + session.idToken()
            + "&client_id="
            + Redirect.encode(config.clientId())
            + "&post_logout_redirect_uri="
            + Redirect.encode(home));
  }
}
