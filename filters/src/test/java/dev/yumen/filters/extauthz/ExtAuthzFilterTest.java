package dev.yumen.filters.extauthz;

import static dev.yumen.filters.extauthz.AuthzServer.allowed;
import static dev.yumen.filters.extauthz.AuthzServer.denied;
import static dev.yumen.filters.extauthz.AuthzServer.header;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.BoolValue;
import com.google.rpc.Status;
import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Issued;
import dev.yumen.testkit.Pki;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.Recorded;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.config.core.v3.QueryParameter;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.DeniedHttpResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@SuppressWarnings("deprecation") // of append, which services still send
class ExtAuthzFilterTest {
  private final GuardedRoute route = new GuardedRoute();
  private final AuthzServer service = route.service;

  @AfterEach
  void closeService() {
    route.close();
  }

  // ---- the question ----

  @Test
  void theServiceIsToldAboutTheRequest() {
    try (FilterHarness gateway = route.gateway(", context-extensions: {route: shop, team: blue}")) {
      RawResponse answer =
          gateway.send(
              "DELETE",
              "/users/%2e/7?force=yes",
              "Host: Shop.example:81",
              "Authorization: Bearer abc",
              "X-Many: a",
              "x-many: b",
              "Connection: close, X-Hop",
              "X-Hop: no",
              "TE: trailers");
      assertEquals(200, answer.status());
      AttributeContext told = service.request(1).getAttributes();
      AttributeContext.HttpRequest http = told.getRequest().getHttp();
      assertEquals("DELETE", http.getMethod());
      assertEquals("/users/7?force=yes", http.getPath());
      assertEquals("shop.example:81", http.getHost());
      assertEquals("http", http.getScheme());
      assertEquals("HTTP/1.1", http.getProtocol());
      assertEquals(-1, http.getSize());
      assertEquals(32, http.getId().length());
      assertEquals("a,b", http.getHeadersOrThrow("x-many"));
      assertEquals("Bearer abc", http.getHeadersOrThrow("authorization"));
      assertFalse(http.containsHeaders("connection"), http::toString);
      assertFalse(http.containsHeaders("te"), http::toString);
      assertFalse(http.containsHeaders("x-hop"), http::toString);
      assertEquals("127.0.0.1", told.getSource().getAddress().getSocketAddress().getAddress());
      assertEquals("", told.getSource().getPrincipal());
      assertEquals("127.0.0.1", told.getDestination().getAddress().getSocketAddress().getAddress());
      assertEquals(
          port(gateway), told.getDestination().getAddress().getSocketAddress().getPortValue());
      assertEquals(Map.of("route", "shop", "team", "blue"), told.getContextExtensionsMap());
      assertTrue(told.getRequest().getTime().getSeconds() > 1_700_000_000, told::toString);
      assertFalse(told.hasTlsSession(), told::toString);
    }
  }

  private static RawResponse token(FilterHarness gateway) {
    return gateway.get("/", "Authorization: Bearer abc");
  }

  private static int port(FilterHarness gateway) {
    return Objects.requireNonNull(gateway.gateway().addresses().get("http")).getPort();
  }

  @Test
  void onlyNamedFieldsAreToldAndCookiesStayOneString() {
    try (FilterHarness gateway = route.gateway(", headers: [Cookie, X-Name]")) {
      gateway.get("/", "Cookie: a=1", "Cookie: b=2", "X-Name: Zo\u00c3\u00ab", "X-Other: no");
      assertEquals(
          Map.of("cookie", "a=1; b=2", "x-name", "Zo\u00eb"),
          service.request(1).getAttributes().getRequest().getHttp().getHeadersMap());
    }
  }

