package dev.yumen.filters.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.filters.security.HmacSha256;
import dev.yumen.testkit.ManualClock;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HmacAuthFilterTest {
  private static final String SECRET = "a secret of more than 32 bytes, of ann";
  private static final String CONSUMERS =
      """
      consumers:
        - {name: ann, groups: [vip], credentials: [{hmac: {key-id: ann-1, secret: "%s"}}]}
      """
          .formatted(SECRET);
  private static final String USUAL = "\"@method\" \"@authority\" \"@path\" \"@query\"";
  private static final String BODY = "{\"hello\": \"world\"}";

  /** 18:02:57 of a day in 2021. */
  private static final long NOW = 1618884473L;

  private final ManualClock clock = new ManualClock(Instant.ofEpochSecond(NOW));

  private FilterHarness gateway(String settings) {
    String yaml =
        """
        listeners: {http: {address: "127.0.0.1:8080"}}
        upstreams: {users: {endpoints: ["127.0.0.1:9001"]}}
        %s
        routes:
          - {id: test, match: {path: "/**"}, to: users, filters: [{hmac-auth: %s}]}
        """
            .formatted(CONSUMERS, settings);
    return FilterHarness.run(yaml, Path.of("target").toAbsolutePath(), clock);
  }

  /** A request that signs itself, with parts that can be made wrong. */
  private static final class Signed {
    private String method = "GET";
    private String target = "/a?b=c";
    private String host = "shop.test";
    private String covered = USUAL;
    private String parameters = ";created=" + NOW + ";keyid=\"ann-1\"";
    private String fields = "";
    private String body = "";
    private String secret = SECRET;

    Signed parameters(String text) {
      parameters = text;
      return this;
    }

    Signed secret(String text) {
      secret = text;
      return this;
    }

    Signed covered(String list) {
      covered = list;
      return this;
    }

    /** With its length, and its digest covered. */
    Signed body(String text) {
      method = "POST";
      body = text;
      covered = USUAL + " \"content-digest\"";
      fields = "Content-Digest: sha-256=:" + digest("SHA-256", text) + ":\r\n";
      fields += "Content-Length: " + text.length() + "\r\n";
      return this;
    }

    private String value(String component) {
      int mark = target.indexOf('?');
      return switch (component) {
        case "@method" -> method;
        case "@authority" -> host;
        case "@scheme" -> "http";
        case "@path" -> mark < 0 ? target : target.substring(0, mark);
        case "@query" -> mark < 0 ? "?" : target.substring(mark);
        case "@request-target" -> target;
        case "@target-uri" -> "http://" + host + target;
        default -> fieldValue(component);
      };
    }

    private String fieldValue(String name) {
      for (String line : fields.split("\r\n", -1)) {
        if (line.toLowerCase(java.util.Locale.ROOT).startsWith(name + ": ")) {
          return line.substring(name.length() + 2);
        }
      }
      return "";
    }

    String input() {
      return "(" + covered + ")" + parameters;
    }

    String code() {
      StringBuilder base = new StringBuilder();
      for (String component : covered.isEmpty() ? new String[0] : covered.split(" ", -1)) {
        String name = component.replace("\"", "");
        base.append(component).append(": ").append(value(name)).append('\n');
      }
      base.append("\"@signature-params\": ").append(input());
      byte[] code = new HmacSha256(secret.getBytes(UTF_8)).of(base.toString().getBytes(UTF_8));
      return Base64.getEncoder().encodeToString(code);
    }

    String text() {
      return text("sig=" + input(), "sig=:" + code() + ":");
    }

    String text(String input, String signature) {
      return (method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + fields)
          + ("Signature-Input: " + input + "\r\nSignature: " + signature + "\r\n\r\n")
          + body;
    }
  }

  private static String digest(String algorithm, String text) {
    try {
      byte[] digest = MessageDigest.getInstance(algorithm).digest(text.getBytes(UTF_8));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static RawResponse send(FilterHarness gateway, String request) {
    try (RawClient client = gateway.connect()) {
      return client.send(request).readResponse();
    }
  }

  private void assertRefused(String request) {
    try (FilterHarness gateway = gateway("{}")) {
      RawResponse answer = send(gateway, request);
      assertEquals(401, answer.status(), request);
      assertTrue(answer.text().contains("AUTH_INVALID"), answer::text);
      assertEquals("Signature realm=\"yumen\"", answer.header("WWW-Authenticate"));
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void aSignedRequestBecomesItsConsumersAndTheSignatureStaysHere() {
    try (FilterHarness gateway = gateway("{}")) {
      assertEquals(200, send(gateway, new Signed().text()).status());
      assertEquals("ann", gateway.seen().header("X-Consumer-ID"));
      assertNull(gateway.seen().header("Signature"));
      assertNull(gateway.seen().header("Signature-Input"));
    }
    try (FilterHarness gateway = gateway("{hide-credentials: false}")) {
      String request = new Signed().text();
      assertEquals(200, send(gateway, request).status());
      assertTrue(request.contains(gateway.seen().header("Signature")));
    }
  }

  /** RFC 9421 §B.2.5, with the secret of §B.1.5. */
  @Test
  void theExampleOfTheStandardIsVerified() {
    String yaml =
        """
        listeners: {http: {address: "127.0.0.1:8080"}}
        upstreams: {users: {endpoints: ["127.0.0.1:9001"]}}
        consumers:
          - name: rfc
            credentials:
              - hmac:
                  key-id: test-shared-secret
                  secret: "base64:uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="
        routes:
          - id: test
            match: {path: "/**"}
            filters: [{hmac-auth: {covered: [date, "@authority", content-type]}}]
            to: users
        """;
    String head =
        "POST /foo?param=Value&Pet=dog HTTP/1.1\r\nHost: example.com\r\n"
            + "Date: Tue, 20 Apr 2021 02:07:55 GMT\r\nContent-Type: application/json\r\n"
            + "Signature-Input: sig-b25=(\"date\" \"@authority\" \"content-type\")"
            + ";created=1618884473;keyid=\"test-shared-secret\"\r\n"
            + "Signature: sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:\r\n";
    try (FilterHarness gateway = FilterHarness.run(yaml, Path.of("target"), clock)) {
      assertEquals(200, send(gateway, head + "Content-Length: 0\r\n\r\n").status());
      assertEquals("rfc", gateway.seen().header("X-Consumer-ID"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"@method\" \"@target-uri\" \"@authority\" \"@path\" \"@query\"",
        "\"@query\" \"@path\" \"@authority\" \"@method\" \"@scheme\" \"@request-target\"",
        "\"@method\" \"host\" \"@authority\" \"@path\" \"@query\"",
      })
  void moreThanMustBeCoveredMayBe(String covered) {
    try (FilterHarness gateway = gateway("{}")) {
      Signed request = new Signed().covered(covered);
      request.fields = covered.contains("host") ? "" : "X-Any: thing\r\n";
      String text = covered.contains("host") ? signedHost(request) : request.text();
      assertEquals(200, send(gateway, text).status());
    }
  }

  /** Host is a field like others when it is covered. */
  private static String signedHost(Signed request) {
    request.fields = "host: shop.test\r\n";
    String text = request.text();
    return text.replaceFirst("host: shop.test\r\n", "");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET /a?b=c          | POST /a?b=c",
        "GET /a?b=c          | GET /b?b=c",
        "GET /a?b=c          | GET /a?b=d",
        "GET /a?b=c          | GET /a",
        "Host: shop.test     | Host: shop.test:81",
        "Host: shop.test     | Host: other.test",
        ";keyid=\"ann-1\"    | ;keyid=\"ann-2\"",
        ";keyid=\"ann-1\"    | ;keyid=\"ann-1\";nonce=\"x\"",
        ";created=1618884473 | ;created=1618884474",
        "\"@query\")         | \"@query\" \"host\")",
        "sig=:               | sig=:AAAA",
      })
  void aChangedRequestIsRefused(String signed, String sent) {
    String text = new Signed().text();
    assertTrue(text.contains(signed), text);
    assertRefused(text.replace(signed, sent));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''",
        ";keyid=\"ann-1\"",
        ";created=1618884473",
        ";created=\"1618884473\";keyid=\"ann-1\"",
        ";created=1618884473.0;keyid=\"ann-1\"",
        ";created=01618884473;keyid=\"ann-1\"",
        ";created=-1618884473;keyid=\"ann-1\"",
        ";created=9999999999999999;keyid=\"ann-1\"",
        ";created=1618884473;keyid=ann-1",
        ";created=1618884473;keyid=\"ann-1\";keyid=\"ann-1\"",
        ";created=1618884473;keyid=\"ann-1\";alg=\"none\"",
        ";created=1618884473;keyid=\"ann-1\";alg=\"rsa-v1_5-sha256\"",
        ";created=1618884473;expires=1618884000;keyid=\"ann-1\"",
        ";created=1618884172;keyid=\"ann-1\"",
        ";created=1618884504;keyid=\"ann-1\"",
      })
  void parametersThatWillNotDoAreRefusedThoughTheyAreSigned(String parameters) {
    assertRefused(new Signed().parameters(parameters).text());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\"@method\" \"@authority\" \"@path\"",
        "\"@method\" \"@authority\" \"@path\" \"@query\" \"x-missing\"",
        "\"@method\" \"@authority\" \"@path\" \"@query\" \"@status\"",
        "\"@method\" \"@authority\" \"@path\" \"@query\" \"@path\"",
        "\"@method\" \"@authority\" \"@path\" \"@query\" \"X-Any\"",
        "\"@method\";req \"@authority\" \"@path\" \"@query\"",
      })
  void aSignatureThatDoesNotCoverWhatItMustIsRefused(String covered) {
    assertRefused(new Signed().covered(covered).text());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "IN                | ''",
        "''                | SIG",
        "IN, b=();created=1 | SIG",
        "IN, IN            | SIG",
        "IN                | SIG, SIG",
        "IN                | other=:AAAA:",
        "IN                | sig=AAAA",
        "IN                | sig=:A:",
        "IN                | sig=::",
        "sig=(             | SIG",
        "sig=(\"@method    | SIG",
        "sig=\"@method\"   | SIG",
        "SIG=()            | SIG",
        "IN,               | SIG",
        "IN;               | SIG",
      })
  void fieldsThatCannotBeReadAreRefused(String input, String signature) {
    Signed request = new Signed();
    assertRefused(
        request.text(
            input.replace("IN", "sig=" + request.input()),
            signature.replace("SIG", "sig=:" + request.code() + ":")));
  }

  @Test
  void aCodeThatIsWrongInAnyBitIsRefused() {
    Signed request = new Signed();
    byte[] code = Base64.getDecoder().decode(request.code());
    try (FilterHarness gateway = gateway("{}")) {
      for (int bit = 0; bit < code.length * 8; bit++) {
        byte[] wrong = code.clone();
        wrong[bit >> 3] ^= (byte) (1 << (bit & 7));
        String text = "sig=:" + Base64.getEncoder().encodeToString(wrong) + ":";
        assertEquals(401, send(gateway, request.text("sig=" + request.input(), text)).status());
      }
      assertEquals(0, gateway.forwarded());
      assertEquals(200, send(gateway, request.text()).status());
    }
  }

  @Test
  void anUnknownKeyAndAnotherSecretAreToldNoDifference() {
    try (FilterHarness gateway = gateway("{}")) {
      String other = ";created=" + NOW + ";keyid=\"eve\"";
      RawResponse unknown = send(gateway, new Signed().parameters(other).text());
      RawResponse wrong = send(gateway, new Signed().secret(SECRET + "!").text());
      assertEquals(401, unknown.status());
      assertEquals(401, wrong.status());
      String trace = "\"trace-id\":\"[^\"]*\"";
      assertEquals(unknown.text().replaceAll(trace, ""), wrong.text().replaceAll(trace, ""));
    }
  }

  @Test
  void whoDoesNotSignIsToldHow() {
    try (FilterHarness gateway = gateway("{realm: shop, require-nonce: true}")) {
      RawResponse answer = gateway.get("/");
      assertEquals(401, answer.status());
      assertTrue(answer.text().contains("AUTH_MISSING"), answer::text);
      assertEquals("Signature realm=\"shop\"", answer.header("WWW-Authenticate"));
      assertEquals(
          "sig=(" + USUAL + " \"content-digest\");created;keyid;nonce;alg=\"hmac-sha256\"",
          answer.header("Accept-Signature"));
    }
  }

  @Test
  void aSignatureCountsOnceAsLongAsItIsYoungEnough() {
    try (FilterHarness gateway = gateway("{window: 1m}")) {
      String request = new Signed().text();
      assertEquals(200, send(gateway, request).status());
      assertEquals(401, send(gateway, request).status());
      clock.advance(Duration.ofSeconds(59));
      assertEquals(401, send(gateway, request).status());
      clock.advance(Duration.ofSeconds(60));
      assertEquals(401, send(gateway, request).status());
      String nonce = ";created=" + (NOW + 119) + ";keyid=\"ann-1\";nonce=\"%s\"";
      assertEquals(
          200, send(gateway, new Signed().parameters(nonce.formatted("1")).text()).status());
      assertEquals(
          200, send(gateway, new Signed().parameters(nonce.formatted("2")).text()).status());
      assertEquals(3, gateway.forwarded());
    }
  }

  @Test
  void aNonceCanBeRequired() {
    try (FilterHarness gateway = gateway("{require-nonce: true}")) {
      assertEquals(401, send(gateway, new Signed().text()).status());
      String nonce = ";nonce=\"n\";created=" + NOW + ";keyid=\"ann-1\";alg=\"hmac-sha256\"";
      assertEquals(200, send(gateway, new Signed().parameters(nonce).text()).status());
    }
  }

  @Test
  void aBodyWithItsSignedDigestPassesWhole() {
    try (FilterHarness gateway = gateway("{}")) {
      assertEquals(200, send(gateway, new Signed().body(BODY).text()).status());
      assertEquals(BODY, gateway.seen().text());
    }
  }

  @Test
  void ofSeveralDigestsAllMustBeRight() {
    Signed request = new Signed().body(BODY);
    String right = "sha-512=:" + digest("SHA-512", BODY) + ":, md5=:AAAA:\r\n";
    request.fields = request.fields.replaceFirst(":\r\n", ":, " + right);
    try (FilterHarness gateway = gateway("{}")) {
      assertEquals(200, send(gateway, request.text()).status());
    }
    request.fields = request.fields.replace(digest("SHA-512", BODY), digest("SHA-512", "other"));
    assertRefused(request.text());
  }

  @Test
  void anotherBodyNeverReachesTheUpstream() {
    String text = new Signed().body(BODY).text();
    assertRefused(text.replace(BODY, BODY.replace("world", "there")));
    Signed chunked = new Signed().body(BODY);
    chunked.fields =
        chunked.fields.replaceFirst("Content-Length.*\r\n", "Transfer-Encoding: chunked\r\n");
    chunked.body = "4\r\n{\"he\r\n0\r\n\r\n";
    assertRefused(chunked.text());
  }

  @Test
  void aBodyWhoseDigestIsNotCoveredIsRefused() {
    assertRefused(new Signed().body(BODY).covered(USUAL).text());
    Signed unknown = new Signed().body(BODY);
    unknown.fields = unknown.fields.replace("sha-256", "md5");
    assertRefused(unknown.text());
    assertRefused(
        new Signed().body("").text().replace(digest("SHA-256", ""), digest("SHA-256", "x")));
  }

  @Test
  void aBodyLongerThanIsHeldIsRefused() {
    try (FilterHarness gateway = gateway("{max-body: 4}")) {
      assertEquals(413, send(gateway, new Signed().body(BODY).text()).status());
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void whatLooksLikeASignedFieldIsDropped() {
    Signed request = new Signed().covered(USUAL + " \"x-amount\"");
    request.fields = "X-Amount: 1\r\n";
    String text = request.text().replace("X-Amount: 1\r\n", "X_Amount: 9\r\nX-Amount: 1\r\n");
    try (FilterHarness gateway = gateway("{}")) {
      assertEquals(200, send(gateway, text).status());
      assertFalse(gateway.seen().head().contains("X_Amount"), gateway.seen()::head);
      assertEquals(List.of("1"), gateway.seen().headerValues("X-Amount"));
    }
  }

  @Test
  void otherSpellingsOfThePathAreSignedAsTheyAreForwarded() {
    String text = new Signed().text();
    try (FilterHarness gateway = gateway("{}")) {
      assertEquals(200, send(gateway, text.replace("GET /a?", "GET /x/../%61?")).status());
      assertEquals("/a?b=c", gateway.seen().target());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{covered: [\"@status\"]}       | covered[0]: \"@status\"",
        "{covered: [Date]}              | covered[0]: \"Date\"",
        "{window: 0s}                   | window",
        "{window: 2d}                   | window",
        "{clock-skew: 2h}               | clock-skew",
        "{max-body: 0}                  | max-body",
        "{replay: {remembered: 5}}      | replay.remembered: 5",
        "{replay: {redis: limits}}      | replay.redis: \"limits\"",
        "{realm: ''}                    | realm",
      })
  void settingsThatCouldNotWorkAreRefused(String settings, String problem) {
    List<String> problems = FilterHarness.problems("- hmac-auth: " + settings, CONSUMERS);
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains(problem), problems::toString);
  }

  @Test
  void aGatewayWithoutAnySecretIsRefused() {
    List<String> problems = FilterHarness.problems("- hmac-auth");
    assertEquals(1, problems.size(), problems::toString);
  }
}
