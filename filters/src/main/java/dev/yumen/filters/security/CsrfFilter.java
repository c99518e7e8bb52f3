package dev.yumen.filters.security;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.Headers;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what pages of other sites make a browser do in its user's name (cross-site request
 * forgery): by what browsers say of where a request comes from, and by tokens where that is wanted.
 *
 * <p>What could change something is looked at: every method but the safe ones (RFC 9110 §9.2.1),
 * and the opening of a WebSocket, which browsers let pages of all sites try.
 */
public final class CsrfFilter implements Filter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>("csrf", Config.class, (config, context) -> new CsrfFilter(config));

  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

  /** What happens to a request that does not say where it comes from. */
  public enum MissingOrigin {
    REFUSE,
    /** No browser sends such a request, but programs do. */
    ALLOW
  }

  /** Whom to trust. */
  @Describe("Refuses requests that pages of other sites make in a user's name.")
  public record Config(
      @Describe(
              "Other origins that may: https://shop.example.com, or https://*.example.com for every"
                  + " name below it.")
          @OneOrMany
          List<String> trustedOrigins,
      @Describe(
              "What happens to a request without Sec-Fetch-Site, Origin and Referer: refuse is 403;"
                  + " allow lets programs through that are no browsers.")
          @Default("refuse")
          MissingOrigin missingOrigin,
      @Describe("Asks for a token too, that pages repeat in a header.")
          CsrfTokens.@Nullable Config token,
      @Describe(
              "Whether X-HTTP-Method-Override, X-HTTP-Method and X-Method-Override are removed: a"
                  + " GET shall stay one.")
          @Default("true")
          boolean dropMethodOverride) {

    public Config {
      trustedOrigins = List.copyOf(trustedOrigins);
      trustedOrigins.forEach(origin -> Origins.check("trusted-origins", origin));
    }
  }

  private final Origins trusted;
  private final boolean mayBeMissing;
  private final @Nullable CsrfTokens tokens;
  private final boolean dropMethodOverride;

  private CsrfFilter(Config config) {
    trusted = new Origins(config.trustedOrigins);
    mayBeMissing = config.missingOrigin == MissingOrigin.ALLOW;
    tokens = config.token == null ? null : new CsrfTokens(config.token);
    dropMethodOverride = config.dropMethodOverride;
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    Headers headers = exchange.request().headers();
    if (dropMethodOverride) {
      MethodOverride.drop(headers);
    }
    if (tokens != null) {
      tokens.note(exchange);
    }
    boolean socket = opensWebSocket(headers);
    if (!socket && SAFE.contains(exchange.request().method())) {
      return Verdict.proceed();
    }
    String against = reasonAgainst(exchange);
    if (against == null && tokens != null && !socket) {
      against = tokens.reasonAgainst(exchange);
    }
    return against == null
        ? Verdict.proceed()
        : Verdict.fail(FailureCode.FORBIDDEN, "csrf: " + against);
  }

  private static boolean opensWebSocket(Headers headers) {
    String upgrade = headers.first("upgrade");
    return upgrade != null && upgrade.toLowerCase(Locale.ROOT).contains("websocket");
  }

  /** Why the place that a request comes from may not make it; null when it may. */
  private @Nullable String reasonAgainst(Exchange exchange) {
    Headers headers = exchange.request().headers();
    List<String> origins = headers.all("origin");
    List<String> sites = headers.all("sec-fetch-site");
    if (origins.size() > 1 || sites.size() > 1) {
      return "Origin or Sec-Fetch-Site twice";
    }
    String origin = origins.isEmpty() ? null : origins.getFirst();
    if (origin != null && trusted.allowed(origin) != null) {
      return null;
    }
    if (!sites.isEmpty()) {
      String site = sites.getFirst();
      boolean own = site.equals("same-origin") || site.equals("none");
      return own ? null : "Sec-Fetch-Site: " + site + ", Origin: " + origin;
    }
    if (origin != null) {
      return origin.equals(OwnOrigin.of(exchange)) ? null : "Origin: " + origin;
    }
    return reasonAgainstReferer(exchange, headers.first("referer"));
  }

  private @Nullable String reasonAgainstReferer(Exchange exchange, @Nullable String referer) {
    if (referer == null) {
      return mayBeMissing ? null : "neither Sec-Fetch-Site nor Origin nor Referer";
    }
    String origin = OwnOrigin.of(referer);
    boolean may =
        origin != null
            && (origin.equals(OwnOrigin.of(exchange)) || trusted.allowed(origin) != null);
    return may ? null : "Referer of " + origin;
  }

  @Override
  public Verdict onResponse(Exchange exchange, ResponseHead response) {
    if (tokens != null && response.status() != 101) {
      tokens.offer(exchange, response.headers());
    }
    return Verdict.proceed();
  }
}
