package dev.yumen.filters.security;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.HeaderName;
import dev.yumen.api.Headers;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Response;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Verdict;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of CORS as the Fetch standard has it
 * (https://fetch.spec.whatwg.org/#http-cors-protocol).
 *
 * <p>Preflights are answered here and never reach the upstream. On other answers the upstream's own
 * CORS fields are replaced, so that none stands there twice. A request from an origin that is not
 * allowed is forwarded without them: it is the browser that keeps the answer from the page.
 */
public final class CorsFilter implements Filter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>("cors", Config.class, (config, context) -> new CorsFilter(config));

  private static final String PREFLIGHT_VARY =
      "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";

  /** Who may read what. */
  @Describe("Lets pages of other origins read answers (CORS).")
  public record Config(
      @Describe(
              "Origins such as https://shop.example.com, https://*.example.com for every name below"
                  + " it, or \"*\" for all.")
          @OneOrMany
          List<String> allowOrigins,
      @Describe("Methods beyond GET, HEAD and POST; \"*\" for all.")
          @OneOrMany
          @Default("[GET, HEAD, POST]")
          List<String> allowMethods,
      @Describe("Request headers beyond the few that are always allowed; \"*\" for all.") @OneOrMany
          List<String> allowHeaders,
      @Describe("Answer headers that pages may read; \"*\" for all.") @OneOrMany
          List<String> exposeHeaders,
      @Describe("Whether cookies and other credentials may be sent along.") @Default("false")
          boolean allowCredentials,
      @Describe("How long a browser may remember the answer to a preflight.") @Default("10m")
          Duration maxAge,
      @Describe("Whether pages of public sites may ask, when this gateway is in a private network.")
          @Default("false")
          boolean allowPrivateNetwork) {

    public Config {
      allowOrigins = List.copyOf(allowOrigins);
      allowMethods = List.copyOf(allowMethods);
      allowHeaders = List.copyOf(allowHeaders);
      exposeHeaders = List.copyOf(exposeHeaders);
      if (allowOrigins.isEmpty()) {
        throw new InvalidValue("allow-origins", "no origins", "at least one, or \"*\"");
      }
      allowOrigins.forEach(origin -> Origins.checkOrAny("allow-origins", origin));
      allowMethods.forEach(method -> HeaderName.readable("allow-methods", method));
      allowHeaders.forEach(name -> HeaderName.readable("allow-headers", name));
      exposeHeaders.forEach(name -> HeaderName.readable("expose-headers", name));
      if (maxAge.isNegative()) {
        throw new InvalidValue("max-age", maxAge.toString(), ">= 0s");
      }
      if (allowCredentials) {
        refuseStar("allow-origins", allowOrigins);
        refuseStar("allow-methods", allowMethods);
        refuseStar("allow-headers", allowHeaders);
        refuseStar("expose-headers", exposeHeaders);
        if (allowOrigins.contains("null")) {
          throw new InvalidValue(
              "allow-origins", "null", "no null with allow-credentials: any page can be of it");
        }
      }
    }

    /** With credentials the standard takes a star for a name, never for all. */
    private static void refuseStar(String component, List<String> names) {
      if (names.contains("*")) {
        throw new InvalidValue(component, "*", "names one by one, because of allow-credentials");
      }
    }
  }

  private final Origins origins;
  private final boolean credentials;
  private final boolean privateNetwork;
  private final @Nullable String exposeHeaders;
  private final Response preflight;

  private CorsFilter(Config config) {
    origins = new Origins(config.allowOrigins);
    credentials = config.allowCredentials;
    privateNetwork = config.allowPrivateNetwork;
    exposeHeaders = config.exposeHeaders.isEmpty() ? null : String.join(", ", config.exposeHeaders);
    preflight = preflight(config);
  }

  private static Response preflight(Config config) {
    Response response = Response.of(204);
    if (!config.allowMethods.isEmpty()) {
      response =
          response.header("access-control-allow-methods", String.join(", ", config.allowMethods));
    }
    if (!config.allowHeaders.isEmpty()) {
      response =
          response.header("access-control-allow-headers", String.join(", ", config.allowHeaders));
    }
    if (config.allowCredentials) {
      response = response.header("access-control-allow-credentials", "true");
    }
    return response
        .header("access-control-max-age", Long.toString(config.maxAge.toSeconds()))
        .header("vary", PREFLIGHT_VARY);
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    if (!isPreflight(exchange)) {
      return Verdict.proceed();
    }
    String allowed = origins.allowed(exchange.request().headers().first("origin"));
    if (allowed == null) {
      return Verdict.fail(FailureCode.FORBIDDEN, "CORS preflight from an origin not allowed");
    }
    Response answer = preflight.header("access-control-allow-origin", allowed);
    boolean asked =
        "true".equals(exchange.request().headers().first("access-control-request-private-network"));
    return Verdict.respond(
        privateNetwork && asked
            ? answer.header("access-control-allow-private-network", "true")
            : answer);
  }

  private static boolean isPreflight(Exchange exchange) {
    return exchange.request().method().equals("OPTIONS")
        && exchange.request().headers().contains("access-control-request-method")
        && exchange.request().headers().contains("origin");
  }

  @Override
  public Verdict onResponse(Exchange exchange, ResponseHead response) {
    if (isPreflight(exchange)) {
      return Verdict.proceed();
    }
    Headers headers = response.headers();
    if (!origins.any()) {
      varyByOrigin(headers);
    }
    String allowed = origins.allowed(exchange.request().headers().first("origin"));
    replace(headers, "access-control-allow-origin", allowed);
    boolean readable = allowed != null;
    replace(headers, "access-control-allow-credentials", readable && credentials ? "true" : null);
    replace(headers, "access-control-expose-headers", readable ? exposeHeaders : null);
    return Verdict.proceed();
  }

  /** One value instead of what the upstream sent. */
  private static void replace(Headers headers, String name, @Nullable String value) {
    if (value == null) {
      headers.remove(name);
    } else {
      headers.set(name, value);
    }
  }

  private static void varyByOrigin(Headers headers) {
    for (String there : headers.all("vary")) {
      if (names(there, "Origin") || names(there, "*")) {
        return;
      }
    }
    headers.add("vary", "Origin");
  }

  /** Whether a list of names holds this one, in any case. */
  private static boolean names(String list, String name) {
    int at = 0;
    while (at < list.length()) {
      int end = list.indexOf(',', at);
      end = end < 0 ? list.length() : end;
      while (at < end && list.charAt(at) == ' ') {
        at++;
      }
      int rest = at + name.length();
      if (list.regionMatches(true, at, name, 0, name.length())
          && rest <= end
          && list.substring(rest, end).isBlank()) {
        return true;
      }
      at = end + 1;
    }
    return false;
  }
}
