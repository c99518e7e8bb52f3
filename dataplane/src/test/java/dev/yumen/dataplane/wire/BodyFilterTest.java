package dev.yumen.dataplane.wire;

import static dev.yumen.dataplane.wire.TestFilters.buffer;
import static dev.yumen.dataplane.wire.TestFilters.count;
import static dev.yumen.dataplane.wire.TestFilters.onRequestBody;
import static dev.yumen.dataplane.wire.TestFilters.onResponseBody;
import static dev.yumen.dataplane.wire.TestFilters.stream;
import static dev.yumen.dataplane.wire.TestFilters.whole;
import static dev.yumen.testkit.Behaviours.echo;
import static dev.yumen.testkit.Behaviours.raw;
import static dev.yumen.testkit.Behaviours.respond;
import static dev.yumen.testkit.Behaviours.streamChunked;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.BodySink;
import dev.yumen.api.BodyTransform;
import dev.yumen.api.BodyTreatment;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.FilterType;
import dev.yumen.api.Headers;
import dev.yumen.api.Verdict;
import dev.yumen.testkit.PatternBytes;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Filters that rewrite, watch or hold bodies, both ways. */
class BodyFilterTest {
  private static final AtomicLong COUNTED = new AtomicLong();
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final List<FilterType<?>> TYPES =
      List.of(
          onRequestBody("up-stream", _ -> stream(BodyFilterTest::upper)),
          onRequestBody("up-inspect", _ -> new BodyTreatment.Inspect(count(COUNTED))),
          onRequestBody("up-whole", _ -> whole(1000, text -> "<" + upper(text) + ">")),
          onRequestBody("up-fails", _ -> new BodyTreatment.Stream(BodyFilterTest::refuse)),
          onRequestBody("up-later", _ -> new BodyTreatment.Whole(1000, new DecidesLater())),
          onRequestBody("up-later-held", _ -> new BodyTreatment.Stream(new DecidesLater())),
          onRequestBody("up-trailers", _ -> new BodyTreatment.Stream(new Trailing())),
          onResponseBody("down-trailers", _ -> new BodyTreatment.Stream(new Trailing())),
          onResponseBody("down-stream", _ -> stream(BodyFilterTest::upper)),
          onResponseBody("down-inspect", _ -> new BodyTreatment.Inspect(count(COUNTED))),
          onResponseBody("down-whole", _ -> whole(1000, text -> "<" + upper(text) + ">")),
          onResponseBody("down-fails", _ -> new BodyTreatment.Stream(BodyFilterTest::refuse)),
          onResponseBody("down-fails-late", _ -> new BodyTreatment.Whole(1000, new FailsLate())));
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(yaml(), TYPES.toArray(FilterType<?>[]::new));

  private static final String SWITCHED =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
          + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

  private static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  private static void refuse(ByteBuf chunk, BodySink out) {
    chunk.release();
    out.fail(Failure.of(FailureCode.FORBIDDEN, "not such a body"));
  }

  /** Sends half of its result, then thinks better of it. */
  private static final class FailsLate implements BodyTransform {
    @Override
    public void onChunk(ByteBuf chunk, BodySink out) {
      out.emit(chunk);
    }

    @Override
    public void onEnd(BodySink out) {
      out.emit(buffer("leak"));
      out.fail(Failure.of(FailureCode.FORBIDDEN, "no"));
    }
  }

  /** Finds out on another thread whether there is an x in the body, and says so twice. */
  private static final class DecidesLater implements BodyTransform {
    @Override
    public void onChunk(ByteBuf chunk, BodySink out) {
      boolean found = chunk.toString(US_ASCII).contains("x");
      out.emit(chunk);
      out.await(CompletableFuture.supplyAsync(Verdict::proceed));
      out.await(
          CompletableFuture.supplyAsync(
              () -> found ? Verdict.fail(FailureCode.FORBIDDEN, "an x") : Verdict.proceed()));
    }
  }

  /** Writes trailers behind the body, and puts another in their place. */
  private static final class Trailing implements BodyTransform {
    @Override
    public void onChunk(ByteBuf chunk, BodySink out) {
      out.emit(chunk);
    }

