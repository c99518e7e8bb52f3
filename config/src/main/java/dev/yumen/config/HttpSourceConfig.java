package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Secret;
import dev.yumen.api.Shorthand;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A document of a configuration centre that is asked for again and again. */
@Describe(
    "A document of a configuration centre, asked for again and again; not writable from here.")
@Shorthand("url")
public record HttpSourceConfig(
    @Describe("Address of the document; the variable CONFIG_CENTER_URL sets it.") URI url,
    @Describe("From one question to the next.") @Default("5s") Duration interval,
    @Describe("How long the centre may hold a question until there is a change, in whole seconds.")
        @Nullable Duration longPoll,
    @Describe("Shown as Authorization: Bearer; rather ${file:…} than here.") @Nullable @Secret
        String token,
    @Describe("Further header fields of the question, such as X-Api-Key.") @Secret
        Map<String, String> headers,
    @Describe("Whom to trust, and what to show, at an https address.")
        @Nullable SourceTlsConfig tls,
    @Describe("For one question, from when it is asked; `long-poll` comes on top.") @Default("5s")
        Duration timeout) {

  /** What the client of the JDK or the source itself writes. */
  private static final Set<String> OWN =
      Set.of(
          "connection",
          "content-length",
          "expect",
          "host",
          "if-modified-since",
          "if-none-match",
          "prefer",
          "upgrade");

  public HttpSourceConfig {
    SourceChecks.document("url", url);
    Check.range("interval", interval, Duration.ofMillis(100), Duration.ofHours(1));
    if (longPoll != null) {
      Check.range("long-poll", longPoll, Duration.ofSeconds(1), Duration.ofMinutes(5));
    }
    SourceChecks.fieldValue("token", token);
    headers = Check.copy(headers);
    headers.forEach(HttpSourceConfig::header);
    SourceChecks.tls(tls, "url", List.of(url));
    SourceChecks.timeout(timeout);
  }

  private static void header(String name, String value) {
    if (!name.matches("[A-Za-z0-9_-]{1,64}") || OWN.contains(name.toLowerCase(Locale.ROOT))) {
      throw new InvalidValue("headers", name, "the name of a header field that is not our own");
    }
    SourceChecks.fieldValue("headers", value);
  }

  /** Without the query and the token. */
  @Override
  public String toString() {
    return "http " + url.getScheme() + "://" + url.getRawAuthority() + url.getRawPath();
  }
}
