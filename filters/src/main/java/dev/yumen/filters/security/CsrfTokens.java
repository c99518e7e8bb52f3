package dev.yumen.filters.security;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.HeaderName;
import dev.yumen.api.Headers;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Key;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Signed double-submit cookies: a page of our own can read the cookie and repeat it in a header, a
 * page of others can do neither. A token is random bytes and their code under the session, so one
 * that was made for another session, or by nobody, is worth nothing.
 */
final class CsrfTokens {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
  private static final int NONCE_BYTES = 16;
  private static final int NONCE_CHARACTERS = 22;
  private static final int LENGTH = NONCE_CHARACTERS + 1 + 43;
  private static final int SHORTEST_SECRET = 32;

  /** How tokens are made and where they stand. */
  @Describe("Tokens that pages repeat in a header.")
  public record Config(
      @Describe(
              "What tokens are signed with, at least 32 characters each. The first one signs, the"
                  + " others are still accepted.")
          @OneOrMany
          @Secret
          List<String> secret,
      @Describe(
              "Cookie that holds the token. The prefix __Host- keeps other hosts from setting it.")
          @Default("__Host-csrf-token")
          String cookie,
      @Describe("Header in which pages repeat it.") @Default("X-CSRF-Token") String header,
      @Describe(
              "Cookie of the session that tokens are bound to; without it they are bound to none.")
          @Nullable String sessionCookie) {

    public Config {
      secret = List.copyOf(secret);
      if (secret.isEmpty()) {
        throw InvalidValue.found("secret", "none", "at least one");
      }
      for (String one : secret) {
        if (one.length() < SHORTEST_SECRET) {
          throw InvalidValue.found(
              "secret",
              one.length() + " characters",
              "at least " + SHORTEST_SECRET + " characters");
        }
      }
      HeaderName.readable("cookie", cookie);
      HeaderName.writableInRequest("header", header);
      if (sessionCookie != null) {
        HeaderName.readable("session-cookie", sessionCookie);
      }
    }

    @Override
    public String toString() {
      return "token in " + cookie + " and " + header;
    }
  }

  private final Config config;
  private final List<HmacSha256> keys;
  private final boolean secure;

  /** The session of the request, as later filters may take its cookie away. */
  private final Key<String> session = Key.of("csrf session");

  CsrfTokens(Config config) {
    this.config = config;
    keys =
        config.secret.stream()
            .map(secret -> new HmacSha256(secret.getBytes(StandardCharsets.UTF_8)))
            .toList();
    secure = config.cookie.startsWith("__Host-") || config.cookie.startsWith("__Secure-");
  }

  /** Keeps what the answer needs to know of the request. */
  void note(Exchange exchange) {
    if (config.sessionCookie != null) {
      Headers headers = exchange.request().headers();
      exchange.put(session, String.join(";", CookieValues.sent(headers, config.sessionCookie)));
    }
  }

  /** Why the request's token is none, or null when it is one. */
  @Nullable String reasonAgainst(Exchange exchange) {
    Headers headers = exchange.request().headers();
    List<String> repeated = headers.all(config.header);
    List<String> cookies = CookieValues.sent(headers, config.cookie);
    if (repeated.size() != 1 || cookies.size() != 1) {
      return cookies.size() + " tokens in the cookie, " + repeated.size() + " in the header";
    }
    String token = cookies.getFirst();
    if (!MessageDigest.isEqual(bytes(token), bytes(repeated.getFirst()))) {
      return "the tokens in cookie and header differ";
    }
    return isValid(token, sessionOf(exchange)) ? null : "the token is not of this session";
  }

  /** Gives the client a token with the answer, unless it has one that will do. */
  void offer(Exchange exchange, Headers response) {
    String current = sessionOf(exchange);
    if (config.sessionCookie != null) {
      String next = CookieValues.set(response, config.sessionCookie);
      current = next == null ? current : next;
    }
    List<String> cookies = CookieValues.sent(exchange.request().headers(), config.cookie);
    if (cookies.size() == 1 && isValid(cookies.getFirst(), current)) {
      return;
    }
    String attributes = "; Path=/; SameSite=Lax";
    boolean hide = secure || exchange.scheme().equals("https");
    response.add(
        "Set-Cookie",
        config.cookie + "=" + make(current) + (hide ? attributes + "; Secure" : attributes));
  }

  private String sessionOf(Exchange exchange) {
    return Objects.requireNonNullElse(exchange.get(session), "");
  }

  private String make(String ofSession) {
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    String text = ENCODER.encodeToString(nonce);
    return text + "." + ENCODER.encodeToString(keys.getFirst().of(message(text, ofSession)));
  }

  private boolean isValid(String token, String ofSession) {
    if (token.length() != LENGTH || token.charAt(NONCE_CHARACTERS) != '.') {
      return false;
    }
    String text = token.substring(NONCE_CHARACTERS + 1);
    byte[] message = message(token.substring(0, NONCE_CHARACTERS), ofSession);
    boolean valid = false;
    for (HmacSha256 key : keys) {
      valid |= MessageDigest.isEqual(bytes(text), bytes(ENCODER.encodeToString(key.of(message))));
    }
    return valid;
  }

  /** Lengths stand in front, so that no two pairs make the same bytes. */
  private static byte[] message(String nonce, String ofSession) {
    return bytes(ofSession.length() + "!" + ofSession + "!" + nonce);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
