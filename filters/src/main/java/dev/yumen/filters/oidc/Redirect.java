package dev.yumen.filters.oidc;

import dev.yumen.api.Response;
import dev.yumen.api.Verdict;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Sends browsers elsewhere, and tells nobody where they were. */
final class Redirect {
  private Redirect() {}

  static Verdict to(int status, String location) {
    return Verdict.respond(
        Response.of(status)
            .header("location", location)
            .header("cache-control", "no-store")
            .header("referrer-policy", "no-referrer"));
  }

  /** A text as it stands in a query. */
  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
