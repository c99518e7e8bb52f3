package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.echo;
import static dev.yumen.testkit.Behaviours.raw;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which header fields go on, which end at the gateway, and which it writes itself. */
class HeaderTest {
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final String ROUTES =
      """
      upstreams: {service: {endpoints: %s}}
      routes:
        - {id: all, match: {path: "/**"}, to: service}
        - {id: named, match: {path: "/**", host: "named.example"}, respond: {body: named}}
        - {id: endpoint, match: {path: "/endpoint"}, to: service, host: endpoint}
      """
          .formatted(UPSTREAM.address());
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(ROUTES + "forwarded: {via: yumen, forwarded: true}\n");
  private static final GatewayFixture TRUSTING =
      GatewayFixture.start(
          ROUTES + "forwarded: {via: yumen, forwarded: true}\ntrusted-proxies: [127.0.0.0/8]\n");
  private static final GatewayFixture SILENT =
      GatewayFixture.start(ROUTES + "forwarded: {x-forwarded: false}\n");

  @RegisterExtension static final Shared SHARED = Shared.of(GATEWAY, TRUSTING, SILENT, UPSTREAM);

  private static Recorded sent(GatewayFixture gateway, String request) {
    int before = UPSTREAM.requests().size();
    try (RawClient client = gateway.connect()) {
      client.send(request);
      RawResponse answer = client.readResponse();
      assertEquals(200, answer.status(), answer::toString);
    }
    return UPSTREAM.awaitRequest(before + 1);
  }

  private static Recorded get(GatewayFixture gateway, String... fields) {
    return sent(
        gateway, "GET / HTTP/1.1\r\nHost: h:81\r\n" + String.join("\r\n", fields) + "\r\n\r\n");
  }

  @Test
  void fieldsGoOnInTheirOrderAndSpelling() {
    Recorded seen =
        get(SILENT, "b-Field: 1", "A-FIELD:2", "b-field:  3 \t", "Cookie: a=b; c=d", "Empty:");
    assertEquals(
        "GET / HTTP/1.1\r\n"
            + "Host: h:81\r\n"
            + "b-Field: 1\r\n"
            + "A-FIELD:2\r\n"
            + "b-field: 3\r\n"
            + "Cookie: a=b; c=d\r\n"
            + "Empty:\r\n\r\n",
        seen.head().replace("Empty: \r\n", "Empty:\r\n"));
  }

  @Test
  void answersGoBackInTheirOrderAndSpelling() {
    UPSTREAM.next(
        raw(
            "HTTP/1.1 299 Own Reason\r\nB: 1\r\na:2\r\nSet-Cookie: x=1\r\nSet-Cookie: y=2\r\n"
                + "Content-Length: 2\r\n\r\nok"));
    try (RawClient client = SILENT.connect()) {
      RawResponse answer = client.get("/");
      assertEquals(299, answer.status());
      assertEquals(List.of("x=1", "y=2"), answer.headerValues("set-cookie"));
      assertTrue(
          answer.head().contains("\r\nB: 1\r\na:2\r\nSet-Cookie: x=1\r\nSet-Cookie: y=2\r\n"),
          answer::head);
    }
  }

  @Test
  void whatConnectionNamesEndsHere() {
    Recorded seen =
        get(
            GATEWAY,
            "Connection: close, X-Hop , ,x-other",
            "X-Hop: 1",
            "X-Other: 2",
            "Keep-Alive: timeout=5",
            "Proxy-Connection: keep-alive",
            "TE: trailers, gzip",
            "Trailer: X-T",
            "Proxy-Authorization: Basic eDp5",
            "X-Kept: 3");
    for (String gone :
        List.of(
            "connection",
            "x-hop",
            "x-other",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "proxy-authorization",
            "transfer-encoding",
            "upgrade")) {
      assertNull(seen.header(gone), gone);
    }
    assertEquals("3", seen.header("x-kept"));
  }