  @Test
  void whoeverProvedAnIdentityByTlsIsNamed(@TempDir Path folder)
      throws IOException, InterruptedException {
    Pki pki = Pki.called("partners");
    Issued site = pki.server("localhost");
    Files.writeString(folder.resolve("site.pem"), site.chainPem() + site.keyPem());
    Files.writeString(folder.resolve("ca.pem"), pki.rootPem());
    String tls =
        "{address: '127.0.0.1:8080', protocols: [http1], tls: {certificates: {cert: site.pem},"
            + " client-certificate: {mode: optional, ca: ca.pem}}}";
    String yaml = route.configuration("").replace("{address: \"127.0.0.1:8080\"}", tls);
    Issued billing = pki.client("Billing", "billing.example", "spiffe://example/billing");
    try (FilterHarness gateway = FilterHarness.run(yaml, folder);
        HttpClient client =
            HttpClient.newBuilder().sslContext(pki.clientContext(billing)).build()) {
      URI uri = URI.create("https://localhost:" + port(gateway) + "/");
      client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
    AttributeContext told = service.request(1).getAttributes();
    assertEquals("spiffe://example/billing", told.getSource().getPrincipal());
    assertEquals("https", told.getRequest().getHttp().getScheme());
    assertEquals("localhost", told.getTlsSession().getSni());
  }

  @Test
  void thePortOfAClientIsToldUnlessProxiesSpeakForIt() {
    try (FilterHarness gateway = route.gateway("");
        RawClient client = gateway.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer abc\r\n\r\n");
      assertEquals(200, client.readResponse().status());
      assertEquals(
          client.localPort(),
          service
              .request(1)
              .getAttributes()
              .getSource()
              .getAddress()
              .getSocketAddress()
              .getPortValue());
    }
    String yaml = route.configuration("") + "trusted-proxies: [127.0.0.1]\n";
    try (FilterHarness gateway = FilterHarness.run(yaml, Path.of("target"))) {
      gateway.get("/", "X-Forwarded-For: 203.0.113.7", "Authorization: Bearer abc");
      SocketAddress source =
          service.request(2).getAttributes().getSource().getAddress().getSocketAddress();
      assertEquals("203.0.113.7", source.getAddress());
      assertEquals(0, source.getPortValue());
    }
  }

  // ---- yes ----

  @Test
  void whatClientsSayAboutThemselvesIsReplaced() {
    try (FilterHarness gateway = route.gateway(", upstream-headers: [X-User-ID, X-Role]")) {
      String[] forged = {"X-User-ID: admin", "X_User_ID: admin", "X-Role: root"};
      gateway.get("/", forged[0], forged[1], forged[2], "Authorization: Bearer abc");
      Recorded seen = gateway.seen();
      assertEquals(List.of("alice"), seen.headerValues("x-user-id"));
      assertNull(seen.header("x-role"));
      assertTrue(
          seen.headers().stream().noneMatch(field -> field.getKey().contains("_")), seen.head());
      assertFalse(
          service.request(1).getAttributes().getRequest().getHttp().containsHeaders("x-user-id"));
    }
  }

  @Test
  void theServiceEditsTheRequest() {
    service.next(
        allowed(
            OkHttpResponse.newBuilder()
                .addHeaders(header("X-A", "1").setAppend(BoolValue.of(true)))
                .addHeaders(header("X-A", "2").setAppend(BoolValue.of(true)))
                .addHeaders(header("X-B", "1").setAppend(BoolValue.of(true)))
                .addHeaders(header("X-B", "2"))
                .addHeaders(
                    header("X-C", "1").setAppendAction(HeaderAppendAction.OVERWRITE_IF_EXISTS))
                .addHeaders(header("X-D", "split\r\nEvil: yes"))
                .addHeaders(header("X-Unasked", "1"))
                .addHeaders(header("Host", "evil"))
                .addHeaders(header("Content-Length", "7"))
                .addHeaders(header(":path", "/admin"))
                .addHeadersToRemove("X-Secret")
                .addHeadersToRemove("Host")
                .addHeadersToRemove(":path")
                .addQueryParametersToSet(
                    QueryParameter.newBuilder().setKey("user").setValue("a&b=c d"))
                .addQueryParametersToRemove("token")));
    try (FilterHarness gateway = route.gateway(", upstream-headers: [X-A, X-B, X-C, X-D]")) {
      assertEquals(200, gateway.get("/x?token=t&q=1&user=u", "X-Secret: s").status());
      Recorded seen = gateway.seen();
      assertEquals(List.of("1", "2"), seen.headerValues("x-a"));
      assertEquals(List.of("2"), seen.headerValues("x-b"));
      assertNull(seen.header("x-c"));
      assertNull(seen.header("x-d"));
      assertNull(seen.header("evil"));
      assertNull(seen.header("x-unasked"));
      assertNull(seen.header("x-secret"));
      assertEquals("localhost", seen.header("host"));
      assertNull(seen.header("content-length"));
      assertEquals("/x?q=1&user=a%26b%3Dc%20d", seen.target());
    }
  }

  @Test
  void theServiceAddsToTheAnswer() {
    service.next(
        allowed(
            OkHttpResponse.newBuilder()
                .addResponseHeadersToAdd(header("X-Session", "new"))
                .addResponseHeadersToAdd(header("Server", "hidden"))
                .addResponseHeadersToAdd(
                    header("X-Absent", "1").setAppendAction(HeaderAppendAction.ADD_IF_ABSENT))));
    try (FilterHarness gateway = route.gateway("")) {
      RawResponse answer = gateway.get("/");
      assertEquals("new", answer.header("x-session"));
      assertEquals(List.of("hidden"), answer.headerValues("server"));
      assertEquals("1", answer.header("x-absent"));
    }
  }

  @Test
  void twoServicesAddToTheAnswerOnceEach() {
    HeaderValueOption.Builder added = header("X-Added", "1").setAppend(BoolValue.of(true));
    CheckResponse yes = allowed(OkHttpResponse.newBuilder().addResponseHeadersToAdd(added));
    service.next(yes).next(yes);
    String one = "{ext-authz: {upstream: auth, timeout: 20s}}";
    String yaml = route.configuration("").replace("filters: [", "filters: [" + one + ", ");
    try (FilterHarness gateway = FilterHarness.run(yaml, Path.of("target"))) {
      assertEquals(List.of("1", "1"), gateway.get("/").headerValues("x-added"));
    }
  }

  // ---- among others ----

  @Test
  void itIsOneOfSeveralThatMayLetIn() {
    String yaml = route.among("any: [api-key, ");
    try (FilterHarness gateway = FilterHarness.run(yaml, Path.of("target"))) {
      assertEquals(200, gateway.get("/", "X-API-Key: robot-key", "X-User-ID: admin").status());
      assertEquals("robot", gateway.seen().header("x-consumer-id"));
      assertNull(gateway.seen().header("x-user-id"));
      service.next(
          allowed(
              OkHttpResponse.newBuilder()
                  .addHeaders(header("X-User-ID", "bob"))
                  .addResponseHeadersToAdd(header("X-Session", "new"))));
      assertEquals("new", gateway.get("/").header("x-session"));
      assertEquals("bob", gateway.seen().header("x-user-id"));
      assertEquals(401, gateway.get("/").status());
      assertEquals(2, gateway.forwarded());
    }
  }

  @Test
  void itIsOneOfSeveralThatMustLetIn() {
    String yaml = route.among("all: [api-key, ");
    try (FilterHarness gateway = FilterHarness.run(yaml, Path.of("target"))) {
      String[] both = {"X-API-Key: robot-key", "Authorization: Bearer abc"};
      assertEquals(200, gateway.get("/", both).status());
      assertEquals("robot", gateway.seen().header("x-consumer-id"));
      assertEquals("alice", gateway.seen().header("x-user-id"));
      assertEquals(401, gateway.get("/", both[0]).status());
      assertEquals(401, gateway.get("/", both[1]).status());
      assertEquals(1, gateway.forwarded());
    }
  }

  @Test
  void anEmptyAnswerIsAYes() {
    service.next(CheckResponse.getDefaultInstance());
    try (FilterHarness gateway = route.gateway("")) {
      assertEquals(200, gateway.get("/").status());
    }
  }

  // ---- no ----

  @ParameterizedTest
  @CsvSource({
    "Found, 302, AUTH_MISSING",
    "Unauthorized, 401, AUTH_MISSING",
    "Forbidden, 403, FORBIDDEN",
    "NotFound, 404, FORBIDDEN",
    "OK, 200, FORBIDDEN",
    "Continue, 403, FORBIDDEN"
  })
  void aRefusalGoesToTheClientAndHasACode(
      StatusCode said, int status, String code, @TempDir Path folder) throws IOException {
    service.next(
        denied(
            DeniedHttpResponse.newBuilder()
                .setStatus(HttpStatus.newBuilder().setCode(said))
                .addHeaders(header("X-Why", "closed"))
                .addHeaders(header("Set-Cookie", "a=1").setAppend(BoolValue.of(true)))
                .addHeaders(header("Set-Cookie", "b=2").setAppend(BoolValue.of(true)))
                .addHeaders(header("Transfer-Encoding", "chunked"))
                .setBody("closed for today")));
    String log =
        "filters: [{access-log: {file: '%s', fields: [status, code]}}, "
            .formatted(folder.resolve("access.log"));
    String audit = "audit: {path: '" + folder.resolve("audit.jsonl") + "'}\n";
    String yaml = route.configuration("").replace("filters: [", log);
    try (FilterHarness gateway = FilterHarness.run(audit + yaml, folder)) {
      RawResponse answer = gateway.get("/");
      assertEquals(status, answer.status());
      assertEquals("closed for today", answer.text());
      assertEquals("closed", answer.header("x-why"));
      assertEquals(List.of("a=1", "b=2"), answer.headerValues("set-cookie"));
      assertEquals("text/plain; charset=utf-8", answer.header("content-type"));
      assertEquals(0, gateway.forwarded());
    }
    assertEquals(
        "{\"status\":%d,\"code\":\"%s\"}".formatted(status, code),
        Files.readString(folder.resolve("access.log")).strip());
    String written = Files.readString(folder.resolve("audit.jsonl"));
    assertTrue(written.contains("\"kind\":\"denied\",\"code\":\"" + code + "\""), written);
  }

  @Test
  void aStatusAloneIsANo() {
    service
        .next(CheckResponse.newBuilder().setStatus(Status.newBuilder().setCode(7)).build())
        .next(
            CheckResponse.newBuilder()
                .setStatus(Status.newBuilder().setCode(7))
                .setOkResponse(OkHttpResponse.getDefaultInstance())
                .build())
        .next(
            CheckResponse.newBuilder()
                .setDeniedResponse(DeniedHttpResponse.getDefaultInstance())
                .build());
    try (FilterHarness gateway = route.gateway("")) {
      for (int i = 0; i < 3; i++) {
        assertEquals(403, gateway.get("/").status(), "answer " + i);
      }
      assertEquals(0, gateway.forwarded());
    }
  }

  // ---- settings ----

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|upstream",
        "{upstream: nobody}|nobody",
        "{upstream: users}|speaks HTTP/2",
        "{upstream: users, timeout: 0s}|timeout: \"0s\"",
        "{upstream: users, headers: 'a b'}|headers",
        "{upstream: users, upstream-headers: Host}|upstream-headers",
        "{upstream: users, upstream-headers: Transfer-Encoding}|upstream-headers",
        "{upstream: users, failure-mode: perhaps}|failure-mode",
        "{upstream: users, max-body: 0}|max-body",
        "{upstream: users, max-body: 5MiB}|max-body",
        "{upstream: users, allow-partial: true}|allow-partial"
      })
  void settingsThatCouldNotWorkAreRefused(String settings, String named) {
    List<String> problems = FilterHarness.problems("- ext-authz: " + settings);
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains(named), problems::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"protocol: h2c", "protocol: http2, tls: true", "tls: true"})
  void upstreamsThatSpeakHttp2AreTaken(String settings) {
    String yaml = route.configuration("").replace("protocol: h2c", settings);
    try (FilterHarness gateway = FilterHarness.run(yaml, Path.of("target"))) {
      assertEquals(settings.contains("tls") ? 503 : 200, token(gateway).status());
    }
  }
}