    @Override
    public void onEnd(Headers trailers, BodySink out) {
      StringBuilder text = new StringBuilder("|" + trailers.size());
      trailers.forEach((name, value) -> text.append(name).append('=').append(value));
      out.emit(buffer(text.toString()));
      trailers.remove("X-Tail").set("X-New", "1");
    }
  }

  private static String yaml() {
    return """
            upstreams: {service: {endpoints: %s}}
            routes:
              - {id: plain, match: {path: "/plain"}, to: service}
              - {id: all, match: {path: "/all"}, to: service, filters: [{up-inspect: {}}, {up-whole: {}}, {up-stream: {}}, {down-whole: {}}, {down-stream: {}}]}
            """
            .formatted(UPSTREAM.address())
        + TestFilters.routes(TYPES);
  }

  @BeforeEach
  void forget() {
    UPSTREAM.dropQueued();
    COUNTED.set(0);
  }

  @AfterAll
  static void close() {
    GATEWAY.close();
    UPSTREAM.close();
  }

  private static Recorded post(RawClient client, String path, String framed) {
    int before = UPSTREAM.requests().size();
    client.send("POST " + path + " HTTP/1.1\r\nHost: h\r\n" + framed);
    RawResponse answer = client.readResponse();
    assertEquals(200, answer.status(), answer::toString);
    return UPSTREAM.awaitRequest(before + 1);
  }

  // ---- trailers ----

  private static final String TAIL = "4\r\nbody\r\n0\r\nX-Tail: t\r\n\r\n";

  @Test
  void aFilterReadsAndEditsTheTrailersOfARequest() {
    try (RawClient client = GATEWAY.connect()) {
      Recorded request = post(client, "/up-trailers", "Transfer-Encoding: chunked\r\n\r\n" + TAIL);
      assertEquals("body|1X-Tail=t", request.text());
      assertEquals(List.of(Map.entry("X-New", "1")), request.trailers());
      Recorded without = post(client, "/up-trailers", "Content-Length: 4\r\n\r\nbody");
      assertEquals("body|0", without.text());
      assertEquals(List.of(Map.entry("X-New", "1")), without.trailers());
    }
  }

