package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.await;
import static dev.yumen.testkit.Behaviours.echo;
import static dev.yumen.testkit.Behaviours.neverAnswer;
import static dev.yumen.testkit.Behaviours.raw;
import static dev.yumen.testkit.Behaviours.respond;
import static dev.yumen.testkit.Behaviours.stream;
import static dev.yumen.testkit.Behaviours.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.PatternBytes;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests over HTTP/3 and their answers, to an upstream that speaks HTTP/1.1. */
@Timeout(60)
class Http3Test {
  private static final int CANCELLED = 0x10c;
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          listeners:
            http: {address: "127.0.0.1:0", protocols: [http1, http2, http3], tls: self-signed}
          limits: {body: 4MiB, http2: {resets: 10000}}
          forwarded: {via: yumen}
          upstreams: {service: {endpoints: %s}}
          routes:
            - {id: all, match: {path: "/**"}, to: service}
            - {id: fixed, match: {path: "/fixed"}, respond: {body: fixed}}
          """
              .formatted(UPSTREAM.address()));

  @BeforeEach
  void dropQueued() {
    UPSTREAM.dropQueued();
  }

  @AfterAll
  static void close() {
    GATEWAY.close();
    UPSTREAM.close();
  }

  private static Http3Client connect() {
    return Http3Client.connect(GATEWAY.port());
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
    try (Http3Client client = connect()) {
      Http3Call call = client.get("/a/b?c=d", "x-a", "1").await();
      assertEquals(200, call.status());
      assertEquals("application/json", call.header("content-type"));
      assertTrue(call.text().contains("\"bodyLength\":0"), call.text());
    }
    Recorded request = UPSTREAM.awaitRequest(before + 1);
    assertEquals("GET /a/b?c=d HTTP/1.1", request.requestLine());
    assertEquals("1", request.header("x-a"));
    assertEquals(List.of("localhost"), request.headerValues("host"));
    assertEquals(List.of("3 yumen"), request.headerValues("via"));
    assertEquals(List.of("https"), request.headerValues("x-forwarded-proto"));
    assertEquals(List.of("127.0.0.1"), request.headerValues("x-forwarded-for"));
    assertEquals(
        List.of(Integer.toString(GATEWAY.port())), request.headerValues("x-forwarded-port"));
  }

  @Test
  void manyRequestsShareAConnection() {
    long opened = GATEWAY.metric("gateway_connections_accepted_total{listener=\"http\"}");
    try (Http3Client client = connect()) {
      List<Http3Call> calls = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        calls.add(client.get("/fixed"));
      }
      calls.forEach(call -> assertEquals("fixed", call.await().text()));
    }
    assertEquals(
        opened + 1, GATEWAY.metric("gateway_connections_accepted_total{listener=\"http\"}"));
    GATEWAY.awaitMetric("gateway_connections{listener=\"http\"}", 0);
  }

  @Test
  void anAnswerToHeadHasALengthAndNoBody() {
    try (Http3Client client = connect()) {
      Http3Call call = client.request("HEAD", "/fixed").end().await();
      assertEquals(200, call.status());
      assertEquals("5", call.header("content-length"));
      assertEquals("", call.text());
      assertFalse(call.isReset());
    }
  }

  @Test
  void answersWithoutABodyEnd() {
    try (Http3Client client = connect()) {
      UPSTREAM.next(raw("HTTP/1.1 204 No Content\r\n\r\n"));
      assertEquals(204, client.get("/").await().status());
      UPSTREAM.next(raw("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n"));
      Http3Call call = client.get("/").await();
      assertEquals(304, call.status());
      assertFalse(call.isReset());
    }
  }

  @Test
  void answerFieldsThatBelongToAConnectionStayBehind() {
    UPSTREAM.next(
        raw(
            "HTTP/1.1 200 OK\r\nX-Upper: Value\r\nConnection: keep-alive, x-hop\r\nX-Hop: 1\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"));
    try (Http3Client client = connect()) {
      Http3Call call = client.get("/").await();
      assertEquals("ok", call.text());
      assertEquals("Value", call.header("x-upper"));
      assertNull(call.header("x-hop"));
      assertNull(call.header("connection"));
      assertNull(call.header("transfer-encoding"));
    }
  }

  @Test
  void interimAnswersComeBeforeTheFinalOne() {
    UPSTREAM.next(
        raw(
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    try (Http3Client client = connect()) {
      Http3Call call = client.get("/").await();
      assertEquals(List.of("103"), call.heads().getFirst().get(":status"));
      assertEquals(200, call.status());
      assertEquals("ok", call.text());
    }
  }

  // ---- bodies ----

  @Test
  void aBodyWithALengthGoesOnWithIt() {
    int before = requests();
    try (Http3Client client = connect()) {
      Http3Call call = client.request("POST", "/", "content-length", "4").data("ab").data("cd");
      assertEquals(200, call.end().await().status());
    }
    Recorded request = UPSTREAM.awaitRequest(before + 1);
    assertEquals("abcd", request.text());
    assertEquals("4", request.header("content-length"));
  }

  @Test
  void aBodyWithoutALengthIsChunkedWithItsTrailers() {
    int before = requests();
    try (Http3Client client = connect()) {
      Http3Call call = client.request("POST", "/", "te", "trailers").data("abc");
      assertEquals(200, call.headers("x-sum", "7").end().await().status());
    }
    Recorded request = UPSTREAM.awaitRequest(before + 1);
    assertEquals("abc", request.text());
    assertEquals("chunked", request.header("transfer-encoding"));
    assertEquals("7", request.trailers().getFirst().getValue());
  }

  @Test
  void trailersOfAnAnswerComeThrough() {
    UPSTREAM.next(
        raw(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                + "2\r\nok\r\n0\r\nX-Sum: 9\r\n\r\n"));
    try (Http3Client client = connect()) {
      Http3Call call = client.get("/", "te", "trailers").await();
      assertEquals("ok", call.text());
      assertEquals(List.of("9"), call.heads().getLast().get("x-sum"));
    }
  }

  @Test
  void largeBodiesArriveWholeInBothDirections() {
    int length = 3_000_000;
    int before = requests();
    try (Http3Client client = connect()) {
      assertEquals(
          200, client.request("POST", "/").data(PatternBytes.of(length)).end().await().status());
      UPSTREAM.next(stream(length));
      Http3Call call = client.get("/").await();
      assertArrayEquals(PatternBytes.of(length), call.body());
    }
    assertEquals(checksum(length), UPSTREAM.awaitRequest(before + 1).bodyChecksum());
  }

  @Test
  void aBodyOverTheLimitIsAnswered413AndTheClientAskedToStop() {
    long counted = GATEWAY.rejected("body_too_large");
    try (Http3Client client = connect()) {
      Http3Call call = client.request("POST", "/").data(PatternBytes.of(5 << 20));
      assertEquals(413, call.await().status());
      assertFalse(call.isReset());
      assertEquals("fixed", client.get("/fixed").await().text());
    }
    assertEquals(counted + 1, GATEWAY.rejected("body_too_large"));
    GATEWAY.awaitIdle();
  }

  @Test
  void aStatedLengthOverTheLimitIsAnsweredAtOnce() {
    try (Http3Client client = connect()) {
      Http3Call call = client.request("POST", "/", "content-length", "99999999").awaitHead();
      assertEquals(413, call.status());
    }
  }

  @Test
  void anEarlyAnswerArrivesWhole() {
    UPSTREAM.next(write("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"));
    try (Http3Client client = connect()) {
      Http3Call call = client.request("POST", "/").data("abc").await();
      assertEquals(403, call.status());
      assertEquals("no", call.text());
    }
    GATEWAY.awaitIdle();
  }

  @Test
  void aClientThatReadsSlowlyHoldsTheServiceBack() {
    int pieces = 500;
    byte[] piece = new byte[64 << 10];
    AtomicLong sent = new AtomicLong();
    UPSTREAM.next(
        request -> {
          request.write("HTTP/1.1 200 OK\r\nContent-Length: " + pieces * piece.length + "\r\n\r\n");
          for (int i = 0; i < pieces; i++) {
            request.write(piece);
            sent.addAndGet(piece.length);
          }
        });
    try (Http3Client client =
        Http3Client.connect(Http3Client.Options.of(GATEWAY.port()).window(100_000))) {
      Http3Call call = client.open().pause().request("GET", "/").end();
      awaitStill(sent);
      assertTrue(sent.get() < 20_000_000, "the service could send " + sent);
      call.resume();
      assertEquals(pieces * piece.length, call.await().bodyLength());
    }
  }

  /** Waits until the number has not changed for a while. */
  private static void awaitStill(AtomicLong number) {
    long[] last = {0, System.nanoTime()};
    Eventually.within(
        Duration.ofSeconds(20),
        "no more bytes",
        () -> {
          if (number.get() != last[0]) {
            last[0] = number.get();
            last[1] = System.nanoTime();
          }
          return last[0] > 0 && System.nanoTime() - last[1] > 1_500_000_000L;
        });
  }

  @Test
  void firstBytesOfAStreamingAnswerComeAtOnce() {
    CountDownLatch more = new CountDownLatch(1);
    UPSTREAM.next(
        write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            .then(await(more))
            .then(write("0\r\n\r\n")));
    try (Http3Client client = connect()) {
      Http3Call call = client.get("/");
      Eventually.within(Http3Client.PATIENCE, "a first piece", () -> call.text().equals("abc"));
      assertFalse(call.isOver());
      more.countDown();
      assertFalse(call.await().isReset());
    }
  }

  // ---- ends ----

  @Test
  void aCancelledRequestIsCancelledAtTheService() {
    UPSTREAM.next(neverAnswer());
    int before = requests();
    try (Http3Client client = connect()) {
      Http3Call call = client.request("POST", "/").data("abc");
      UPSTREAM.awaitRequest(before + 1);
      call.cancel(CANCELLED);
      GATEWAY.awaitIdle();
      assertEquals("fixed", client.get("/fixed").await().text());
    }
  }

  @Test
  void anAnswerThatIsNotWantedAnyMoreIsCancelledAtTheService() {
    UPSTREAM.next(neverAnswer());
    int before = requests();
    try (Http3Client client = connect()) {
      Http3Call call = client.get("/");
      UPSTREAM.awaitRequest(before + 1);
      call.stop(CANCELLED);
      GATEWAY.awaitIdle();
      assertEquals("fixed", client.get("/fixed").await().text());
    }
  }

  @Test
  void callsOfGrpcGetFailuresAsTheirStatus() {
    UPSTREAM.next(request -> request.close());
    try (Http3Client client = connect()) {
      Http3Call call =
          client.request("POST", "/a.B/C", "content-type", "application/grpc", "te", "trailers");
      call.data(new byte[] {0, 0, 0, 0, 0}).end().await();
      assertEquals(200, call.status());
      assertEquals("14", call.header("grpc-status"));
    }
  }

  @Test
  void aClientThatGoesAwayCancelsItsRequests() {
    UPSTREAM.next(neverAnswer());
    int before = requests();
    try (Http3Client client = connect()) {
      client.get("/");
      UPSTREAM.awaitRequest(before + 1);
    }
    GATEWAY.awaitIdle();
  }

  @Test
  void anAnswerThatBreaksOffIsReset() {
    UPSTREAM.next(
        raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc").then(request -> request.close()));
    try (Http3Client client = connect()) {
      assertTrue(client.get("/").await().isReset());
      UPSTREAM.next(respond(200, "next"));
      assertEquals("next", client.get("/").await().text());
    }
  }
}
