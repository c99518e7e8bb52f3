package dev.yumen.filters.oidc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.ManualClock;
import dev.yumen.testkit.RawResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.token.DefaultOAuth2TokenCallback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A provider that others wrote: it checks codes, PKCE and refresh tokens itself. */
class RealProviderTest {
  private final MockOAuth2Server provider = new MockOAuth2Server();
  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeEach
  void start() {
    provider.start(InetAddress.getLoopbackAddress(), 0);
  }

  @AfterEach
  void stop() {
    provider.shutdown();
    http.close();
  }

  /** Goes where an answer leads, at the provider; returns the path and query that it leads to. */
  private String atTheProvider(RawResponse answer) throws IOException, InterruptedException {
    URI page = URI.create(Objects.requireNonNull(answer.header("location")));
    HttpResponse<String> said =
        http.send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString());
    URI back = URI.create(said.headers().firstValue("location").orElseThrow());
    return back.getRawPath() + (back.getRawQuery() == null ? "" : "?" + back.getRawQuery());
  }

  @Test
  void somebodyLogsInGoesOnAndLogsOut() throws IOException, InterruptedException {
    provider.enqueueCallback(
        new DefaultOAuth2TokenCallback(
            "shop", "ann", "JWT", List.of("yumen"), Map.of("groups", List.of("vip")), 3600));
    ManualClock clock = new ManualClock(Instant.now());
    String filter =
        "- oidc-login: {issuer: '%s', client-id: yumen, client-secret: s3cret, allow-http: true, scopes: [openid, offline_access], cookie-secret: %s, relay-token: true, absolute-timeout: 12h, idle-timeout: 2h}"
            .formatted(provider.issuerUrl("shop"), "x".repeat(32));
    try (FilterHarness gateway = FilterHarness.of(filter, clock)) {
      Browser browser = new Browser(gateway);
      RawResponse answer = browser.open(atTheProvider(browser.open("/users/7")));
      assertEquals(303, answer.status(), answer::toString);
      assertEquals("/users/7", answer.header("location"));
      assertEquals(200, browser.open("/users/7").status());
      assertEquals("ann", gateway.seen().header("x-consumer-id"));
      assertEquals("vip", gateway.seen().header("x-consumer-groups"));
      String first = gateway.seen().header("authorization");

      provider.enqueueCallback(
          new DefaultOAuth2TokenCallback(
              "shop", "ann", "JWT", List.of("yumen"), Map.of("groups", List.of("new")), 7200));
      clock.advance(Duration.ofSeconds(3580));
      assertEquals(200, browser.open("/users/7").status());
      assertEquals("new", gateway.seen().header("x-consumer-groups"));
      assertNotEquals(first, gateway.seen().header("authorization"));

      RawResponse out = browser.send("POST", "/oauth2/logout", "Sec-Fetch-Site: same-origin");
      assertEquals(303, out.status());
      assertEquals("/", atTheProvider(out));
      assertEquals(Map.of(), browser.cookies);
      assertEquals(302, browser.open("/users/7").status());
      assertTrue(gateway.forwarded() == 2, "nothing more came through");
    }
  }
}