  @Test
  void aFilterReadsAndEditsTheTrailersOfAnAnswer() {
    try (RawClient client = GATEWAY.connect()) {
      UPSTREAM.next(raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + TAIL));
      RawResponse answer = client.get("/down-trailers", "TE: trailers", "Connection: TE");
      assertEquals("body|1X-Tail=t", answer.text());
      assertEquals(List.of(Map.entry("X-New", "1")), answer.trailers());
      UPSTREAM.next(respond(200, "body"));
      RawResponse without = client.get("/down-trailers", "TE: trailers", "Connection: TE");
      assertEquals("body|0", without.text());
      assertEquals(List.of(Map.entry("X-New", "1")), without.trailers());
    }
  }

  // ---- requests ----

  @Test
  void aRewrittenRequestBodyGoesInChunks() {
    try (RawClient client = GATEWAY.connect()) {
      Recorded seen = post(client, "/up-stream", "Content-Length: 4\r\n\r\nbody");
      assertEquals("chunked", seen.header("transfer-encoding"));
      assertNull(seen.header("content-length"));
      assertEquals("BODY.", seen.text());
      Recorded chunked =
          post(
              client,
              "/up-stream",
              "Transfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\nX-T: 1\r\n\r\n");
      assertEquals("BODY.", chunked.text());
      assertEquals(List.of(Map.entry("X-T", "1")), chunked.trailers());
    }
  }

  @Test
  void aWatchedRequestBodyKeepsItsLength() {
    try (RawClient client = GATEWAY.connect()) {
      Recorded seen = post(client, "/up-inspect", "Content-Length: 4\r\n\r\nbody");
      assertEquals("4", seen.header("content-length"));
      assertEquals("body", seen.text());
      assertEquals(4, COUNTED.get());
    }
  }

  @Test
  void aHeldRequestBodyGetsItsNewLength() {
    try (RawClient client = GATEWAY.connect()) {
      for (String framed :
          List.of(
              "Content-Length: 4\r\n\r\nbody",
              "Transfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n")) {
        Recorded seen = post(client, "/up-whole", framed);
        assertEquals("7", seen.header("content-length"));
        assertNull(seen.header("transfer-encoding"));
        assertEquals("<BODY>.", seen.text());
      }
      assertEquals("<>.", post(client, "/up-whole", "Content-Length: 0\r\n\r\n").text());
    }
  }

  @Test
  void aHeldBodyIsNotBegunBeforeItIsWhole() {
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST /up-whole HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbo");
      assertTrue(client.isQuietFor(java.time.Duration.ofMillis(50)));
      assertEquals(before, UPSTREAM.requests().size());
      client.send("dy");
      assertEquals(200, client.readResponse().status());
    }
  }

  @Test
  void aClientThatWaitsIsToldToSendAHeldBody() {
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      client.send(
          "POST /up-whole HTTP/1.1\r\n"
              + "Host: h\r\n"
              + "Content-Length: 4\r\n"
              + "Expect: 100-continue\r\n\r\n");
      assertEquals("HTTP/1.1 100 Continue\r\n\r\n", client.readHead());
      client.send("body");
      assertEquals(200, client.readResponse().status());
      assertNull(UPSTREAM.awaitRequest(before + 1).header("expect"));
    }
  }

  @Test
  void aRequestBodyTooLongToHoldIsRefused() {
    int before = UPSTREAM.requests().size();
    String body = "b".repeat(1001);
    for (String framed :
        List.of(
            "Content-Length: 1001\r\n\r\n" + body,
            "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + body + "\r\n0\r\n\r\n")) {
      try (RawClient client = GATEWAY.connect()) {
        client.send("POST /up-whole HTTP/1.1\r\nHost: h\r\n" + framed);
        assertEquals(413, client.readResponse().status());
        assertEquals(200, client.get("/plain").status());
      }
    }
    assertEquals(before + 2, UPSTREAM.requests().size());
  }

  @Test
  void whatAFilterFindsOutAboutABodyIsWaitedFor() {
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      for (String framed :
          List.of(
              "Content-Length: 3\r\n\r\na%s",
              "Transfer-Encoding: chunked\r\n\r\n3\r\na%s\r\n0\r\n\r\n")) {
        client.send("POST /up-later HTTP/1.1\r\nHost: h\r\n" + framed.formatted("xb"));
        assertEquals(403, client.readResponse().status());
        assertEquals(before, UPSTREAM.requests().size());
        assertEquals("abc", post(client, "/up-later", framed.formatted("bc")).text());
        before++;
      }
    }
  }

  @Test
  void aBodyThatIsNotHeldIsNotWaitedFor() {
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST /up-later-held HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\na");
      assertTrue(client.readResponse().text().contains("FILTER_FAILED"));
    }
  }

  @Test
  void aRefusedRequestBodyIsAnswered() {
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST /up-fails HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
      assertEquals(403, client.readResponse().status());
      assertEquals(200, client.get("/plain").status());
    }
  }

  // ---- answers ----

  @Test
  void aRewrittenAnswerGoesInChunks() {
    try (RawClient client = GATEWAY.connect()) {
      UPSTREAM.next(respond(200, "body"));
      RawResponse answer = client.get("/down-stream");
      assertEquals("chunked", answer.header("transfer-encoding"));
      assertNull(answer.header("content-length"));
      assertEquals("BODY.", answer.text());
      UPSTREAM.next(
          raw(
              "HTTP/1.1 200 OK\r\n"
                  + "Transfer-Encoding: chunked\r\n\r\n"
                  + "4\r\n"
                  + "body\r\n"
                  + "0\r\n"
                  + "X-T: 1\r\n\r\n"));
      RawResponse chunked = client.get("/down-stream");
      assertEquals("BODY.", chunked.text());
      assertEquals(List.of(Map.entry("X-T", "1")), chunked.trailers());
    }
    UPSTREAM.next(respond(200, "body"));
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET /down-stream HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n");
      RawResponse old = client.readResponse();
      assertNull(old.header("transfer-encoding"));
      assertEquals("close", old.header("connection"));
      assertEquals("BODY.", old.text());
    }
  }

  @Test
  void aWatchedAnswerKeepsItsLength() {
    UPSTREAM.next(respond(200, "body"));
    try (RawClient client = GATEWAY.connect()) {
      RawResponse answer = client.get("/down-inspect");
      assertEquals("4", answer.header("content-length"));
      assertEquals("body", answer.text());
      assertEquals(4, COUNTED.get());
      UPSTREAM.next(streamChunked(2_000_000, 10_000));
      assertArrayEquals(PatternBytes.of(2_000_000), client.get("/down-inspect").body());
      assertEquals(2_000_004, COUNTED.get());
    }
  }

  @Test
  void aHeldAnswerGetsItsNewLength() {
    try (RawClient client = GATEWAY.connect()) {
      for (String framed :
          List.of(
              "Content-Length: 4\r\n\r\nbody",
              "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
              "Content-Length: 4\r\nConnection: close\r\n\r\nbody")) {
        UPSTREAM.next(raw("HTTP/1.1 200 OK\r\n" + framed));
        RawResponse answer = client.get("/down-whole");
        assertEquals("7", answer.header("content-length"));
        assertEquals("<BODY>.", answer.text());
      }
    }
  }

  @Test
  void anAnswerTooLongToHoldIsBadGateway() {
    try (RawClient client = GATEWAY.connect()) {
      UPSTREAM.next(respond(200, "leak".repeat(300)));
      RawResponse answer = client.get("/down-whole");
      assertEquals(502, answer.status());
      assertTrue(answer.text().contains("ANSWER_REFUSED"));
      assertFalse(client.received().contains("leak"));
      assertEquals(200, client.get("/plain").status());
    }
  }

  @Test
  void aHeldAnswerThatFailsAtItsEndLeavesNothingBehind() {
    try (RawClient client = GATEWAY.connect()) {
      UPSTREAM.next(respond(200, "leak"));
      RawResponse answer = client.get("/down-fails-late");
      assertEquals(403, answer.status());
      assertFalse(client.received().contains("leak"));
      assertEquals(200, client.get("/plain").status());
    }
  }

  @Test
  void anAnswerThatIsRefusedAfterItsHeadIsCut() {
    UPSTREAM.next(respond(200, "body"));
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET /down-fails HTTP/1.1\r\nHost: h\r\n\r\n");
      assertTrue(client.isClosedByPeer());
      assertFalse(client.received().endsWith("0\r\n\r\n"));
    }
  }

  @Test
  void answersWithoutBodyAreLeftAlone() {
    try (RawClient client = GATEWAY.connect()) {
      UPSTREAM.next(raw("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"));
      client.send("HEAD /down-whole HTTP/1.1\r\nHost: h\r\n\r\n");
      assertEquals(200, client.readResponse("HEAD").status());
      UPSTREAM.next(raw("HTTP/1.1 304 Not Modified\r\n\r\n"));
      assertEquals(304, client.get("/down-stream").status());
      UPSTREAM.next(raw("HTTP/1.1 204 No Content\r\n\r\n"));
      assertEquals(204, client.get("/down-whole").status());
      assertEquals(200, client.get("/plain").status());
    }
  }

  // ---- together ----

  @Test
  void bodiesPassAllFiltersInOrder() {
    UPSTREAM.next(
        request -> {
          request.readBody();
          request.respond(
              200, Map.of(), "answer".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        });
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST /all HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
      RawResponse answer = client.readResponse();
      // Backwards: down-stream first, then down-whole.
      assertEquals("<ANSWER.>.", answer.text());
      // Forwards: watched, held, rewritten; each adds its full stop.
      assertEquals("<BODY>..", UPSTREAM.requests().getLast().text());
      assertEquals(4, COUNTED.get());
    }
  }

  @Test
  void bytesOfATunnelAreNoBody() {
    for (String path : List.of("/up-stream", "/down-stream", "/up-inspect", "/up-whole")) {
      UPSTREAM.next(
          raw(SWITCHED)
              .then(
                  tunnel -> {
                    byte[] piece = new byte[100];
                    for (int count; (count = tunnel.read(piece)) >= 0; ) {
                      tunnel.write(piece, count);
                    }
                    tunnel.close();
                  }));
      try (RawClient client = GATEWAY.connect()) {
        client.send(
            "GET "
                + path
                + " HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        assertEquals(101, client.readResponse().status(), path);
        client.send("frame");
        assertEquals("frame", client.readUntil("frame"));
      }
      assertEquals(0, COUNTED.get());
    }
  }
}
