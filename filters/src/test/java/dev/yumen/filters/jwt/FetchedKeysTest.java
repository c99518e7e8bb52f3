package dev.yumen.filters.jwt;

import static dev.yumen.filters.jwt.JwtFilterTest.assertInvalid;
import static dev.yumen.filters.jwt.JwtFilterTest.bearer;
import static dev.yumen.filters.jwt.Tokens.ED25519;
import static dev.yumen.filters.jwt.Tokens.P256;
import static dev.yumen.filters.jwt.Tokens.RSA;
import static dev.yumen.filters.jwt.Tokens.claims;
import static dev.yumen.filters.jwt.Tokens.jwk;
import static dev.yumen.filters.jwt.Tokens.signed;
import static dev.yumen.testkit.Behaviours.respond;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Pki;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A provider over a real socket, and what a gateway makes of what it sends. */
class FetchedKeysTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String GOOD = Tokens.set(jwk("rsa", RSA.getPublic()));

  private volatile Behaviour now = respond(200, GOOD);
  private final ScriptedUpstream provider = ScriptedUpstream.start(request -> now.serve(request));

  @AfterEach
  void stop() {
    provider.close();
  }

  private static String rs256() {
    return signed("RS256", "\"kid\":\"rsa\"", claims(""), RSA.getPrivate());
  }

  private FilterHarness gateway(String more) {
    return FilterHarness.of(
        "- jwt: {jwks: {url: 'http://%s/keys', allow-http: true%s}}"
            .formatted(provider.address(), more));
  }

  private static int status(FilterHarness gateway, String token) {
    return gateway.get("/", bearer(token)).status();
  }

  private static String metrics(FilterHarness gateway) {
    return new String(gateway.gateway().metrics().scrape(null, null).body(), UTF_8);
  }

  @Test
  void theFirstRequestWaitsForTheKeys() {
    try (FilterHarness gateway = gateway("")) {
      assertEquals(200, status(gateway, rs256()));
      assertEquals(200, status(gateway, rs256()));
      assertEquals(1, provider.requests().size());
      assertEquals("/keys", provider.requests().getFirst().target());
    }
  }

  @Test
  void aSetBeyondMaxSizeIsNotTaken() {
    try (FilterHarness gateway = gateway(", max-size: 64B")) {
      assertEquals(503, status(gateway, rs256()));
    }
  }

  /** As Dex, Keycloak and Auth0 name themselves. */
  @ParameterizedTest
  @ValueSource(strings = {"", "/realms/shop", "/"})
  void keysAreFoundByTheIssuer(String path) {
    String base = "http://" + provider.address();
    String issuer = base + path;
    String page = path.equals("/") ? "" : path;
    now =
        request ->
            (request.recorded().target().equals(page + "/.well-known/openid-configuration")
                    ? respond(
                        200, "{\"issuer\":\"%s\",\"jwks_uri\":\"%s/jwks\"}".formatted(issuer, base))
                    : respond(200, GOOD))
                .serve(request);
    try (FilterHarness gateway =
        FilterHarness.of("- jwt: {issuer: '" + issuer + "', jwks: {allow-http: true}}")) {
      String claims = claims("\"iss\":\"" + issuer + "\"");
      assertEquals(200, status(gateway, signed("RS256", "", claims, RSA.getPrivate())));
      assertInvalid(gateway.get("/", bearer(rs256())));
      assertEquals("/jwks", provider.requests().getLast().target());
    }
  }

  @Test
  void aDocumentOfAnotherIssuerIsNotBelieved() {
    String issuer = "http://" + provider.address();
    now = respond(200, "{\"issuer\":\"https://evil\",\"jwks_uri\":\"%s/jwks\"}".formatted(issuer));
    try (FilterHarness gateway =
        FilterHarness.of("- jwt: {issuer: '" + issuer + "', jwks: {allow-http: true}}")) {
      String token = signed("RS256", "", claims("\"iss\":\"" + issuer + "\""), RSA.getPrivate());
      assertEquals(503, status(gateway, token));
    }
  }

  @Test
  void withoutKeysItIs503UntilTheProviderIsThere() {
    now = Behaviours.close();
    try (FilterHarness gateway = gateway("")) {
      RawResponse answer = gateway.get("/", bearer(rs256()));
      assertEquals(503, answer.status());
      assertTrue(answer.text().contains("AUTH_UNAVAILABLE"), answer::text);
      assertEquals(401, gateway.get("/").status());
      assertInvalid(gateway.get("/", bearer("rubbish")));
      now = respond(200, GOOD);
      Eventually.within(PATIENCE, () -> status(gateway, rs256()) == 200);
    }
  }

  static List<Bad> bad() {
    return List.of(
        new Bad("content", respond(200, "<html>login</html>")),
        new Bad("content", respond(200, "")),
        new Bad("content", respond(200, "{}")),
        new Bad("content", respond(200, "{\"keys\":{}}")),
        new Bad("content", respond(200, GOOD + GOOD)),
        new Bad("no_keys", respond(200, Tokens.set())),
        new Bad("no_keys", respond(200, Tokens.set("7", "{}", "{\"kty\":\"XYZ\"}"))),
        new Bad(
            "no_keys", respond(200, Tokens.set("{\"kty\":\"oct\",\"k\":\"" + secret() + "\"}"))),
        new Bad("no_keys", respond(200, Tokens.set(weak()))),
        new Bad("no_keys", respond(200, GOOD.replace("\"kty\"", "\"use\":\"enc\",\"kty\""))),
        new Bad("no_keys", respond(200, GOOD.replace("\"kty\"", "\"alg\":\"none\",\"kty\""))),
        new Bad("too_large", respond(200, GOOD + " ".repeat(65_536))),
        new Bad("status", respond(404, GOOD)),
        new Bad("status", respond(204, "")),
        new Bad("redirect", moved("http://127.0.0.1:9/keys")),
        new Bad("redirect", moved("https://evil.example/keys")),
        new Bad("redirect", moved("/keys")),
        new Bad("timeout", Behaviours.neverAnswer()),
        new Bad(
            "timeout",
            Behaviours.write("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{")
                .then(Behaviours.neverAnswer())),
        new Bad("unreachable", Behaviours.raw("nonsense\r\n\r\n")),
        new Bad("unreachable", Behaviours.close()));
  }

  record Bad(String result, Behaviour behaviour) {
    @Override
    public String toString() {
      return result;
    }
  }

  private static String secret() {
    return Tokens.part(Tokens.SECRET);
  }

  private static String weak() {
    return jwk("weak", Tokens.pair("RSA", "1024").getPublic());
  }

  private static Behaviour moved(String to) {
    return respond(302, Map.of("Location", to), "");
  }

  @ParameterizedTest
  @MethodSource("bad")
  void whatIsNoSetOfKeysLeavesTheLastGoodOnes(Bad bad) {
    boolean slow = bad.result.equals("timeout");
    try (FilterHarness gateway = gateway(slow ? ", timeout: 500ms" : "")) {
      Eventually.within(PATIENCE, () -> status(gateway, rs256()) == 200);
      now = bad.behaviour;
      String unknown = signed("RS256", "\"kid\":\"new\"", claims(""), RSA.getPrivate());
      assertInvalid(gateway.get("/", bearer(unknown)));
      String other = signed("RS256", "\"kid\":\"rsa\"", claims("\"x\":1"), RSA.getPrivate());
      assertEquals(200, status(gateway, other));
      assertTrue(
          metrics(gateway).matches("(?s).*result=\"" + bad.result + "\"} [1-9].*"), bad.result);
    }
  }

  /** An https provider whose authority only the setting names. */
  @Test
  void httpsIsTrustedByItsAuthorityAlone(@TempDir Path folder) throws IOException {
    Pki pki = Pki.called("provider");
    Path ca = Files.writeString(folder.resolve("ca.pem"), pki.rootPem());
    HttpsServer https =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    https.setHttpsConfigurator(
        new HttpsConfigurator(Pki.context(pki.server("localhost"), pki.root())));
    https.createContext(
        "/keys",
        exchange -> {
          byte[] body = GOOD.getBytes(UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    https.start();
    String url = "https://localhost:" + https.getAddress().getPort() + "/keys";
    try (FilterHarness trusting =
            FilterHarness.of("- jwt: {jwks: {url: '%s', ca: '%s'}}".formatted(url, ca));
        FilterHarness other = FilterHarness.of("- jwt: {jwks: '%s'}".formatted(url))) {
      assertEquals(200, status(trusting, rs256()));
      assertEquals(503, status(other, rs256()));
    } finally {
      https.stop(0);
    }
  }

  @Test
  void aRedirectOnTheSameServerIsFollowed() {
    now =
        request ->
            (request.recorded().target().equals("/keys") ? moved("/real") : respond(200, GOOD))
                .serve(request);
    try (FilterHarness gateway = gateway("")) {
      assertEquals(200, status(gateway, rs256()));
    }
  }

  @Test
  void aProviderThatIsGoneDoesNotMatterToKnownKeys() {
    try (FilterHarness gateway = gateway(", refresh: 1s")) {
      assertEquals(200, status(gateway, rs256()));
      provider.close();
      Eventually.within(
          PATIENCE, () -> metrics(gateway).matches("(?s).*result=\"unreachable\"} [1-9].*"));
      String fresh = signed("RS256", "\"kid\":\"rsa\"", claims("\"x\":1"), RSA.getPrivate());
      assertEquals(200, status(gateway, fresh));
    }
  }

  @Test
  void oldKeysCountNoLongerThanSettingsSay() {
    try (FilterHarness gateway = gateway(", refresh: 1s, keep: 1s")) {
      assertEquals(200, status(gateway, rs256()));
      now = respond(500, "");
      Eventually.within(
          PATIENCE, () -> metrics(gateway).matches("(?s).*result=\"status\"} [1-9].*"));
      assertEquals(200, status(gateway, rs256()), "old keys count at first");
      Eventually.within(PATIENCE, () -> status(gateway, rs256()) == 503);
      assertEquals(503, status(gateway, rs256()));
      now = respond(200, GOOD);
      Eventually.within(PATIENCE, () -> status(gateway, rs256()) == 200);
    }
  }

  @Test
  void keysAreFetchedAgainBeforeTheyAreOld() {
    try (FilterHarness gateway = gateway(", refresh: 1s, refetch: 1h")) {
      assertEquals(200, status(gateway, rs256()));
      now = respond(200, Tokens.set(jwk("ed", ED25519.getPublic())));
      String ed = signed("EdDSA", "\"kid\":\"ed\"", claims(""), ED25519.getPrivate());
      Eventually.within(PATIENCE, () -> status(gateway, ed) == 200);
      assertInvalid(gateway.get("/", bearer(rs256())));
    }
  }

  @Test
  void aTokenWhoseKeyIsGoneIsForgottenAndOthersAreNot() {
    now = respond(200, Tokens.set(jwk("rsa", RSA.getPublic()), jwk("p", P256.getPublic())));
    try (FilterHarness gateway = gateway(", refetch: 100ms")) {
      String rsa = rs256();
      String ec = signed("ES256", "\"kid\":\"p\"", claims(""), P256.getPrivate());
      assertEquals(200, status(gateway, rsa));
      assertEquals(200, status(gateway, ec));
      now = respond(200, Tokens.set(jwk("ed", ED25519.getPublic()), jwk("p", P256.getPublic())));
      String ed = signed("EdDSA", "\"kid\":\"ed\"", claims(""), ED25519.getPrivate());
      assertEquals(200, status(gateway, ed));
      assertEquals(200, status(gateway, ec));
      assertTrue(metrics(gateway).contains("result=\"cached\",route=\"test\"} 1"));
      assertInvalid(gateway.get("/", bearer(rsa)));
    }
  }

  @Test
  void unknownKeysAreLookedForOnceInAWhile() {
    try (FilterHarness gateway = gateway("")) {
      assertEquals(200, status(gateway, rs256()));
      for (int i = 0; i < 20; i++) {
        String header = "\"kid\":\"" + i + "\"";
        assertInvalid(
            gateway.get("/", bearer(signed("RS256", header, claims(""), RSA.getPrivate()))));
      }
      assertEquals(2, provider.requests().size());
    }
  }

  @Test
  void stateSurvivesAReload() {
    try (FilterHarness gateway = gateway("")) {
      assertEquals(200, status(gateway, rs256()));
      String filter =
          "- jwt: {scopes: read, jwks: {url: 'http://%s/keys', allow-http: true}}"
              .formatted(provider.address());
      assertEquals(List.of(), gateway.reload(filter));
      assertEquals(403, status(gateway, rs256()));
      assertEquals(1, provider.requests().size());
    }
  }

  /** Tokens of a new key are shown from the moment on at which the provider has it. */
  @Test
  void rotationUnderRequestsCostsNoValidToken() throws InterruptedException {
    try (FilterHarness gateway = gateway(", refetch: 100ms")) {
      assertEquals(200, status(gateway, rs256()));
      AtomicBoolean over = new AtomicBoolean();
      ConcurrentLinkedQueue<String> failed = new ConcurrentLinkedQueue<>();
      List<String> tokens = new CopyOnWriteArrayList<>(List.of(rs256()));
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        clients.add(Thread.ofVirtual().start(() -> request(gateway, tokens, over, failed)));
      }
      List<String> keys = new ArrayList<>(List.of(jwk("rsa", RSA.getPublic())));
      for (int i = 0; i < 5; i++) {
        KeyPair pair = Tokens.pair("EC", "secp256r1");
        keys.add(jwk("k" + i, pair.getPublic()));
        now = respond(200, Tokens.set(keys.toArray(String[]::new)));
        int before = provider.requests().size();
        tokens.add(signed("ES256", "\"kid\":\"k" + i + "\"", claims(""), pair.getPrivate()));
        Eventually.within(PATIENCE, () -> provider.requests().size() > before);
        long until = System.nanoTime() + Duration.ofMillis(150).toNanos();
        Eventually.within(PATIENCE, () -> System.nanoTime() > until);
      }
      over.set(true);
      for (Thread client : clients) {
        client.join();
      }
      assertEquals(List.of(), List.copyOf(failed));
      assertTrue(gateway.forwarded() > 20, () -> gateway.forwarded() + " requests");
    }
  }

  private static void request(
      FilterHarness gateway,
      List<String> tokens,
      AtomicBoolean over,
      ConcurrentLinkedQueue<String> failed) {
    for (int i = 0; !over.get(); i++) {
      RawResponse answer = gateway.get("/", bearer(tokens.get(i % tokens.size())));
      if (answer.status() != 200) {
        failed.add(answer.status() + " " + answer.text());
      }
    }
  }
}
