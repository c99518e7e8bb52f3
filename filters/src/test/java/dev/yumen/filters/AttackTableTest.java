package dev.yumen.filters;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * Ways around a login that worked somewhere, byte for byte over raw sockets, against one gateway
 * with an open corner and guarded rooms beside it. Each is refused, and nothing of it comes to the
 * service. Where a gateway or framework had the hole, the row names it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AttackTableTest {
  private static final KeyPair RSA = rsa();

  /** What a refusal may look like. */
  private static final List<Integer> REFUSALS =
      List.of(400, 401, 403, 404, 405, 413, 414, 417, 421, 431, 501, 505);

  private FilterHarness gateway;

  @BeforeAll
  void start() {
    String pem =
        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(RSA.getPublic().getEncoded());
    gateway =
        FilterHarness.run(
            """
            listeners: {http: {address: "127.0.0.1:8080"}}
            upstreams: {users: {endpoints: ["127.0.0.1:9001"]}}
            consumers:
              - {name: root, groups: [admins], credentials: [{api-key: root-key-1}]}
              - {name: guest, groups: [guests], credentials: [{api-key: guest-key-1}]}
              - {name: alice, credentials: [{basic: {username: alice, password: wonderland}}]}
            routes:
              - {id: public, match: {path: "/api/public/**"}, to: users}
              - id: admin
                match: {path: "/admin/**"}
                filters: [api-key, {acl: {allow: {groups: [admins]}}}]
                to: users
              - id: office
                match: {path: "/office/**"}
                filters: [{ip-restriction: {allow: [10.0.0.0/8]}}]
                to: users
              - id: token
                match: {path: "/token/**"}
                filters:
                  - jwt:
                      public-key: |
                        -----BEGIN PUBLIC KEY-----
            %s
                        -----END PUBLIC KEY-----
                to: users
              - id: shop
                match: {path: "/shop/**"}
                filters: [csrf]
                to: users
              - id: read
                match: {path: "/orders/**", methods: [GET]}
                to: users
              - id: write
                match: {path: "/orders/**"}
                filters: [api-key]
                to: users
              - {id: rest, match: {path: "/**"}, filters: [basic-auth], to: users}
            """
                .formatted(pem.indent(20).stripTrailing()),
            Path.of("target").toAbsolutePath());
  }

  @AfterAll
  void stop() {
    gateway.close();
  }

  private static KeyPair rsa() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A request that must not get through. */
  private record Attack(String name, String bytes) {}

  @Test
  void theDoorsOpenForThoseWhoMayComeIn() {
    assertEquals(200, gateway.get("/api/public/a").status());
    assertEquals(200, gateway.get("/admin/a", "X-API-Key: root-key-1").status());
    assertEquals(200, gateway.get("/orders/1").status());
    assertEquals(200, gateway.send("POST", "/orders/1", "X-API-Key: guest-key-1").status());
    assertEquals(
        200, gateway.get("/other", "Authorization: Basic YWxpY2U6d29uZGVybGFuZA==").status());
  }

  @TestFactory
  Stream<DynamicTest> everyAttackIsRefused() {
    List<Attack> all = new ArrayList<>();
    paths(all);
    targets(all);
    addresses(all);
    identities(all);
    methods(all);
    framing(all);
    credentials(all);
    tokens(all);
    origins(all);
    assertTrue(all.size() >= 60, () -> "only " + all.size());
    return all.stream().map(attack -> dynamicTest(attack.name, () -> refused(attack)));
  }

  private void refused(Attack attack) {
    int before = gateway.forwarded();
    try (RawClient client = gateway.connect()) {
      client.send(attack.bytes);
      RawResponse answer = client.readResponse(attack.bytes.startsWith("HEAD") ? "HEAD" : "GET");
      assertTrue(REFUSALS.contains(answer.status()), () -> "got " + answer);
      assertEquals(before, gateway.forwarded(), "what came to the service");
    }
  }

  /** It is no way around anything: nobody decodes it once too often. */
  @Test
  void whatIsEncodedTwiceComesToTheServiceAsItIs() {
    String path = "/api/public/%252e%252e%252fadmin";
    assertEquals(200, gateway.get(path).status());
    assertEquals(path, gateway.seen().target());
  }

  private static void get(List<Attack> into, String name, String target, String... fields) {
    into.add(new Attack(name, head("GET", target, fields)));
  }

  private static String head(String method, String target, String... fields) {
    StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: h\r\n");
    for (String field : fields) {
      head.append(field).append("\r\n");
    }
    return head.append("\r\n").toString();
  }

  /** Around the open corner, and into the guarded rooms by another spelling. */
  private static void paths(List<Attack> into) {
    get(into, "dot segments", "/api/public/../../admin/a");
    get(into, "encoded dots (CVE-2021-43557, APISIX)", "/api/public/%2e%2e/%2e%2e/admin/a");
    get(into, "half encoded dots", "/api/public/.%2e/%2E./admin/a");
    get(into, "encoded slash (CVE-2021-29492, Envoy)", "/api/public/..%2f..%2fadmin/a");
    get(into, "encoded slash in capitals", "/api%2Fpublic%2F..%2F..%2Fadmin");
    get(into, "dots behind a parameter (Tomcat)", "/api/public/..;/..;/admin/a");
    get(into, "dots before a parameter", "/api/public/..;x=1/..;x=1/admin/a");
    get(into, "backslash", "/api/public/..\\..\\admin\\a");
    get(into, "encoded backslash", "/api/public/..%5c..%5cadmin");
    get(
        into,
        "encoded dot and slash (CVE-2025-32431, Traefik)",
        "/api/public/%2e%2e%2f%2e%2e%2fadmin");
    get(into, "null byte", "/api/public/%00/../../admin/a");
    get(into, "null byte at the end", "/admin%00/a");
    get(into, "overlong UTF-8 dot", "/api/public/%c0%ae%c0%ae/%c0%ae%c0%ae/admin");
    get(into, "overlong UTF-8 slash", "/api/public/..%c0%afadmin");
    get(into, "two slashes", "//admin/a");
    get(into, "many slashes", "/////admin////a");
    get(into, "slash and dot", "/./admin/a");
    get(into, "capitals", "/ADMIN/a");
    get(into, "parameter of a segment", "/admin;x=1/a");
    get(into, "encoded letter", "/%61dmin/a");
    get(into, "trailing dot", "/admin./a");
    get(into, "trailing space, encoded", "/admin%20/a");
    get(into, "tab, encoded", "/%09/admin");
    get(into, "line feed, encoded", "/api/public/%0a/../../admin");
    get(into, "percent without digits", "/api/public/%/../../admin");
    get(into, "percent with letters that are none", "/api/public/%zz/../../admin");
  }

  /** By what stands beside the path. */
  private static void targets(List<Attack> into) {
    get(into, "absolute target", "http://h/admin/a");
    get(into, "absolute target of another scheme", "file:///admin/a");
    get(into, "authority with @ (CVE-2021-40438, Apache)", "http://h@10.0.0.1/admin/a");
    get(into, "fragment", "/api/public/#/../../admin");
    get(into, "no slash", "admin/a");
    get(into, "asterisk", "*");
    into.add(new Attack("CONNECT", head("CONNECT", "10.0.0.1:22")));
    into.add(new Attack("TRACE", head("TRACE", "/api/public/a")));
    get(into, "two Hosts", "/api/public/a", "Host: other");
    into.add(new Attack("Host with a path", "GET / HTTP/1.1\r\nHost: h/api/public\r\n\r\n"));
    into.add(new Attack("no Host", "GET /api/public/a HTTP/1.1\r\n\r\n"));
  }

  /** Addresses that nobody vouches for. */
  private static void addresses(List<Attack> into) {
    get(into, "X-Forwarded-For (CVE-2025-41235, Spring)", "/office/a", "X-Forwarded-For: 10.0.0.1");
    get(into, "several addresses", "/office/a", "X-Forwarded-For: 10.0.0.1, 10.0.0.2");
    get(into, "Forwarded", "/office/a", "Forwarded: for=10.0.0.1");
    get(into, "X-Real-IP", "/office/a", "X-Real-IP: 10.0.0.1");
    get(into, "True-Client-IP", "/office/a", "True-Client-IP: 10.0.0.1");
    get(into, "X-Forwarded-For with _", "/office/a", "X_Forwarded_For: 10.0.0.1");
    into.add(
        new Attack(
            "PROXY protocol", "PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n" + head("GET", "/office")));
  }

  /** Words of a client about itself. */
  private static void identities(List<Attack> into) {
    get(into, "consumer by its header", "/admin/a", "X-Consumer-ID: root");
    get(into, "consumer with _ (CVE-2025-64484)", "/admin/a", "X_Consumer_ID: root");
    get(into, "groups", "/admin/a", "X-Consumer-Groups: admins");
    get(
        into,
        "internal control header (CVE-2025-29927, Next.js)",
        "/admin/a",
        "x-middleware-subrequest: src/middleware");
    get(into, "X-Original-URL (Symfony)", "/admin/a", "X-Original-URL: /api/public/a");
    get(into, "X-Rewrite-URL (IIS)", "/admin/a", "X-Rewrite-URL: /api/public/a");
    get(into, "X-Forwarded-Prefix", "/admin/a", "X-Forwarded-Prefix: /api/public");
    get(
        into,
        "the key's header named in Connection (CVE-2024-45410, Traefik)",
        "/admin/a",
        "Connection: close, X-API-Key",
        "X-API-Key: guest-key-1");
  }

  /** Methods that are others than they look. */
  private static void methods(List<Attack> into) {
    String body = "Content-Length: 0";
    into.add(
        new Attack(
            "X-HTTP-Method-Override",
            head("POST", "/orders/1", body, "X-HTTP-Method-Override: GET")));
    into.add(
        new Attack("X-Method-Override", head("PUT", "/orders/1", body, "X-Method-Override: GET")));
    into.add(new Attack("_method", head("POST", "/orders/1?_method=GET", body)));
    into.add(new Attack("method in small letters", head("get", "/admin/a")));
    into.add(new Attack("method that nobody knows", head("JEFF", "/admin/a")));
    into.add(new Attack("HEAD of a guarded room", "HEAD /admin/a HTTP/1.1\r\nHost: h\r\n\r\n"));
  }

  /** A second request inside the first one. */
  private static void framing(List<Attack> into) {
    String hidden = head("GET", "/admin/a");
    String open = "/api/public/a";
    into.add(
        new Attack(
            "both lengths",
            head("POST", open, "Content-Length: 6", "Transfer-Encoding: chunked")
                + "0\r\n\r\n"
                + hidden));
    into.add(
        new Attack(
            "two lengths", head("POST", open, "Content-Length: 0", "Content-Length: 9") + hidden));
    into.add(new Attack("signed length", head("POST", open, "Content-Length: +0") + hidden));
    into.add(
        new Attack("coding unknown", head("POST", open, "Transfer-Encoding: xchunked") + hidden));
    into.add(
        new Attack(
            "coding twice", head("POST", open, "Transfer-Encoding: chunked, chunked") + hidden));
    into.add(
        new Attack(
            "space before the colon", head("POST", open, "Transfer-Encoding : chunked") + hidden));
    into.add(
        new Attack("folded field", head("GET", open, "X-A: 1", " Transfer-Encoding: chunked")));
    into.add(new Attack("bare line feed", "GET " + open + " HTTP/1.1\nHost: h\n\n"));
    into.add(
        new Attack("bare carriage return", head("GET", open, "X-A: 1\rX-API-Key: root-key-1")));
    into.add(
        new Attack(
            "chunked in HTTP/1.0",
            "POST "
                + open
                + " HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
  }

  /** Keys and passwords that are nearly right. */
  private static void credentials(List<Attack> into) {
    get(into, "no key", "/admin/a");
    get(into, "empty key", "/admin/a", "X-API-Key:");
    get(into, "beginning of a key", "/admin/a", "X-API-Key: root-key");
    get(into, "key in capitals", "/admin/a", "X-API-Key: ROOT-KEY-1");
    get(into, "key of another group", "/admin/a", "X-API-Key: guest-key-1");
    get(
        into,
        "a wrong key before the right one",
        "/admin/a",
        "X-API-Key: x",
        "X-API-Key: root-key-1");
    get(into, "key in the query", "/admin/a?X-API-Key=root-key-1");
    get(into, "wrong password", "/other", "Authorization: Basic " + base64("alice:wonder"));
    get(into, "empty password", "/other", "Authorization: Basic " + base64("alice:"));
    get(into, "no colon", "/other", "Authorization: Basic " + base64("alice"));
    get(into, "not base64", "/other", "Authorization: Basic alice:wonderland");
    get(
        into,
        "two Authorizations",
        "/other",
        "Authorization: Basic " + base64("alice:x"),
        "Authorization: Basic " + base64("alice:wonderland"));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  /** The best known of the forged tokens; the others have a table of their own. */
  private static void tokens(List<Attack> into) {
    String claims = "{\"sub\":\"root\",\"exp\":4102444800}";
    token(into, "alg none (CVE-2015-9235)", part("{\"alg\":\"none\"}") + "." + part(claims) + ".");
    token(into, "alg nOnE", part("{\"alg\":\"nOnE\"}") + "." + part(claims) + ".");
    String hs = part("{\"alg\":\"HS256\"}") + "." + part(claims);
    token(
        into,
        "HS256 with the public key (CVE-2015-9235)",
        hs + "." + hmac(RSA.getPublic().getEncoded(), hs));
    token(
        into,
        "r and s are 0 (CVE-2022-21449)",
        part("{\"alg\":\"ES256\"}") + "." + part(claims) + "." + url(new byte[64]));
    token(
        into,
        "its own key",
        part("{\"alg\":\"RS256\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"}}")
            + "."
            + part(claims)
            + "."
            + url(new byte[256]));
    token(
        into,
        "kid with a path",
        part("{\"alg\":\"RS256\",\"kid\":\"../../dev/null\"}")
            + "."
            + part(claims)
            + "."
            + url(new byte[256]));
    token(into, "no signature", part("{\"alg\":\"RS256\"}") + "." + part(claims) + ".");
    token(into, "one part", part("{\"alg\":\"RS256\"}"));
    token(into, "9 KiB", "a".repeat(9_000) + ".b.c");
  }

  private static void token(List<Attack> into, String name, String token) {
    get(into, "token: " + name, "/token/a", "Authorization: Bearer " + token);
  }

  private static String part(String json) {
    return url(json.getBytes(UTF_8));
  }

  private static String url(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return url(mac.doFinal(text.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What other sites make a browser do. */
  private static void origins(List<Attack> into) {
    String body = "Content-Length: 0";
    into.add(
        new Attack(
            "another origin", head("POST", "/shop/buy", body, "Origin: https://evil.example")));
    into.add(new Attack("origin null", head("POST", "/shop/buy", body, "Origin: null")));
    into.add(
        new Attack(
            "an origin that begins alike",
            head("POST", "/shop/buy", body, "Origin: http://h.evil.example")));
    into.add(
        new Attack(
            "a form of another site",
            head("POST", "/shop/buy", body, "Sec-Fetch-Site: cross-site")));
    into.add(
        new Attack(
            "a referrer of another site",
            head("POST", "/shop/buy", body, "Referer: https://evil.example/h")));
  }
}
