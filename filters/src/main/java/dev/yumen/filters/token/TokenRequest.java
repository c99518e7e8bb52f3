package dev.yumen.filters.token;

import dev.yumen.filters.fetch.ClientAuth;
import dev.yumen.filters.fetch.Fetched;
import dev.yumen.filters.fetch.Fetched.Trouble;
import dev.yumen.filters.fetch.Fetcher;
import dev.yumen.filters.fetch.Posted;
import dev.yumen.filters.jwt.Discovery;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Asks a provider for a token by the grant of client credentials (RFC 6749 §4.4). */
final class TokenRequest {
  static final String REFUSED = "refused";

  private static final int MOST_BYTES = 1 << 16;
  private static final double MOST_SECONDS = Duration.ofDays(30).toSeconds();

  /** Some providers write numbers as texts. */
  private static final Pattern DIGITS = Pattern.compile("[0-9]{1,10}");

  private final Fetcher fetcher;
  private final ClientCredentialsFilter.Config config;

  /** What comes of asking. */
  sealed interface Outcome {}

  /** A token, and how long it counts. */
  record Given(String token, Duration life) implements Outcome {

    /** Nothing that could be used. */
    @Override
    public String toString() {
      return "token";
    }
  }

  /**
   * None.
   *
   * @param result for the metric
   * @param detail one line for the log
   */
  record NotGiven(String result, String detail) implements Outcome {

    private static NotGiven of(Fetched.Kind kind, String detail) {
      return new NotGiven(kind.name().toLowerCase(Locale.ROOT), detail);
    }

    static NotGiven of(Trouble trouble) {
      return of(trouble.kind(), trouble.detail());
    }
  }

  TokenRequest(Fetcher fetcher, ClientCredentialsFilter.Config config) {
    this.fetcher = fetcher;
    this.config = config;
  }

  /** Asks once; blocks, so not on an event loop. */
  Outcome ask() throws InterruptedException {
    String issuer = config.issuer();
    if (issuer == null) {
      return ask(URI.create(String.valueOf(config.tokenUrl())));
    }
    return switch (Discovery.ask(fetcher, issuer, config.timeout(), MOST_BYTES)) {
      case Discovery.Failed failed -> NotGiven.of(failed.trouble());
      case Discovery.Document document -> {
        URI found = document.address("token_endpoint", config.allowHttp());
        yield found == null
            ? content(document.page() + " names no https address of tokens")
            : ask(found);
      }
    };
  }

  private Outcome ask(URI address) throws InterruptedException {
    Fetcher.Wish wish = new Fetcher.Wish(address, config.timeout(), MOST_BYTES);
    boolean basic = config.clientAuth() == ClientAuth.BASIC;
    String authorization = basic ? Fetcher.basic(config.clientId(), config.clientSecret()) : null;
    return switch (fetcher.post(new Fetcher.Form(wish, form(basic), authorization))) {
      case Trouble trouble -> NotGiven.of(trouble);
      case Posted.Answer answer -> read(address, answer);
    };
  }

  private Map<String, String> form(boolean basic) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "client_credentials");
    if (!config.scopes().isEmpty()) {
      form.put("scope", String.join(" ", config.scopes()));
    }
    form.putAll(config.parameters());
    if (!basic) {
      form.put("client_id", config.clientId());
      form.put("client_secret", config.clientSecret());
    }
    return form;
  }

  private Outcome read(URI address, Posted.Answer answer) {
    return switch (TokenAnswer.of(address, answer)) {
      case TokenAnswer.Refused refused -> new NotGiven(REFUSED, address + ": " + refused.detail());
      case TokenAnswer.Senseless senseless -> content(senseless.detail());
      case TokenAnswer.Granted granted -> {
        Duration life = life(granted.members().get("expires_in"));
        yield life == null
            ? content(address + " sent a token whose expires_in is no time to come")
            : new Given(granted.token(), life);
      }
    };
  }

  private static NotGiven content(String detail) {
    return NotGiven.of(Fetched.Kind.CONTENT, detail);
  }

  /** Null when it is none. */
  private @Nullable Duration life(@Nullable Object expiresIn) {
    double seconds =
        switch (expiresIn) {
          case null -> config.lifetime().toSeconds();
          case Number number -> number.doubleValue();
          case String text when DIGITS.matcher(text).matches() -> Long.parseLong(text);
          default -> 0;
        };
    return seconds > 0 ? Duration.ofMillis((long) (Math.min(seconds, MOST_SECONDS) * 1000)) : null;
  }
}
