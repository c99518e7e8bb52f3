package dev.yumen.filters.oidc;

import dev.yumen.api.Exchange;
import dev.yumen.api.Headers;
import dev.yumen.filters.security.OwnOrigin;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a browser does, as it says itself (Fetch Metadata, RFC 6454). */
final class Navigation {
  private Navigation() {}

  /** Whether somebody opens a page, so that a login may be shown instead of it. */
  static boolean opensPage(Exchange exchange) {
    Headers headers = exchange.request().headers();
    String accept = String.join(",", headers.all("accept")).toLowerCase(Locale.ROOT);
    return exchange.request().method().equals("GET")
        && accept.contains("text/html")
        && !headers.contains("upgrade")
        && isOr(headers, "sec-fetch-mode", "navigate")
        && isOr(headers, "sec-fetch-dest", "document");
  }

  /** Whether a field is missing or says this. */
  private static boolean isOr(Headers headers, String name, String value) {
    List<String> values = headers.all(name);
    return values.isEmpty() || (values.size() == 1 && values.getFirst().equals(value));
  }

  /**
   * Whether the request was made by the user or a page of this origin. Requests that do not say are
   * of no browser when they are POST: browsers send an Origin with those.
   */
  static boolean isOwn(Exchange exchange) {
    Headers headers = exchange.request().headers();
    List<String> sites = headers.all("sec-fetch-site");
    if (!sites.isEmpty()) {
      String site = sites.getFirst();
      return sites.size() == 1 && (site.equals("same-origin") || site.equals("none"));
    }
    List<String> origins = headers.all("origin");
    if (!origins.isEmpty()) {
      return origins.size() == 1 && origins.getFirst().equals(OwnOrigin.of(exchange));
    }
    String referer = headers.first("referer");
    return referer == null
        ? exchange.request().method().equals("POST")
        : isOwn(exchange, OwnOrigin.of(referer));
  }

  private static boolean isOwn(Exchange exchange, @Nullable String origin) {
    return OwnOrigin.of(exchange).equals(origin);
  }
}