  @Test
  void whatConnectionNamesInAnAnswerEndsHere() {
    UPSTREAM.next(
        raw(
            "HTTP/1.1 200 OK\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n"
                + "Proxy-Authenticate: Basic\r\nContent-Length: 2\r\nX-Kept: 3\r\n\r\nok"));
    try (RawClient client = GATEWAY.connect()) {
      RawResponse answer = client.get("/");
      assertNull(answer.header("x-hop"));
      assertNull(answer.header("keep-alive"));
      assertNull(answer.header("connection"));
      assertEquals("3", answer.header("x-kept"));
      assertEquals("2", answer.header("content-length"));
    }
  }

  @Test
  void connectionCanNotNameWhatTheGatewaySets() {
    Recorded seen =
        get(
            GATEWAY,
            "Connection: Host, X-Forwarded-For, Content-Length, Via, Forwarded, X-Forwarded-Proto",
            "Content-Length: 0",
            "X-Forwarded-For: 1.2.3.4");
    assertEquals("h:81", seen.header("host"));
    assertEquals("127.0.0.1", seen.header("x-forwarded-for"));
    assertEquals("http", seen.header("x-forwarded-proto"));
    assertEquals("0", seen.header("content-length"));
    assertEquals("1.1 yumen", seen.header("via"));
    Recorded trusted = get(TRUSTING, "Connection: X-Forwarded-For", "X-Forwarded-For: 1.2.3.4");
    assertEquals("127.0.0.1", trusted.header("x-forwarded-for"));
  }

  @Test
  void forgedClaimsOfUntrustedPeersAreOverwritten() {
    Recorded seen =
        get(
            GATEWAY,
            "X-Forwarded-For: 1.2.3.4",
            "X-Forwarded-For: 5.6.7.8",
            "X_Forwarded_For: 9.9.9.9",
            "X-Forwarded-Proto: https",
            "X-Forwarded-Host: evil",
            "X-Forwarded-Port: 443",
            "X-Real-IP: 1.2.3.4",
            "Forwarded: for=1.2.3.4");
    assertEquals(List.of("127.0.0.1"), seen.headerValues("x-forwarded-for"));
    assertEquals(List.of("http"), seen.headerValues("x-forwarded-proto"));
    assertEquals(List.of("h:81"), seen.headerValues("x-forwarded-host"));
    assertEquals(List.of(Integer.toString(GATEWAY.port())), seen.headerValues("x-forwarded-port"));
    assertEquals(List.of("for=127.0.0.1;proto=http;host=\"h:81\""), seen.headerValues("forwarded"));
    assertNull(seen.header("x-real-ip"));
    assertFalse(seen.head().contains("9.9.9.9"));
    assertFalse(seen.head().toLowerCase(Locale.ROOT).contains("evil"));
  }

  @Test
  void trustedPeersAreAddedTo() {
    Recorded seen =
        get(
            TRUSTING,
            "X-Forwarded-For: 1.2.3.4",
            "X-Forwarded-For: 5.6.7.8",
            "X-Forwarded-Proto: https",
            "X-Forwarded-Host: shop.example",
            "X-Forwarded-Port: 443",
            "Forwarded: for=1.2.3.4",
            "Via: 1.0 edge");
    assertEquals(List.of("1.2.3.4, 5.6.7.8, 127.0.0.1"), seen.headerValues("x-forwarded-for"));
    assertEquals(List.of("https"), seen.headerValues("x-forwarded-proto"));
    assertEquals(List.of("shop.example"), seen.headerValues("x-forwarded-host"));
    assertEquals(List.of("443"), seen.headerValues("x-forwarded-port"));
    assertEquals(
        List.of("for=1.2.3.4, for=127.0.0.1;proto=http;host=\"h:81\""),
        seen.headerValues("forwarded"));
    assertEquals(List.of("1.0 edge, 1.1 yumen"), seen.headerValues("via"));
  }

  @Test
  void trustedPeersNeedNotClaimAnything() {
    Recorded seen = get(TRUSTING);
    assertEquals(List.of("127.0.0.1"), seen.headerValues("x-forwarded-for"));
    assertEquals(List.of("http"), seen.headerValues("x-forwarded-proto"));
    assertEquals(List.of("h:81"), seen.headerValues("x-forwarded-host"));
  }

