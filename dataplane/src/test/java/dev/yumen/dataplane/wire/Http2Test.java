package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.await;
import static dev.yumen.testkit.Behaviours.echo;
import static dev.yumen.testkit.Behaviours.neverAnswer;
import static dev.yumen.testkit.Behaviours.raw;
import static dev.yumen.testkit.Behaviours.respond;
import static dev.yumen.testkit.Behaviours.stream;
import static dev.yumen.testkit.Behaviours.streamChunked;
import static dev.yumen.testkit.Behaviours.write;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Http2Answer;
import dev.yumen.testkit.Http2Client;
import dev.yumen.testkit.Http2Frame;
import dev.yumen.testkit.PatternBytes;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Requests over HTTP/2 and their answers, to an upstream that speaks HTTP/1.1. */
@Timeout(60)
class Http2Test {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          limits: {http2: {streams: 100, resets: 10000}}
          forwarded: {via: yumen}
          upstreams: {service: {endpoints: %s}}
          routes:
            - {id: all, match: {path: "/**"}, to: service}
            - {id: fixed, match: {path: "/fixed"}, respond: {body: fixed}}
          """
              .formatted(UPSTREAM.address()));

  @RegisterExtension static final Shared SHARED = Shared.of(GATEWAY, UPSTREAM);

  private static Http2Client connect(int... settings) {
    return Http2Client.connect(GATEWAY.port(), settings);
  }

  private static Http2Answer get(String path, String... fields) {
    try (Http2Client client = connect()) {
      return client.answer(client.get(path, fields));
    }
  }

  private static int requests() {
    return UPSTREAM.requests().size();
  }

  private static long checksum(int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(PatternBytes.of(length));
    return checksum.getValue();
  }

  // ---- heads ----

  @Test
  void aRequestGoesOnAsHttp11() {
    int before = requests();
    Http2Answer answer = get("/a/b?c=d", "x-a", "1", "user-agent", "test");
    assertEquals(200, answer.status());
    assertEquals("application/json", answer.header("content-type"));
    assertTrue(answer.text().contains("\"bodyLength\":0"));
    Recorded request = UPSTREAM.awaitRequest(before + 1);
    assertEquals("GET /a/b?c=d HTTP/1.1", request.requestLine());
    assertEquals("1", request.header("x-a"));
    assertEquals(List.of("localhost"), request.headerValues("host"));
    assertNull(request.header("transfer-encoding"));
    assertNull(request.header("content-length"));
  }

  @Test
  void theGatewayWritesItsOwnFields() {
    int before = requests();
    Http2Answer answer = get("/", "x-forwarded-for", "1.2.3.4", "x-forwarded-proto", "https");
    Recorded request = UPSTREAM.awaitRequest(before + 1);
    assertEquals(List.of("2 yumen"), request.headerValues("via"));
    assertEquals(List.of("127.0.0.1"), request.headerValues("x-forwarded-for"));
    assertEquals(List.of("http"), request.headerValues("x-forwarded-proto"));
    assertEquals(List.of("localhost"), request.headerValues("x-forwarded-host"));
    assertEquals("1.1 yumen", answer.header("via"));
  }

  @Test
  void answerFieldsAreInLowerCaseAndNoneBelongsToAConnection() {
    UPSTREAM.next(
        raw(
            "HTTP/1.1 200 OK\r\nX-Upper: Value\r\nConnection: keep-alive, x-hop\r\nX-Hop: 1\r\n"
                + "Keep-Alive: timeout=5\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "2\r\nok\r\n0\r\n\r\n"));
    Http2Answer answer = get("/");
    assertEquals("ok", answer.text());
    assertEquals("Value", answer.header("x-upper"));
    List<String> names = answer.headers().stream().map(Map.Entry::getKey).toList();
    assertEquals(List.of(":status", "x-upper", "via"), names);
  }

  @Test
  void piecesOfACookieBecomeOneField() {
    int before = requests();
    get("/", "cookie", "a=1", "x-between", "y", "cookie", "b=2", "cookie", "c=3");
    assertEquals(
        List.of("a=1; b=2; c=3"), UPSTREAM.awaitRequest(before + 1).headerValues("cookie"));
  }

  @Test
  void teTrailersAndAnEqualHostAreTaken() {
    int before = requests();
    assertEquals(200, get("/", "te", "trailers", "host", "LOCALHOST").status());
    Recorded request = UPSTREAM.awaitRequest(before + 1);
    assertEquals(List.of("localhost"), request.headerValues("host"));
  }

  @Test
  void aFixedAnswerAndAFailureAreComplete() {
    Http2Answer fixed = get("/fixed");
    assertEquals("fixed", fixed.text());
    assertEquals("5", fixed.header("content-length"));
    UPSTREAM.next(raw("HTTP/1.1 nonsense\r\n\r\n"));
    Http2Answer failed = get("/");
    assertEquals(502, failed.status());
    assertEquals("application/problem+json", failed.header("content-type"));
    assertTrue(failed.isEnded());
  }

  // ---- answers without a body, and before the final one ----

  @Test
  void headHasALengthButNoBody() {
    try (Http2Client client = connect()) {
      UPSTREAM.next(respond(200, "twelve bytes"));
      Http2Answer answer = client.answer(client.request("HEAD", "/", true));
      assertEquals(200, answer.status());
      assertEquals("12", answer.header("content-length"));
      assertEquals(0, answer.dataFrames());
      assertTrue(answer.isEnded());
    }
  }

  @Test
  void noContentAndNotModifiedEndWithTheirHead() {
    try (Http2Client client = connect()) {
      for (int status : new int[] {204, 304}) {
        UPSTREAM.next(respond(status, Map.of("ETag", "\"1\""), ""));
        Http2Answer answer = client.answer(client.get("/"));
        assertEquals(status, answer.status());
        assertEquals("\"1\"", answer.header("etag"));
        assertNull(answer.header("content-length"));
        assertEquals(0, answer.dataFrames());
      }
    }
  }

  @Test
  void interimAnswersComeBeforeTheFinalOne() {
    UPSTREAM.next(
        raw(
            "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    Http2Answer answer = get("/");
    assertEquals(1, answer.interims().size());
    assertTrue(answer.interims().getFirst().contains(Map.entry(":status", "103")));
    assertTrue(answer.interims().getFirst().contains(Map.entry("link", "</a.css>; rel=preload")));
    assertEquals("ok", answer.text());
  }

  @Test
  void aClientThatExpectsItIsToldToContinue() {
    UPSTREAM.next(write("HTTP/1.1 100 Continue\r\n\r\n").then(respond(200, "got it")));
    try (Http2Client client = connect()) {
      int stream =
          client.request("POST", "/", false, "expect", "100-continue", "content-length", "4");
      client.await("100", () -> !client.soFar(stream).interims().isEmpty());
      client.send(Http2Frame.data(stream, true, "body"));
      assertEquals("got it", client.answer(stream).text());
    }
  }

  // ---- bodies ----

  @Test
  void bodyAndTrailersOfARequestGoOn() {
    int before = requests();
    try (Http2Client client = connect()) {
      int stream = client.request("POST", "/", false, "trailer", "etag");
      client.send(
          Http2Frame.data(stream, false, "one "),
          new Http2Frame(
              Http2Frame.DATA, Http2Frame.PADDED, stream, "\u0003two\0\0\0".getBytes(ISO_8859_1)),
          Http2Frame.data(stream, false, ""),
          Http2Frame.headers(stream, true, "etag", "\"7\"", "x-forwarded-for", "6.6.6.6"));
      assertEquals(200, client.answer(stream).status());
    }
    Recorded request = UPSTREAM.awaitRequest(before + 1);
    assertEquals("chunked", request.header("transfer-encoding"));
    assertEquals("one two", request.text());
    assertEquals(List.of(Map.entry("etag", "\"7\"")), request.trailers());
  }

  @Test
  void aBodyOfKnownLengthKeepsIt() {
    int before = requests();
    try (Http2Client client = connect()) {
      int stream = client.request("POST", "/", false, "content-length", "8");
      client.send(Http2Frame.data(stream, false, "half"), Http2Frame.data(stream, true, "half"));
      assertEquals(200, client.answer(stream).status());
    }
    Recorded request = UPSTREAM.awaitRequest(before + 1);
    assertEquals("8", request.header("content-length"));
    assertEquals("halfhalf", request.text());
  }

  @Test
  void trailersOfAnAnswerCome() {
    UPSTREAM.next(
        raw(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "4\r\nbody\r\n0\r\nETag: \"9\"\r\nX-Checksum: 1\r\n\r\n"));
    Http2Answer answer = get("/", "te", "trailers");
    assertEquals("body", answer.text());
    assertEquals(
        List.of(Map.entry("etag", "\"9\""), Map.entry("x-checksum", "1")), answer.trailers());
    assertTrue(answer.isEnded());
  }

  @Test
  void largeAnswersAreIntact() {
    try (Http2Client client = connect()) {
      UPSTREAM.next(stream(20_000_000)).next(streamChunked(9_000_001, 10_007));
      for (long length : new long[] {20_000_000, 9_000_001}) {
        int stream = client.get("/large");
        Http2Answer answer = client.checkPattern(stream).answer(stream);
        assertEquals(length, answer.bodyLength(), answer::toString);
        assertTrue(answer.isEnded());
      }
    }
  }

  @Test
  void largeRequestsAreIntact() {
    int length = 20_000_000;
    int before = requests();
    try (Http2Client client = connect()) {
      int known = client.request("POST", "/", false, "content-length", Integer.toString(length));
      assertEquals(200, client.sendPattern(known, length, true).answer(known).status());
      int unknown = client.request("POST", "/", false);
      assertEquals(200, client.sendPattern(unknown, length, true).answer(unknown).status());
    }
    for (int request = 1; request <= 2; request++) {
      Recorded recorded = UPSTREAM.awaitRequest(before + request);
      assertEquals(length, recorded.bodyLength());
      assertEquals(checksum(length), recorded.bodyChecksum());
    }
  }

  @Test
  void anAnswerMayComeBeforeTheRequestHasEnded() {
    UPSTREAM.next(write("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"));
    try (Http2Client client = connect()) {
      int stream = client.request("POST", "/", false);
      client.send(Http2Frame.data(stream, false, "part"));
      Http2Answer answer = client.answer(stream);
      assertEquals(403, answer.status());
      assertTrue(answer.isEnded());
      // The rest may still come, and is dropped; the connection goes on.
      client.send(Http2Frame.data(stream, true, "rest"));
      assertEquals("fixed", client.answer(client.get("/fixed")).text());
      assertFalse(answer.isReset());
    }
  }

  @Test
  void aClientThatGoesOnForLongAfterItsAnswerIsAskedToStop() {
    try (Http2Client client = connect()) {
      int stream = client.request("POST", "/fixed", false);
      Http2Answer answer = client.answer(stream);
      assertEquals("fixed", answer.text());
      client.sendPattern(stream, 200_000, false);
      client.await("a reset", answer::isReset);
      assertEquals(Http2Frame.NO_ERROR, answer.resetBy());
      assertEquals("fixed", client.answer(client.get("/fixed")).text());
    }
  }

  // ---- ends that were not wanted ----

  @Test
  void aResetByTheClientCancelsTheUpstreamRequest() {
    CountDownLatch cancelled = new CountDownLatch(1);
    UPSTREAM.next(
        request -> {
          request.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
          request.awaitClosedByPeer();
          cancelled.countDown();
          request.close();
        });
    try (Http2Client client = connect()) {
      int stream = client.get("/");
      assertEquals(200, client.head(stream).status());
      client.send(Http2Frame.reset(stream, Http2Frame.CANCEL));
      Eventually.within(PATIENCE, () -> cancelled.getCount() == 0);
      assertEquals("fixed", client.answer(client.get("/fixed")).text());
    }
    GATEWAY.awaitIdle();
  }

  @Test
  void anUpstreamThatIsCutOffInItsAnswerIsSeenAsAReset() {
    for (String head :
        List.of("Content-Length: 100\r\n\r\npart", "Transfer-Encoding: chunked\r\n\r\n4\r\npart")) {
      UPSTREAM.next(write("HTTP/1.1 200 OK\r\n" + head).then(request -> request.reset()));
      Http2Answer answer = get("/");
      assertEquals(200, answer.status());
      assertFalse(answer.isEnded(), answer::toString);
      assertEquals(Http2Frame.INTERNAL_ERROR, answer.resetBy());
    }
  }

  // ---- many at once ----

  @Test
  void manyStreamsShareAConnection() {
    try (Http2Client client = connect()) {
      CountDownLatch together = new CountDownLatch(1);
      List<Integer> streams = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        UPSTREAM.next(await(together).then(stream(50_000)));
        streams.add(client.get("/" + i));
      }
      GATEWAY.awaitMetric("gateway_requests_in_flight", 100);
      together.countDown();
      for (int stream : streams) {
        client.checkPattern(stream);
      }
      for (int stream : streams) {
        Http2Answer answer = client.answer(stream);
        assertEquals(50_000, answer.bodyLength());
        assertTrue(answer.isEnded());
      }
    }
  }

  @Test
  void streamsBeyondTheLimitAreRefusedAndMayBeTriedAgain() {
    long counted = GATEWAY.rejected("http2_too_many_streams");
    int before = requests();
    try (Http2Client client = connect()) {
      client.ping();
      assertEquals(100, client.peerSetting(Http2Frame.MAX_CONCURRENT_STREAMS));
      CountDownLatch slow = new CountDownLatch(1);
      List<Integer> streams = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        UPSTREAM.next(await(slow).then(respond(200, "late")));
        streams.add(client.get("/"));
      }
      Http2Answer refused = client.answer(client.get("/"));
      assertEquals(Http2Frame.REFUSED_STREAM, refused.resetBy());
      assertEquals(counted + 1, GATEWAY.rejected("http2_too_many_streams"));
      UPSTREAM.awaitRequest(before + 100);
      slow.countDown();
      streams.forEach(stream -> assertEquals("late", client.answer(stream).text()));
      assertEquals("fixed", client.answer(client.get("/fixed")).text());
    }
    assertEquals(before + 100, requests());
  }

  @Test
  void bothProtocolsAreSpokenOnOnePort() {
    try (RawClient old = GATEWAY.connect()) {
      assertEquals("fixed", old.get("/fixed").text());
      assertEquals("fixed", get("/fixed").text());
      old.send("P");
      assertTrue(old.isQuietFor(Duration.ofMillis(20)));
      old.send("OST /fixed HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
      assertEquals("fixed", old.readResponse().text());
    }
    try (RawClient slow = GATEWAY.connect()) {
      slow.sendPieces("PR", "OPFIND /fixed HTTP/1.1\r\nHost: h\r\n\r\n");
      assertEquals("fixed", slow.readResponse().text());
    }
  }

  @Test
  void thePrefaceMayComeInPieces() {
    try (Http2Client client = Http2Client.connectSilently(GATEWAY.port())) {
      for (byte each : Http2Client.PREFACE) {
        client.sendBytes(new byte[] {each});
      }
      for (byte each : Http2Frame.settings().bytes()) {
        client.sendBytes(new byte[] {each});
      }
      assertEquals("fixed", client.answer(client.get("/fixed")).text());
    }
  }

  @Test
  void aListenerMaySpeakHttp2Alone() {
    try (GatewayFixture gateway =
        GatewayFixture.start(
            """
            listeners: {http: {address: "127.0.0.1:0", protocols: http2}}
            routes: [{id: fixed, match: {path: "/fixed"}, respond: {body: fixed}}]
            """)) {
      try (Http2Client client = Http2Client.connect(gateway.port())) {
        assertEquals("fixed", client.answer(client.get("/fixed")).text());
      }
      try (RawClient old = gateway.connect()) {
        old.send("GET /fixed HTTP/1.1\r\nHost: h\r\n\r\n");
        assertTrue(old.isClosedByPeer());
        assertFalse(old.received().contains("HTTP/1.1 200"));
      }
      assertEquals(1, gateway.rejected("http2_protocol_error"));
    }
  }

  @Test
  void aClientThatClosesItsConnectionCancelsItsRequests() {
    UPSTREAM.next(neverAnswer());
    int before = requests();
    try (Http2Client client = connect()) {
      client.get("/");
      UPSTREAM.awaitRequest(before + 1);
    }
    // limits.half-close, as for HTTP/1.1
    GATEWAY.awaitIdle();
  }

  @Test
  void aResetBehindAHalfCloseCancelsRequests() {
    UPSTREAM.next(neverAnswer());
    int before = requests();
    try (Http2Client client = connect()) {
      client.get("/");
      UPSTREAM.awaitRequest(before + 1);
      client.shutdownOutput();
      client.awaitGoAway();
      client.reset();
    }
    GATEWAY.awaitIdle();
  }

  @Test
  void aHalfRequestOfAClientThatHalfClosedIsCancelled() {
    int before = requests();
    try (Http2Client client = connect()) {
      client.send(Http2Frame.data(client.request("POST", "/", false), false, "half"));
      UPSTREAM.awaitRequest(before + 1);
      client.shutdownOutput();
      GATEWAY.awaitIdle();
    }
  }

  @Test
  void aRequestThatIsResetBeforeItIsSentLeavesTheUpstreamsConnectionAsItIs() {
    int before;
    int streams = 50;
    try (Http2Client client = connect()) {
      client.answer(client.get("/"));
      before = UPSTREAM.connections();
      List<Http2Frame> frames = new ArrayList<>();
      for (int i = 0; i < streams; i++) {
        int stream = client.newStream();
        frames.add(Http2Frame.request(stream, true, "GET", "/reset"));
        frames.add(Http2Frame.reset(stream, Http2Frame.CANCEL));
      }
      client.send(frames.toArray(Http2Frame[]::new));
      assertEquals(200, client.answer(client.get("/")).status());
    }
    assertEquals(before, UPSTREAM.connections());
    assertFalse(UPSTREAM.received().contains("/reset"));
    GATEWAY.awaitIdle();
  }
}
