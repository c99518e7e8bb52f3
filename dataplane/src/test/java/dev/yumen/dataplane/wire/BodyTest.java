package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.await;
import static dev.yumen.testkit.Behaviours.echo;
import static dev.yumen.testkit.Behaviours.raw;
import static dev.yumen.testkit.Behaviours.readBody;
import static dev.yumen.testkit.Behaviours.stream;
import static dev.yumen.testkit.Behaviours.streamChunked;
import static dev.yumen.testkit.Behaviours.write;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.PatternBytes;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bodies both ways in every framing. */
class BodyTest {
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          limits: {body: 1MiB, drain: 64KiB}
          upstreams: {service: {endpoints: %s}}
          routes:
            - {id: all, match: {path: "/**"}, to: service}
            - {id: fixed, match: {path: /fixed}, respond: {status: 200, body: fixed}}
          """
              .formatted(UPSTREAM.address()));

  @RegisterExtension static final Shared SHARED = Shared.of(GATEWAY, UPSTREAM);

  private static Recorded send(RawClient client, String request) {
    int before = UPSTREAM.requests().size();
    client.send(request);
    return UPSTREAM.awaitRequest(before + 1);
  }

  @Test
  void lengthStaysLength() {
    try (RawClient client = GATEWAY.connect()) {
      Recorded seen = send(client, "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
      assertEquals(200, client.readResponse().status());
      assertEquals(
          "POST /p HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\n"
              + "X-Forwarded-Port: "
              + GATEWAY.port()
              + "\r\nX-Forwarded-Host: h\r\nContent-Length: 5\r\n\r\n",
          seen.head());
      assertEquals("hello", seen.text());
    }
  }

  @Test
  void lengthZeroStays() {
    try (RawClient client = GATEWAY.connect()) {
      Recorded seen = send(client, "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
      assertEquals(200, client.readResponse().status());
      assertEquals("0", seen.header("content-length"));
    }
  }

  @Test
  void aRequestWithoutBodyGetsNoFraming() {
    try (RawClient client = GATEWAY.connect()) {
      Recorded seen = send(client, "GET /p HTTP/1.1\r\nHost: h\r\n\r\n");
      assertEquals(200, client.readResponse().status());
      assertNull(seen.header("content-length"));
      assertNull(seen.header("transfer-encoding"));
    }
  }

  @Test
  void chunksStayChunksWithTheirTrailers() {
    try (RawClient client = GATEWAY.connect()) {
      Recorded seen =
          send(
              client,
              "POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                  + "5;ext=1;q=\"a b\"\r\nhello\r\n006\r\n world\r\n0\r\n"
                  + "X-Sum: 11\r\nContent-Length: 3\r\nX-Consumer-ID: root\r\nHost: evil\r\n\r\n");
      assertEquals(200, client.readResponse().status());
      assertEquals("chunked", seen.header("transfer-encoding"));
      assertNull(seen.header("content-length"));
      assertEquals("hello world", seen.text());
      assertEquals(List.of(Map.entry("X-Sum", "11")), seen.trailers());
      assertTrue(!UPSTREAM.received(seen.connection()).contains("ext="));
    }
  }

  @Test
  void aChunkedBodyMayComeByteByByte() {
    try (RawClient client = GATEWAY.connect()) {
      String request =
          "POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "5\r\nhello\r\n6\r\n world\r\n0\r\nX-Sum: 11\r\n\r\n";
      int before = UPSTREAM.requests().size();
      client.sendByteByByte(request);
      assertEquals(200, client.readResponse().status());
      Recorded seen = UPSTREAM.awaitRequest(before + 1);
      assertEquals("hello world", seen.text());
      assertEquals(List.of(Map.entry("X-Sum", "11")), seen.trailers());
      assertEquals("fixed", client.get("/fixed").text());
    }
  }

  @Test
  void aMegabyteGoesUpAsItIs() {
    byte[] body = PatternBytes.of(1 << 20);
    try (RawClient client = GATEWAY.connect()) {
      Recorded seen =
          send(client, "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 1048576\r\n\r\n");
      client.send(body);
      assertEquals(200, client.readResponse().status());
      assertArrayEquals(body, seen.body());
      client.send("POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
      client.send("100000\r\n").send(body).send("\r\n0\r\n\r\n");
      assertEquals(200, client.readResponse().status());
      assertArrayEquals(body, UPSTREAM.requests().getLast().body());
    }
  }

  @Test
  void bodiesBeyondTheLimitAreRefused() {
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n\r\n");
      RawResponse answer = client.readResponse();
      assertEquals(413, answer.status());
      assertEquals("close", answer.header("connection"));
      assertEquals(before, UPSTREAM.requests().size());
    }
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
      client.send("100000\r\n").sendPattern(1 << 20).send("\r\n1\r\nx\r\n");
      RawResponse answer = client.readResponse();
      assertEquals(413, answer.status());
      assertTrue(client.isClosedByPeer());
    }
    UPSTREAM.awaitRequest(before + 1);
    GATEWAY.awaitIdle();
    assertTrue(!UPSTREAM.requests().get(before).isComplete());
  }

  @Test
  void answersOfEveryFramingArrive() {
    try (RawClient client = GATEWAY.connect()) {
      UPSTREAM.next(stream(300_000));
      RawResponse byLength = client.get("/");
      assertEquals("300000", byLength.header("content-length"));
      assertArrayEquals(PatternBytes.of(300_000), byLength.body());

      UPSTREAM.next(streamChunked(300_000, 7_000));
      RawResponse chunked = client.get("/");
      assertEquals("chunked", chunked.header("transfer-encoding"));
      assertArrayEquals(PatternBytes.of(300_000), chunked.body());

      UPSTREAM.next(raw("HTTP/1.1 200 OK\r\n\r\n", "to the end").then(request -> request.close()));
      RawResponse toTheEnd = client.get("/");
      assertEquals("chunked", toTheEnd.header("transfer-encoding"));
      assertEquals("to the end", toTheEnd.text());

      UPSTREAM.next(raw("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
      RawResponse empty = client.get("/");
      assertEquals("0", empty.header("content-length"));
      assertEquals("fixed", client.get("/fixed").text());
    }
  }

  @Test
  void trailersOfAnAnswerArrive() {
    UPSTREAM.next(
        raw(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n",
            "5\r\nhello\r\n0\r\nX-Sum: 5\r\nContent-Length: 9\r\n\r\n"));
    try (RawClient client = GATEWAY.connect()) {
      RawResponse answer = client.get("/", "TE: trailers", "Connection: TE");
      assertEquals("hello", answer.text());
      assertEquals(List.of(Map.entry("X-Sum", "5")), answer.trailers());
    }
  }

  @Test
  void piecesOfAnAnswerAreNotHeldBack() {
    CountDownLatch more = new CountDownLatch(1);
    UPSTREAM.next(
        raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "5\r\nfirst\r\n")
            .then(await(more))
            .then(write("6\r\nsecond\r\n0\r\n\r\n")));
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      client.readUntil("first");
      more.countDown();
      client.readUntil("second\r\n0\r\n\r\n");
    }
  }

  @Test
  void piecesOfARequestAreNotHeldBack() {
    CountDownLatch got = new CountDownLatch(1);
    UPSTREAM.next(
        request -> {
          byte[] piece = new byte[100];
          StringBuilder seen = new StringBuilder();
          while (!seen.toString().contains("first")) {
            seen.append(new String(piece, 0, request.read(piece), US_ASCII));
          }
          got.countDown();
          while (!seen.toString().contains("0\r\n\r\n")) {
            seen.append(new String(piece, 0, request.read(piece), US_ASCII));
          }
          request.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
          request.close();
        });
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
      Eventually.within(Duration.ofSeconds(5), () -> got.getCount() == 0);
      client.send("6\r\nsecond\r\n0\r\n\r\n");
      assertEquals("ok", client.readResponse().text());
    }
  }

  @Test
  void headAnswersCarryTheLengthAndNoBody() {
    try (RawClient client = GATEWAY.connect()) {
      UPSTREAM.next(raw("HTTP/1.1 200 OK\r\nContent-Length: 123\r\n\r\n"));
      client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
      assertEquals("123", client.readResponse("HEAD").header("content-length"));
      UPSTREAM.next(raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
      client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
      assertEquals(200, client.readResponse("HEAD").status());
      client.send("HEAD /fixed HTTP/1.1\r\nHost: h\r\n\r\n");
      assertEquals("5", client.readResponse("HEAD").header("content-length"));
      client.send("HEAD /%zz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
      assertEquals(400, client.readResponse("HEAD").status());
      assertEquals(0, client.readUntilClosed().length);
    }
  }

  @Test
  void statusesWithoutBodyHaveNone() {
    try (RawClient client = GATEWAY.connect()) {
      UPSTREAM.next(raw("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\nX-A: 1\r\n\r\n"));
      RawResponse noContent = client.get("/");
      assertEquals(204, noContent.status());
      assertNull(noContent.header("content-length"));
      assertEquals("1", noContent.header("x-a"));
      UPSTREAM.next(raw("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: \"x\"\r\n\r\n"));
      RawResponse notModified = client.get("/");
      assertEquals(304, notModified.status());
      assertEquals("5", notModified.header("content-length"));
      UPSTREAM.next(raw("HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n"));
      assertNull(client.get("/").header("content-length"));
      assertEquals("fixed", client.get("/fixed").text());
    }
  }

  @Test
  void anAnswerBeforeTheEndOfASmallBodyKeepsTheConnection() {
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST /fixed HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n01234");
      RawResponse answer = client.readResponse();
      assertEquals("fixed", answer.text());
      assertNull(answer.header("connection"));
      client.send("56789");
      assertEquals("fixed", client.get("/fixed").text());

      UPSTREAM.next(write("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"));
      client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n01234");
      assertEquals(403, client.readResponse().status());
      client.send("56789");
      assertEquals("fixed", client.get("/fixed").text());
    }
  }

  @Test
  void anAnswerBeforeTheEndOfALargeBodyClosesTheConnection() {
    UPSTREAM.next(write("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"));
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n01234");
      RawResponse answer = client.readResponse();
      assertEquals(403, answer.status());
      assertEquals("close", answer.header("connection"));
      assertEquals("no", answer.text());
      assertTrue(client.isClosedByPeer());
    }
    // That upstream connection is not used for anybody else.
    int connection = UPSTREAM.awaitRequest(before + 1).connection();
    try (RawClient client = GATEWAY.connect()) {
      client.get("/");
    }
    assertTrue(UPSTREAM.requests().getLast().connection() != connection);
  }

  @Test
  void anEarlyAnswerThatStreamsIsDeliveredWhileTheBodyStillComes() {
    CountDownLatch bodyRead = new CountDownLatch(1);
    UPSTREAM.next(
        write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nearly\r\n")
            .then(readBody())
            .then(
                request -> {
                  request.write("4\r\nlate\r\n0\r\n\r\n");
                  bodyRead.countDown();
                }));
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n01234");
      client.readUntil("early\r\n");
      client.send("56789");
      client.readUntil("late\r\n0\r\n\r\n");
      assertEquals("fixed", client.get("/fixed").text());
    }
    assertEquals(0, bodyRead.getCount());
    assertEquals("0123456789", UPSTREAM.requests().getLast().text());
  }

  @Test
  void theRestOfAnAnsweredBodyIsDroppedOnlyUpToTheLimit() {
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST /fixed HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
      assertEquals("fixed", client.readResponse().text());
      client.send("30000\r\n").sendPattern(0x30000);
      assertTrue(client.isClosedByPeer());
    }
  }

  @Test
  void anUpstreamThatRefusesALargeBodyIsHeard() {
    for (int i = 0; i < 5; i++) {
      UPSTREAM.next(
          write("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig")
              .then(request -> request.close()));
      try (RawClient client = GATEWAY.connect()) {
        client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n");
        client.send(PatternBytes.of(500_000));
        RawResponse answer = client.readResponse();
        assertEquals(413, answer.status(), answer::toString);
        assertEquals("big", answer.text());
      }
    }
  }
}
