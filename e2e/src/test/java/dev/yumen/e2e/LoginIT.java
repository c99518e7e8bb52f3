package dev.yumen.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Incoming;
import dev.yumen.testkit.Issued;
import dev.yumen.testkit.Pki;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody logs in at an OpenID provider, with Chromium. With {@code -Dscreenshots.write=true} the
 * pictures in docs/images are taken anew.
 */
class LoginIT {
  private static final Pki PKI = Pki.called("Browsers trust it");
  private static final Duration TOKEN_LIFE = Duration.ofSeconds(10);
  private static final int MOST_BYTES = 150 << 10;

  @TempDir static Path folder;

  private static final Shop SHOP = new Shop();
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(SHOP);
  private static final HttpClient HTTP =
      HttpClient.newBuilder().sslContext(PKI.clientContext(null)).build();
  private static GatewayProcess gateway;
  private static OpenIdProvider provider;
  private static String origin;

  /** Serves one page, and orders to who shows a token. */
  private static final class Shop implements Behaviour {
    /** Access tokens that came with requests for orders, each once. */
    final List<String> tokens = new CopyOnWriteArrayList<>();

    @Override
    public void serve(Incoming request) throws IOException {
      Recorded recorded = request.readBody();
      if (!recorded.target().equals("/api/orders")) {
        request.respond(200, Map.of("Content-Type", "text/html"), page());
        return;
      }
      String token = String.valueOf(recorded.header("authorization"));
      if (!tokens.contains(token)) {
        tokens.add(token);
      }
      String text =
          "two orders of %s, one of the %s, asked for with token number %d"
              .formatted(
                  recorded.header("x-name"),
                  recorded.header("x-consumer-groups"),
                  tokens.indexOf(token) + 1);
      request.respond(200, Map.of("Content-Type", "text/plain"), text.getBytes(UTF_8));
    }

    private static byte[] page() throws IOException {
      try (InputStream page = LoginIT.class.getResourceAsStream("shop.html")) {
        return page == null ? new byte[0] : page.readAllBytes();
      }
    }
  }

  @BeforeAll
  static void start() throws IOException {
    Issued site = PKI.server("shop.example.com", "127.0.0.1");
    Files.writeString(folder.resolve("site.pem"), site.chainPem() + site.keyPem());
    Files.writeString(folder.resolve("ca.pem"), PKI.rootPem());
    gateway = GatewayProcess.start(folder, configuration(""));
    origin = "https://shop.example.com:" + gateway.port("https");
    provider = OpenIdProvider.start(folder.resolve("provider"), PKI, origin, TOKEN_LIFE);
    gateway.rewrite(
        configuration(
            """
            filters:
              - oidc-login:
                  issuer: "%s"
                  ca: ca.pem
                  client-id: shop
                  client-secret: known-to-gateway-and-provider
                  cookie-secret: an-example-secret-of-32-bytes-ok
                  scopes: [openid, profile, offline_access]
                  prompt: consent
                  after-logout: /bye
                  claims-to-headers: {name: X-Name}
                  relay-token: true
            """
                .formatted(provider.issuer())));
    gateway.proc().awaitLine("configuration 2 is live", GatewayProcess.PATIENCE);
  }

  private static String configuration(String filters) {
    return """
    listeners:
      https: {address: "127.0.0.1:0", tls: {certificates: {cert: site.pem}}}
    management: {address: "127.0.0.1:0"}
    upstreams:
      shop: {endpoints: "%s"}
    routes:
      - {id: bye, match: {path: /bye}, to: shop}
      - id: shop
        match: {path: "/**"}
        to: shop
    %s
    """
        .formatted(UPSTREAM.address(), filters.indent(4));
  }

  @AfterAll
  static void close() {
    provider.close();
    gateway.close();
    UPSTREAM.close();
    HTTP.close();
  }

  /** What the provider says of an access token. */
  private static int statusAtProvider(String authorization) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(provider.issuer() + "/me"))
            .header("authorization", authorization)
            .build();
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private static void picture(BrowserPage page, String name) throws IOException {
    byte[] png = page.screenshot();
    assertTrue(png.length > 0 && png.length < MOST_BYTES, name + ": " + png.length + " bytes");
    if (Boolean.getBoolean("screenshots.write")) {
      Path images = Path.of("").toAbsolutePath().resolveSibling("docs/images");
      Files.createDirectories(images);
      Files.write(images.resolve("oidc-login-" + name + ".png"), png);
    }
  }

  private static Chromium browser(String home) throws IOException {
    return Chromium.open(folder.resolve(home), PKI.rootPem(), origin + "/catalogue?page=2");
  }

  private static void logInAndCall(BrowserPage page) throws IOException {
    page.awaitText("Sign-in");
    assertTrue(page.url().startsWith(provider.issuer() + "/"), page::url);
    page.type("input[name=login]", "Ann");
    page.type("input[name=password]", "anything");
    picture(page, "provider");
    page.click("button[type=submit]");
    page.awaitText("Authorize");
    page.click("button[type=submit]");
    page.awaitText("My orders");
    assertEquals(origin + "/catalogue?page=2", page.url());
    page.click("#call");
  }

  /** Says yes at the provider, and waits for what the next page says. */
  private static void confirmLogout(BrowserPage page, String then) throws IOException {
    page.awaitText("Do you want to sign-out");
    page.click("button[value=yes]");
    page.awaitText(then);
  }

  @Test
  void somebodyLogsInCallsAnApiGoesOnWithNewTokensAndLogsOut() throws IOException {
    try (Chromium browser = browser("home");
        BrowserPage page = browser.page()) {
      logInAndCall(page);
      page.awaitText(
          "200\ntwo orders of Ann Example, one of the customers, asked for with token number 1");
      String first = SHOP.tokens.getFirst();
      assertEquals(200, statusAtProvider(first));

      Eventually.within(
          GatewayProcess.PATIENCE, "the token is over", () -> statusAtProvider(first) == 401);
      page.click("#call");
      page.awaitText("token number 2");
      picture(page, "refreshed");
      assertEquals(200, statusAtProvider(SHOP.tokens.getLast()));
      assertTrue(gateway.metric("gateway_oidc_refreshes_total", "\"ok\"") >= 1);

      page.click("#logout");
      confirmLogout(page, "You are logged out");
      assertTrue(page.url().startsWith(origin + "/bye"), page::url);
      page.click("#call");
      page.awaitText("GET /api/orders: 401");
      picture(page, "logged-out");
      assertEquals(2, SHOP.tokens.size());

      page.open(origin + "/");
      page.awaitText("Sign-in");
    }
  }

  private static double logoutsTold() {
    return gateway.metric("gateway_oidc_logouts_total", "\"back_channel\"");
  }

  @Test
  void aLogoutAtTheProviderIsOneHere() throws IOException {
    try (Chromium browser = browser("home-2");
        BrowserPage page = browser.page()) {
      logInAndCall(page);
      page.awaitText("GET /api/orders: 200");
      double before = logoutsTold();
      page.open(provider.issuer() + "/session/end");
      confirmLogout(page, "Sign-out Success");
      Eventually.within(GatewayProcess.PATIENCE, provider.output(), () -> logoutsTold() > before);
      page.open(origin + "/catalogue");
      page.awaitText("Sign-in");
    }
  }
}
