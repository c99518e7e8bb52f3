package dev.yumen.filters.oidc;

import dev.yumen.filters.fetch.Fetched.Trouble;
import dev.yumen.filters.fetch.Fetcher;
import dev.yumen.filters.fetch.Posted;
import dev.yumen.filters.jwt.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Asks a provider for tokens. Blocks, so not on an event loop. */
final class TokenEndpoint {
  private static final int MOST_BYTES = 1 << 16;
  private static final long MOST_SECONDS = 1L << 31;

  /** What may stand in {@code Authorization} (RFC 6750 §2.1). */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

  private static final Pattern ERROR = Pattern.compile("[a-z_]{1,40}");

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
    Map<String, Object> members = Json.object(answer.body());
    if (answer.status() != 200) {
      return new Granted.Refused("the token endpoint says " + error(members, answer.status()));
    }
    if (members == null
        || !(members.get("access_token") instanceof String access)
        || !TOKEN.matcher(access).matches()
        || !"bearer".equalsIgnoreCase(text(members, "token_type"))) {
      return new Granted.Unavailable(endpoints.token() + " sent no bearer token");
    }
    long seconds = members.get("expires_in") instanceof Number number ? number.longValue() : 0;
    return new Tokens(
        access,
        text(members, "id_token"),
        text(members, "refresh_token"),
        text(members, "scope"),
        Math.clamp(seconds, 0, MOST_SECONDS));
  }

  private static @Nullable String text(Map<String, Object> members, String name) {
    return members.get(name) instanceof String text ? text : null;
  }

  /** The code of an error, if it is one that a log can hold. */
  private static String error(@Nullable Map<String, Object> members, int status) {
    String error = members == null ? null : text(members, "error");
    return error == null || !ERROR.matcher(error).matches() ? String.valueOf(status) : error;
  }
}