  @Test
  void nothingIsAddedWhereNothingIsWanted() {
    Recorded seen = get(SILENT, "X-Forwarded-For: 1.2.3.4", "Via: 1.1 client");
    assertEquals("GET / HTTP/1.1\r\nHost: h:81\r\nVia: 1.1 client\r\n\r\n", seen.head());
  }

  @Test
  void viaIsAddedToAnswersToo() {
    UPSTREAM.next(raw("HTTP/1.1 200 OK\r\nVia: 1.1 inner\r\nContent-Length: 0\r\n\r\n"));
    try (RawClient client = GATEWAY.connect()) {
      assertEquals(List.of("1.1 inner", "1.1 yumen"), client.get("/").headerValues("via"));
    }
  }

  @Test
  void identitiesFromOutsideAreRemovedInEverySpelling() {
    for (GatewayFixture gateway : List.of(GATEWAY, TRUSTING)) {
      Recorded seen =
          get(
              gateway,
              "X-Consumer-ID: root",
              "x_consumer_id: root",
              "X-Consumer_ID: root",
              "X-CONSUMER-GROUPS: admin",
              "X_Consumer_Groups: admin");
      assertFalse(seen.head().toLowerCase(Locale.ROOT).contains("consumer"), seen::head);
    }
  }

  @Test
  void theHostIsKeptOrTheEndpoints() {
    assertEquals("h:81", get(GATEWAY).header("host"));
    Recorded seen = sent(GATEWAY, "GET /endpoint HTTP/1.1\r\nHost: h:81\r\n\r\n");
    assertEquals(List.of(UPSTREAM.address()), seen.headerValues("host"));
    assertEquals("h:81", seen.header("x-forwarded-host"));
  }

  @Test
  void anAbsoluteTargetIsRoutedByItsHost() {
    Recorded seen = sent(GATEWAY, "GET http://h:81/x?y=1 HTTP/1.1\r\nHost: h:81\r\n\r\n");
    assertEquals("GET /x?y=1 HTTP/1.1", seen.requestLine());
    assertEquals(List.of("h:81"), seen.headerValues("host"));
    assertEquals("/", sent(GATEWAY, "GET http://h:81 HTTP/1.1\r\nHost: h:81\r\n\r\n").target());
    assertEquals("/?q", sent(GATEWAY, "GET http://h:81?q HTTP/1.1\r\nHost: h:81\r\n\r\n").target());
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET http://named.example/x HTTP/1.1\r\nHost: named.example\r\n\r\n");
      assertEquals("named", client.readResponse().text());
    }
  }

  @Test
  void theAsteriskIsNoPathOfAnyRoute() {
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      client.send("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n");
      assertEquals(404, client.readResponse().status());
      client.send("OPTIONS http://h HTTP/1.1\r\nHost: h\r\n\r\n");
      assertEquals(404, client.readResponse().status());
    }
    assertEquals(before, UPSTREAM.requests().size());
  }

  @Test
  void anAbsoluteTargetOfAnOldClientNeedsNoHost() {
    Recorded seen = sent(GATEWAY, "GET http://h:81/x HTTP/1.0\r\n\r\n");
    assertEquals("GET /x HTTP/1.1", seen.requestLine());
    assertEquals(List.of("h:81"), seen.headerValues("host"));
  }

  @Test
  void whatIsForwardedIsWhatWasMatched() {
    assertEquals(
        "/b/c?x=%2F..",
        sent(GATEWAY, "GET /a/../b//./%63?x=%2F.. HTTP/1.1\r\nHost: h\r\n\r\n").target());
    assertEquals(
        "/%C3%BC/%20", sent(GATEWAY, "GET /%c3%bc/%20 HTTP/1.1\r\nHost: h\r\n\r\n").target());
    assertEquals(
        "/%252e%252e/x", sent(GATEWAY, "GET /%252e%252e/x HTTP/1.1\r\nHost: h\r\n\r\n").target());
  }
}
