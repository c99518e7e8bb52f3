package dev.yumen.control.diagnose;

import static dev.yumen.control.diagnose.LiveGateway.seen;
import static dev.yumen.control.diagnose.LiveGateway.step;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Clients that do not get in, asked of a gateway that runs. */
class AuthTreeTest {
  private static final String SECRET = "0123456789abcdef0123456789abcdef";
  private static final String ROUTES =
      """
      consumers:
        - {name: ann, groups: [staff], credentials: [{api-key: ann-key-000000000}]}
        - {name: bob, credentials: [{api-key: bob-key-000000000}]}
      routes:
        - id: api
          match: {path: /api/**}
          filters:
            - jwt: {secret: %s, issuer: me, audience: orders, scopes: [read]}
          respond: {body: in}
        - id: keys
          match: {path: /keys}
          filters:
            - api-key: {}
            - acl: {allow: {groups: [staff]}}
          respond: {body: in}
        - id: open
          match: {path: /open}
          respond: {body: in}
      """
          .formatted(SECRET);

  @TempDir Path folder;

  private static String token(String secret, String claims) throws GeneralSecurityException {
    Base64.Encoder text = Base64.getUrlEncoder().withoutPadding();
    String signed =
        text.encodeToString("{\"alg\":\"HS256\"}".getBytes(StandardCharsets.UTF_8))
            + "."
            + text.encodeToString(claims.getBytes(StandardCharsets.UTF_8));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return signed
        + "."
        + text.encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
  }

  private static String claims(String audience, long seconds, String scope) {
    return "{\"iss\":\"me\",\"sub\":\"ann-of-tokens\",\"aud\":\"%s\",\"exp\":%d,\"scope\":\"%s\"}"
        .formatted(audience, Instant.now().getEpochSecond() + seconds, scope);
  }

  private static String asked(String path, String header) {
    return "{\"tree\":\"auth\",\"url\":\"http://localhost%s\",\"headers\":{%s}}"
        .formatted(path, header);
  }

  private static String bearing(String token) {
    return asked("/api/1", "\"Authorization\":\"Bearer " + token + "\"");
  }

  @Test
  void eachTroubleOfATokenIsFoundAtItsStep() throws Exception {
    try (LiveGateway gateway = LiveGateway.forgetful(folder, ROUTES)) {
      JsonNode missing = gateway.diagnose(asked("/api/1", ""));
      assertEquals("header", missing.get("conclusion").asString());
      assertEquals("found no-credential", seen(missing, "header"));
      assertEquals("not-known not-looked", seen(missing, "signature"));
      JsonNode evidence = step(missing, "header").at("/evidence/0");
      assertEquals("yumen.yaml:12", evidence.get("at").asString());
      assertEquals("jwt refuses with 401 AUTH_MISSING: no token.", evidence.get("text").asString());
      assertTrue(evidence.get("advice").asString().startsWith("Send the credential where jwt"));

      String good = claims("orders", 60, "read");
      String other = "x".repeat(32);
      JsonNode forged = gateway.diagnose(bearing(token(other, good)));
      assertEquals("signature", forged.get("conclusion").asString());
      assertEquals("found not-signed-so", seen(forged, "signature"));
      assertEquals("good looked-good", seen(forged, "header"));
      assertEquals("not-known not-looked", seen(forged, "claims"));

      JsonNode old = gateway.diagnose(bearing(token(SECRET, claims("orders", -90, "read"))));
      assertEquals("expiry", old.get("conclusion").asString());
      assertEquals("found expired", seen(old, "expiry"));
      assertEquals("not-known not-looked", seen(old, "signature"), "checked after it");

      JsonNode elsewhere = gateway.diagnose(bearing(token(SECRET, claims("x", 60, "read"))));
      assertEquals("claims", elsewhere.get("conclusion").asString());
      assertEquals("found other-audience", seen(elsewhere, "claims"));
      assertEquals("good looked-good", seen(elsewhere, "expiry"));

      JsonNode unable = gateway.diagnose(bearing(token(SECRET, claims("orders", 60, "write"))));
      assertEquals("rule", unable.get("conclusion").asString());
      assertEquals("found scope-missing", seen(unable, "rule"));
      for (String check : new String[] {"header", "signature", "expiry", "claims"}) {
        assertEquals("good looked-good", seen(unable, check), check);
      }

      JsonNode in = gateway.diagnose(bearing(token(SECRET, good)));
      assertTrue(in.get("conclusion").isNull(), in::toString);
      assertEquals("Nothing is wrong as far as the gateway sees.", in.get("text").asString());
    }
  }

