package dev.yumen.dataplane.wire;

import static dev.yumen.dataplane.wire.GatewayFixture.connectionsTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Http2Answer;
import dev.yumen.testkit.Http2Client;
import dev.yumen.testkit.Http2Frame;
import dev.yumen.testkit.Http2Request;
import dev.yumen.testkit.Http2Service;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that go on over HTTP/2, and the answers to them. */
@Timeout(60)
class Http2UpstreamTest {
  private static final Http2Service UPSTREAM = Http2Service.start();
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          runtime: {loops: 1}
          forwarded: {via: yumen}
          upstreams: {service: {endpoints: %s, protocol: h2c}}
          routes:
            - {id: all, match: {path: "/**"}, to: service}
            - {id: own, match: {path: "/own"}, to: service, host: endpoint}
          """
              .formatted(UPSTREAM.address()));

  @AfterEach
  void closeConnections() {
    UPSTREAM.closeConnections();
    GATEWAY.awaitUnconnected("service");
  }

  @AfterAll
  static void close() {
    GATEWAY.close();
    UPSTREAM.close();
  }

  /** Sends a request without a body and gives it as the service saw it. */
  private static Http2Request send(RawClient client, String head) {
    client.send(head);
    return UPSTREAM.next();
  }

  private static Http2Request get(RawClient client, String... lines) {
    StringBuilder head = new StringBuilder("GET / HTTP/1.1\r\nHost: h\r\n");
    for (String line : lines) {
      head.append(line).append("\r\n");
    }
    return send(client, head.append("\r\n").toString());
  }

  private static String post(String fields) {
    return "POST / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
  }

  private static List<String> names(List<Map.Entry<String, String>> fields) {
    return fields.stream().map(Map.Entry::getKey).toList();
  }

  // ---- heads of requests ----

  @Test
  void aRequestGoesOnAsHttp2() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request =
          send(
              client,
              "GET /a/b?c=d%20e HTTP/1.1\r\nHost: Example.COM:8080\r\n"
                  + String.join("\r\n", "X-Upper: Value", "x-two: 1", "x-two: 2", "", ""));
      assertEquals("GET", request.header(":method"));
      assertEquals("http", request.header(":scheme"));
      assertEquals("/a/b?c=d%20e", request.header(":path"));
      assertEquals("Example.COM:8080", request.header(":authority"));
      assertEquals("Value", request.header("x-upper"));
      assertEquals(List.of("1", "2"), request.headerValues("x-two"));
      assertNull(request.header("host"));
      assertNull(request.header("content-length"));
      assertTrue(request.isEnded());
      assertEquals(0, request.dataFrames());
      request.answer(200, "ok", "content-type", "text/plain");
      RawResponse answer = client.readResponse();
      assertEquals("ok", answer.text());
      assertEquals("text/plain", answer.header("content-type"));
    }
  }

  @Test
  void pseudoFieldsStandInFrontAndNamesAreInLowerCase() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = get(client, "X-A: 1", "X-B: 2");
      List<String> names = names(request.headers());
      assertEquals(
          Set.of(":method", ":scheme", ":path", ":authority"), Set.copyOf(names.subList(0, 4)));
      assertTrue(names.containsAll(List.of("x-a", "x-b")), names::toString);
      names.forEach(name -> assertEquals(name.toLowerCase(Locale.ROOT), name));
      request.answer(200, "");
      client.readResponse();
    }
  }

  @Test
  void theGatewayWritesItsOwnFields() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request =
          get(client, "X-Forwarded-For: 1.2.3.4", "X-Forwarded-Proto: https", "Via: 1.0 other");
      assertEquals(List.of("127.0.0.1"), request.headerValues("x-forwarded-for"));
      assertEquals(List.of("http"), request.headerValues("x-forwarded-proto"));
      assertEquals(List.of("h"), request.headerValues("x-forwarded-host"));
      assertEquals(List.of("1.0 other, 1.1 yumen"), request.headerValues("via"));
      request.answer(200, "");
      assertEquals("2 yumen", client.readResponse().header("via"));
    }
  }

  @Test
  void nothingThatBelongsToTheClientsConnectionGoesOn() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request =
          get(
              client,
              "Connection: keep-alive, x-hop, te",
              "Keep-Alive: timeout=5",
              "Proxy-Connection: keep-alive",
              "X-Hop: 1",
              "Upgrade: foo",
              "TE: gzip");
      List<String> names = names(request.headers());
      for (String gone :
          List.of("connection", "keep-alive", "proxy-connection", "x-hop", "upgrade", "te")) {
        assertFalse(names.contains(gone), names::toString);
      }
      request.answer(200, "");
      client.readResponse();
    }
  }

  @Test
  void teTrailersGoesOnWhenItWasAskedFor() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request asked = get(client, "TE: trailers", "Connection: TE");
      assertEquals(List.of("trailers"), asked.headerValues("te"));
      asked.answer(200, "");
      client.readResponse();
      Http2Request other = get(client);
      assertNull(other.header("te"));
      other.answer(200, "");
      client.readResponse();
    }
  }

  @Test
  void theHostMayBeThatOfTheEndpoint() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = send(client, "GET /own HTTP/1.1\r\nHost: h\r\n\r\n");
      assertEquals(UPSTREAM.address(), request.header(":authority"));
      assertNull(request.header("host"));
      assertEquals("h", request.header("x-forwarded-host"));
      request.answer(200, "");
      client.readResponse();
      Http2Request old = send(client, "GET / HTTP/1.0\r\n\r\n");
      assertEquals(UPSTREAM.address(), old.header(":authority"));
      old.answer(200, "");
      client.readResponse();
    }
  }

  @Test
  void targetsInOtherFormsBecomeAPathAndAnAuthority() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request absolute = send(client, "GET http://a.b/c?d HTTP/1.1\r\nHost: a.b\r\n\r\n");
      assertEquals("/c?d", absolute.path());
      assertEquals("a.b", absolute.header(":authority"));
      absolute.answer(200, "");
      client.readResponse();
    }
  }

  @Test
  void cookiesAreKept() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = get(client, "Cookie: a=1; b=2; c=\"3\"");
      assertEquals("a=1; b=2; c=\"3\"", String.join("; ", request.headerValues("cookie")));
      request.answer(200, "", "set-cookie", "x=1", "set-cookie", "y=2; Path=/");
      assertEquals(List.of("x=1", "y=2; Path=/"), client.readResponse().headerValues("set-cookie"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HEAD", "DELETE", "OPTIONS", "PROPFIND"})
  void methodsAreKept(String method) {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = send(client, method + " / HTTP/1.1\r\nHost: h\r\n\r\n");
      assertEquals(method, request.method());
      assertTrue(request.isEnded());
      request.onlyHead(200, "content-length", "0");
      assertEquals(200, client.readResponse(method).status());
    }
  }

  @Test
  void aRequestOfHttp2GoesOnAsHttp2() {
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      int stream =
          client.request(
              "POST",
              "/p?q",
              false,
              "te",
              "trailers",
              "cookie",
              "a=1",
              "cookie",
              "b=2",
              "x-a",
              "1");
      client.send(
          Http2Frame.data(stream, false, "body"), Http2Frame.headers(stream, true, "x-t", "2"));
      Http2Request request = UPSTREAM.next().awaitEnd();
      assertEquals("/p?q", request.path());
      assertEquals("localhost", request.header(":authority"));
      assertEquals("trailers", request.header("te"));
      assertEquals("a=1; b=2", String.join("; ", request.headerValues("cookie")));
      assertEquals("2 yumen", request.header("via"));
      assertEquals("body", request.text());
      assertEquals(List.of(Map.entry("x-t", "2")), request.trailers());
      request.head(200, "x-b", "3").data("answer").trailers("x-u", "4");
      Http2Answer answer = client.answer(stream);
      assertEquals("answer", answer.text());
      assertEquals("3", answer.header("x-b"));
      assertEquals(List.of(Map.entry("x-u", "4")), answer.trailers());
    }
  }

  // ---- bodies of requests ----

  @Test
  void aBodyOfKnownLengthKeepsIt() {
    try (RawClient client = GATEWAY.connect()) {
      client.send(post("Content-Length: 8\r\n") + "half");
      Http2Request request = UPSTREAM.next().awaitBody(4);
      assertEquals("8", request.header("content-length"));
      assertFalse(request.isEnded());
      client.send("half");
      assertEquals("halfhalf", request.awaitEnd().text());
      request.answer(200, "ok");
      assertEquals("ok", client.readResponse().text());
    }
  }

  @Test
  void aBodyInChunksHasNoLengthAndKeepsItsTrailers() {
    try (RawClient client = GATEWAY.connect()) {
      client.send(
          post("Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n")
              + "3\r\none\r\n4;x=y\r\n two\r\n0\r\nX-Sum: 7\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n");
      Http2Request request = UPSTREAM.next().awaitEnd();
      assertNull(request.header("content-length"));
      assertNull(request.header("transfer-encoding"));
      assertEquals("one two", request.text());
      assertEquals(List.of(Map.entry("x-sum", "7")), request.trailers());
      request.answer(200, "ok");
      assertEquals("ok", client.readResponse().text());
    }
  }

  @Test
  void anEmptyBodyStaysOne() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = send(client, post("Content-Length: 0\r\n")).awaitEnd();
      assertEquals("0", request.header("content-length"));
      assertEquals(0, request.bodyLength());
      request.answer(200, "ok");
      client.readResponse();
      client.send(post("Transfer-Encoding: chunked\r\n") + "0\r\n\r\n");
      Http2Request chunked = UPSTREAM.next().awaitEnd();
      assertEquals(0, chunked.bodyLength());
      chunked.answer(200, "ok");
      assertEquals("ok", client.readResponse().text());
    }
  }

  @Test
  void anExpectationGoesOnAndIsAnsweredByTheService() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = send(client, post("Content-Length: 4\r\nExpect: 100-continue\r\n"));
      assertEquals("100-continue", request.header("expect"));
      request.send(Http2Frame.headers(request.stream(), false, ":status", "100"));
      assertEquals(100, client.readResponse().status());
      client.send("body");
      assertEquals("body", request.awaitEnd().text());
      request.answer(200, "ok");
      assertEquals("ok", client.readResponse().text());
    }
  }

  // ---- answers ----

  @Test
  void aBodyWithALengthKeepsIt() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = get(client).head(200, "content-length", "8").data("half");
      client.readUntil("\r\n\r\nhalf");
      request.end("half");
      client.readUntil("half");
      String received = client.received();
      assertTrue(received.toLowerCase(Locale.ROOT).contains("content-length: 8\r\n"));
      get(client).answer(200, "next");
      assertEquals("next", client.readResponse().text());
    }
  }

  @Test
  void aBodyWithoutALengthGoesOnInChunksAsItComes() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = get(client).head(200).data("first");
      client.readUntil("5\r\nfirst\r\n");
      request.data("second");
      client.readUntil("6\r\nsecond\r\n");
      request.end("");
      client.readUntil("0\r\n\r\n");
      assertTrue(client.received().contains("chunked"));
      get(client).answer(200, "next");
      assertEquals("next", client.readResponse().text());
    }
  }

  @Test
  void aBodyWithoutALengthEndsAnOldClientsConnection() {
    try (RawClient client = GATEWAY.connect()) {
      send(client, "GET / HTTP/1.0\r\nHost: h\r\n\r\n").head(200).data("half").end("half");
      RawResponse answer = client.readResponse();
      assertEquals("halfhalf", answer.text());
      assertTrue(answer.closed());
    }
  }

  @Test
  void anAnswerThatEndsWithItsHeadHasNoBody() {
    try (RawClient client = GATEWAY.connect()) {
      get(client).onlyHead(200, "x-a", "1");
      RawResponse answer = client.readResponse();
      assertEquals("1", answer.header("x-a"));
      assertEquals("0", answer.header("content-length"));
      get(client).answer(200, "next");
      assertEquals("next", client.readResponse().text());
    }
  }

  @Test
  void headHasALengthButNoBody() {
    try (RawClient client = GATEWAY.connect()) {
      for (boolean withFrame : new boolean[] {false, true}) {
        Http2Request request = send(client, "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
        if (withFrame) {
          request.head(200, "content-length", "12").end("");
        } else {
          request.onlyHead(200, "content-length", "12");
        }
        assertEquals("12", client.readResponse("HEAD").header("content-length"));
      }
      get(client).answer(200, "next");
      assertEquals("next", client.readResponse().text());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 304})
  void noContentAndNotModifiedHaveNoBody(int status) {
    try (RawClient client = GATEWAY.connect()) {
      get(client).onlyHead(status, "etag", "\"1\"");
      RawResponse answer = client.readResponse();
      assertEquals(status, answer.status());
      assertEquals("\"1\"", answer.header("etag"));
      assertNull(answer.header("transfer-encoding"));
      get(client).head(status).end("");
      assertEquals(status, client.readResponse().status());
      get(client).answer(200, "next");
      assertEquals("next", client.readResponse().text());
    }
  }

  @Test
  void interimAnswersComeBeforeTheFinalOne() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = get(client).head(103, "link", "</a>").head(103, "link", "</b>");
      for (String link : List.of("</a>", "</b>")) {
        RawResponse interim = client.readResponse();
        assertEquals(103, interim.status());
        assertEquals(link, interim.header("link"));
      }
      request.answer(200, "final", "x-a", "1");
      RawResponse answer = client.readResponse();
      assertEquals("final", answer.text());
      assertNull(answer.header("link"));
    }
  }

  @Test
  void interimAnswersComeToAClientOfHttp2() {
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      int stream = client.get("/");
      Http2Request request = UPSTREAM.next().head(103, "link", "</a>");
      client.await("103", () -> !client.soFar(stream).interims().isEmpty());
      request.answer(200, "final");
      Http2Answer answer = client.answer(stream);
      assertEquals(1, answer.interims().size());
      assertEquals("final", answer.text());
    }
  }

  @Test
  void trailersOfAnAnswerComeInChunks() {
    try (RawClient client = GATEWAY.connect()) {
      get(client, "TE: trailers", "Connection: TE")
          .head(200, "trailer", "x-sum")
          .data("body")
          .trailers("x-sum", "4", "etag", "\"9\"");
      RawResponse answer = client.readResponse();
      assertEquals("body", answer.text());
      assertEquals(List.of(Map.entry("x-sum", "4"), Map.entry("etag", "\"9\"")), answer.trailers());
    }
  }

  @Test
  void trailersBehindABodyOfKnownLengthAreLeftOut() {
    try (RawClient client = GATEWAY.connect()) {
      get(client, "TE: trailers", "Connection: TE")
          .head(200, "content-length", "4")
          .data("body")
          .trailers("x-sum", "4");
      assertEquals("body", client.readResponse().text());
      get(client).answer(200, "next");
      assertEquals("next", client.readResponse().text());
    }
  }

  @Test
  void anAnswerMayComeInManyFramesAndWithPadding() {
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = get(client);
      request.send(
          Http2Frame.headersInParts(
              request.stream(), false, 7, ":status", "200", "x-long", "value".repeat(9)));
      byte[] padded = {3, 't', 'w', 'o', 0, 0, 0};
      request.data("one ").data("");
      request.send(new Http2Frame(Http2Frame.DATA, Http2Frame.PADDED, request.stream(), padded));
      request.end("");
      RawResponse answer = client.readResponse();
      assertEquals("one two", answer.text());
      assertEquals("value".repeat(9), answer.header("x-long"));
    }
  }

  // ---- answers that do not wait for the request ----

  @Test
  void anEarlyAnswerIsWholeAndTheRestOfTheRequestIsNotWanted() {
    try (RawClient client = GATEWAY.connect()) {
      client.send(post("Content-Length: 8\r\n") + "half");
      Http2Request request = UPSTREAM.next().awaitBody(4).answer(403, "no");
      RawResponse answer = client.readResponse();
      assertEquals(403, answer.status());
      assertEquals("no", answer.text());
      assertEquals(Http2Frame.NO_ERROR, request.awaitReset());
      client.send("half");
      get(client).answer(200, "next");
      assertEquals("next", client.readResponse().text());
      assertEquals(1, UPSTREAM.openConnections());
    }
  }

  @Test
  void aResetByNoErrorBehindAWholeAnswerIsNoFailure() {
    try (RawClient client = GATEWAY.connect()) {
      client.send(post("Content-Length: 8\r\n") + "half");
      UPSTREAM.next().awaitBody(4).answer(200, "enough").reset(Http2Frame.NO_ERROR);
      assertEquals("enough", client.readResponse().text());
      client.send("half");
      get(client).answer(200, "next");
      assertEquals("next", client.readResponse().text());
    }
  }

  @Test
  void aClientThatGoesAwayCancelsItsRequestAlone() {
    try (RawClient stays = GATEWAY.connect()) {
      Http2Request other = get(stays);
      RawClient goes = GATEWAY.connect();
      Http2Request request = get(goes).head(200).data("part");
      goes.readUntil("part");
      goes.reset();
      assertEquals(Http2Frame.CANCEL, request.awaitReset());
      assertEquals(other.connection(), request.connection());
      other.answer(200, "ok");
      assertEquals("ok", stays.readResponse().text());
    }
  }

  @Test
  void requestsAndAnswersAreCounted() {
    String answered = "gateway_upstream_requests_total{upstream=\"service\",result=\"2xx\"}";
    long before = GATEWAY.metric(answered);
    try (RawClient client = GATEWAY.connect()) {
      Http2Request request = get(client);
      assertEquals(1, GATEWAY.metric(connectionsTo("service", "active")));
      request.answer(200, "ok");
      client.readResponse();
      GATEWAY.awaitMetric(connectionsTo("service", "active"), 0);
      assertEquals(1, GATEWAY.metric(connectionsTo("service", "idle")));
    }
    assertEquals(before + 1, GATEWAY.metric(answered));
  }
}
