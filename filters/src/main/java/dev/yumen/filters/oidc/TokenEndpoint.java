package dev.yumen.filters.oidc;

import dev.yumen.filters.fetch.Fetched.Trouble;
import dev.yumen.filters.fetch.Fetcher;
import dev.yumen.filters.fetch.Posted;
import dev.yumen.filters.token.TokenAnswer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Asks a provider for tokens. Blocks, so not on an event loop. */
final class TokenEndpoint {
  private static final int MOST_BYTES = 1 << 16;
  private static final long MOST_SECONDS = 1L << 31;

  private final Fetcher fetcher;
  private final OidcLoginFilter.Config config;

  TokenEndpoint(Fetcher fetcher, OidcLoginFilter.Config config) {
    this.fetcher = fetcher;
    this.config = config;
  }

  /** For a code that the provider gave a browser (RFC 6749 §4.1.3, RFC 7636 §4.5). */
  Granted redeem(Endpoints endpoints, String code, String verifier, String redirectUri)
      throws InterruptedException {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "authorization_code");
    form.put("code", code);
    form.put("redirect_uri", redirectUri);
    form.put("code_verifier", verifier);
    return ask(endpoints, form);
  }

  /** For a refresh token (RFC 6749 §6). */
  Granted refresh(Endpoints endpoints, String refreshToken) throws InterruptedException {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "refresh_token");
    form.put("refresh_token", refreshToken);
    return ask(endpoints, form);
  }

  private Granted ask(Endpoints endpoints, Map<String, String> form) throws InterruptedException {
    String secret = config.clientSecret();
    String authorization = null;
    if (secret != null && endpoints.basic()) {
      authorization = Fetcher.basic(config.clientId(), secret);
    } else {
      form.put("client_id", config.clientId());
    }
    if (secret != null && !endpoints.basic()) {
      form.put("client_secret", secret);
    }
    Fetcher.Wish wish = new Fetcher.Wish(endpoints.token(), config.timeout(), MOST_BYTES);
    return switch (fetcher.post(new Fetcher.Form(wish, form, authorization))) {
      case Trouble trouble -> new Granted.Unavailable(trouble.detail());
      case Posted.Answer answer -> read(endpoints, answer);
    };
  }

  private static Granted read(Endpoints endpoints, Posted.Answer answer) {
    return switch (TokenAnswer.of(endpoints.token(), answer)) {
      case TokenAnswer.Refused refused -> new Granted.Refused(refused.detail());
      case TokenAnswer.Senseless senseless -> new Granted.Unavailable(senseless.detail());
      case TokenAnswer.Granted granted -> tokens(granted);
    };
  }

  private static Tokens tokens(TokenAnswer.Granted granted) {
    long seconds =
        granted.members().get("expires_in") instanceof Number number ? number.longValue() : 0;
    return new Tokens(
        granted.token(),
        granted.text("id_token"),
        granted.text("refresh_token"),
        granted.text("scope"),
        Math.clamp(seconds, 0, MOST_SECONDS));
  }
}