  @Test
  void keysAndRulesAreToldApart() throws Exception {
    try (LiveGateway gateway = LiveGateway.forgetful(folder, ROUTES)) {
      JsonNode wrong = gateway.diagnose(asked("/keys", "\"X-API-Key\":\"s3cret-that-is-wrong\""));
      assertEquals("found unknown-credential", seen(wrong, "signature"));
      assertEquals("not-known not-reached", seen(wrong, "rule"), "acl was not reached");
      assertEquals("good nobody-asks", seen(wrong, "expiry"));

      JsonNode bob = gateway.diagnose(asked("/keys", "\"X-API-Key\":\"bob-key-000000000\""));
      assertEquals("rule", bob.get("conclusion").asString());
      assertEquals("found not-allowed", seen(bob, "rule"));
      assertEquals("yumen.yaml:18", step(bob, "rule").at("/evidence/0/at").asString());
      assertFalse((wrong + "" + bob).contains("s3cret"), "no credential is repeated");
      assertFalse((wrong + "" + bob).contains("key-000000000"), "no credential is repeated");
    }
  }

  @Test
  void whatIsNoMatterOfAuthenticationIsSaid() throws Exception {
    try (LiveGateway gateway = LiveGateway.forgetful(folder, ROUTES)) {
      assertEquals("found no-route", seen(gateway.diagnose(asked("/none", "")), "route"));
      JsonNode open = gateway.diagnose(asked("/open", ""));
      assertTrue(open.get("conclusion").isNull(), open::toString);
      assertEquals("good nobody-asks", seen(open, "header"));
      assertEquals("good gateway-answers", seen(open, "service"));
    }
  }

  @Test
  void whatOnlyASentRequestTellsComesWithTheWayToRecordOne() throws Exception {
    String yaml =
        """
        upstreams: {users: {endpoints: "127.0.0.1:1"}}
        routes:
          - id: users
            match: {path: /users}
            filters: [forward-auth: {upstream: users, path: /auth}]
            to: users
        """;
    try (LiveGateway gateway = LiveGateway.forgetful(folder, yaml)) {
      JsonNode told = gateway.diagnose(asked("/users", ""));
      assertEquals("not-known would-ask", seen(told, "header"));
      assertEquals("not-known service-decides", seen(told, "service"));
      for (String check : List.of("header", "service")) {
        String advice = step(told, check).at("/evidence/0/advice").asString();
        assertTrue(advice.contains("set recording: 10000, send it"), told::toString);
      }
    }
  }

  @Test
  void ofARecordedRequestTheCredentialIsNotKnown() throws Exception {
    try (LiveGateway gateway = LiveGateway.recording(folder, ROUTES)) {
      assertEquals(401, gateway.send("/api/1", "Authorization: Bearer not.a.token"));
      gateway.recorded(1);
      JsonNode told = gateway.diagnose("{\"tree\":\"auth\",\"id\":\"" + gateway.newest() + "\"}");
      assertTrue(told.get("conclusion").isNull(), told::toString);
      assertEquals("not-known untried", seen(told, "claims"));
      assertEquals("suspect recorded-refusal", seen(told, "signature"));
      assertEquals("401 AUTH_INVALID", told.at("/about/answered").asString());

      assertEquals(401, gateway.send("/api/1"));
      gateway.recorded(2);
      JsonNode bare = gateway.diagnose("{\"tree\":\"auth\",\"id\":\"" + gateway.newest() + "\"}");
      assertEquals("header", bare.get("conclusion").asString(), "nothing of it was hidden");
    }
  }

  @Test
  void aServiceThatRefusesIsNotTakenForTheGateway() throws Exception {
    try (ScriptedUpstream service = ScriptedUpstream.start(Behaviours.respond(403, "no"));
        LiveGateway gateway =
            LiveGateway.recording(
                folder,
                """
                upstreams: {users: {endpoints: ["127.0.0.1:%d"]}}
                routes: [{id: users, match: {path: /users}, to: users}]
                """
                    .formatted(service.port()))) {
      assertEquals(403, gateway.send("/users"));
      gateway.recorded(1);
      JsonNode told = gateway.diagnose("{\"tree\":\"auth\",\"id\":\"" + gateway.newest() + "\"}");
      assertEquals("service", told.get("conclusion").asString());
      assertEquals("found service-refused", seen(told, "service"));
    }
  }

  @Test
  void chineseIsSpoken() throws Exception {
    try (LiveGateway gateway = LiveGateway.forgetful(folder, ROUTES)) {
      RawResponse answer = gateway.ask("?lang=zh", asked("/api/1", ""));
      assertTrue(
          answer.text().contains("是否携带凭证：jwt 以 401 AUTH_MISSING 拒绝：no token。"), answer::text);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{                                              | 400 | the body is no JSON",
        "[]                                             | 422 | expected: an object",
        "{}                                             | 422 | tree: missing (expected: timeouts or auth)",
        "{\"tree\":\"dns\"}                             | 422 | tree: dns",
        "{\"tree\":\"auth\"}                            | 422 | url: missing",
        "{\"tree\":\"auth\",\"route\":\"api\"}          | 422 | route (with the tree auth known: ",
        "{\"tree\":\"auth\",\"id\":\"a\",\"url\":\"b\"} | 422 | id (expected: without anything",
        "{\"tree\":\"auth\",\"id\":\"a\"}               | 503 | no requests are recorded",
        "{\"tree\":\"auth\",\"url\":\"ftp://a/\"}       | 422 | that begins with http:// or",
        "{\"tree\":\"auth\",\"url\":\"a\",\"headers\":1}| 422 | headers (expected: an object",
        "{\"tree\":\"timeouts\",\"url\":\"/\"}          | 422 | url (with the tree timeouts known: ",
        "{\"tree\":\"timeouts\",\"route\":\"x\"}        | 404 | no route x",
        "{\"tree\":\"timeouts\",\"upstream\":\"x\"}     | 404 | no upstream x",
        "{\"tree\":\"timeouts\",\"since\":\"1s\"}       | 422 | since: 1s (expected: 10s to 24h)",
        "{\"tree\":\"timeouts\",\"since\":5}            | 422 | since: 5 (expected: a text)",
        "{\"tree\":\"timeouts\",\"probe\":\"yes\"}      | 422 | (expected: true or false)",
        "{\"tree\":\"timeouts\",\"what\":1}             | 422 | what (known: ",
      })
  void badInputIsRefused(String body, int status, String said) throws Exception {
    try (LiveGateway gateway = LiveGateway.forgetful(folder, ROUTES)) {
      RawResponse answer = gateway.ask("", body.strip());
      assertEquals(status, answer.status(), answer::text);
      assertTrue(answer.text().contains(said.strip()), answer::text);
    }
  }

  @Test
  void anUnknownIdIsNotFound() throws Exception {
    try (LiveGateway gateway = LiveGateway.recording(folder, ROUTES)) {
      RawResponse answer = gateway.ask("", "{\"tree\":\"auth\",\"id\":\"none\"}");
      assertEquals(404, answer.status(), answer::text);
    }
  }

  @Test
  void aViewerSeesTimeoutsAlone() throws Exception {
    String tokens =
        """
        admin:
          address: "127.0.0.1:0"
          tokens:
            - {name: eve, token: viewer-0123456789}
            - {name: olga, token: operator-0123456789, role: operator}
        """;
    try (LiveGateway gateway = LiveGateway.start(folder, tokens + ROUTES)) {
      String eve = "Authorization: Bearer viewer-0123456789";
      String olga = "Authorization: Bearer operator-0123456789";
      assertEquals(200, gateway.ask("", "{\"tree\":\"timeouts\"}", eve).status());
      assertEquals(403, gateway.ask("", asked("/keys", ""), eve).status());
      String probe = "{\"tree\":\"timeouts\",\"probe\":true}";
      assertEquals(403, gateway.ask("", probe, eve).status());
      assertEquals(200, gateway.ask("", asked("/keys", ""), olga).status());
      assertEquals(200, gateway.ask("", probe, olga).status());
      assertEquals(401, gateway.ask("", probe).status());
    }
  }
}
