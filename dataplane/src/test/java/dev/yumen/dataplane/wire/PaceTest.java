package dev.yumen.dataplane.wire;

import static dev.yumen.dataplane.wire.TestFilters.onRequest;
import static dev.yumen.dataplane.wire.TestFilters.onResponseBody;
import static dev.yumen.testkit.Behaviours.raw;
import static dev.yumen.testkit.Behaviours.reset;
import static dev.yumen.testkit.Behaviours.respond;
import static dev.yumen.testkit.Behaviours.stream;
import static dev.yumen.testkit.Behaviours.streamChunked;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.FilterType;
import dev.yumen.api.Verdict;
import dev.yumen.testkit.Http2Answer;
import dev.yumen.testkit.Http2Client;
import dev.yumen.testkit.Http2Service;
import dev.yumen.testkit.PatternBytes;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Answers that are sent no faster than a filter says. */
@Timeout(60)
class PaceTest {
  private static final int RATE = 40_000;
  private static final int BODY = 24_000;

  /** A body that takes longer than the time-outs, and those are longer than a machine stalls. */
  private static final int LONG = 5 * BODY;

  /** The body, but for what may go at once, at the rate. */
  private static final Duration LEAST = Duration.ofMillis(500);

  private static final FilterType<?> SLOW =
      onRequest(
          "slow",
          exchange -> {
            exchange.paceResponse(RATE);
            return Verdict.proceed();
          });

  private static final FilterType<?> WHOLE =
      onResponseBody("whole", _ -> TestFilters.whole(1 << 20, text -> text));

  private final ScriptedUpstream service = ScriptedUpstream.start(stream(BODY));

  @AfterEach
  void closeService() {
    service.close();
  }

  private GatewayFixture gateway(String more) {
    return GatewayFixture.start(
        """
        %s
        upstreams: {service: {endpoints: ['%s'], timeout: {idle: 2s}}}
        routes:
          - {id: slow, match: {path: /slow}, filters: [slow], to: service}
          - {id: fast, match: {path: /fast}, to: service}
          - {id: whole, match: {path: /whole}, filters: [slow, whole], to: service}
          - {id: own, match: {path: /own}, filters: [slow], respond: {status: 200, body: '%s'}}
        """
            .formatted(more, service.address(), "x".repeat(BODY)),
        SLOW,
        WHOLE);
  }

  private static <T> T slowly(Supplier<T> what) {
    long start = System.nanoTime();
    T got = what.get();
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(LEAST) >= 0, took::toString);
    return got;
  }

  @Test
  void anAnswerComesNoFasterThanTold() {
    try (GatewayFixture gateway = gateway("");
        RawClient client = gateway.connect()) {
      RawResponse answer = slowly(() -> client.get("/slow"));
      assertArrayEquals(PatternBytes.of(BODY), answer.body());
      service.next(streamChunked(BODY, 1_000));
      assertArrayEquals(PatternBytes.of(BODY), slowly(() -> client.get("/slow")).body());
      assertArrayEquals(PatternBytes.of(BODY), client.get("/fast").body());
      gateway.awaitMetric(GatewayFixture.connectionsTo("service", "idle"), 1);
    }
  }

  @Test
  void soItIsInHttp2() {
    try (GatewayFixture gateway = gateway("");
        Http2Client client = Http2Client.connect(gateway.port())) {
      service.next(stream(LONG));
      int slow = client.get("/slow");
      service.awaitRequest(1);
      Http2Answer fast = client.answer(client.get("/fast"));
      assertArrayEquals(PatternBytes.of(BODY), fast.body());
      assertTrue(client.soFar(slow).bodyLength() < LONG, () -> client.soFar(slow).toString());
      assertArrayEquals(PatternBytes.of(LONG), client.answer(slow).body());
      assertArrayEquals(
          PatternBytes.of(BODY), slowly(() -> client.answer(client.get("/slow"))).body());
    }
  }

  @Test
  void aServiceInHttp2WaitsToo() {
    String tenth = "h".repeat(LONG / 10);
    try (Http2Service service =
            Http2Service.answering(
                request -> {
                  request.head(200);
                  for (int i = 0; i < 9; i++) {
                    request.data(tenth);
                  }
                  request.end(tenth);
                });
        GatewayFixture gateway =
            GatewayFixture.start(
                """
                upstreams: {service: {endpoints: ['%s'], protocol: h2c, timeout: {idle: 2s}}}
                routes: [{id: slow, match: {path: /slow}, filters: [slow], to: service}]
                """
                    .formatted(service.address()),
                SLOW);
        RawClient client = gateway.connect()) {
      assertEquals(tenth.repeat(10), slowly(() -> client.get("/slow")).text());
      assertEquals(tenth.repeat(10), slowly(() -> client.get("/slow")).text());
    }
  }

  @Test
  void whatTheGatewayAnswersItselfIsPacedToo() {
    try (GatewayFixture gateway = gateway("");
        RawClient client = gateway.connect()) {
      assertEquals("x".repeat(BODY), slowly(() -> client.get("/own")).text());
      assertEquals(200, client.get("/fast").status());
    }
  }

  @Test
  void anAnswerThatFiltersWantedAsAWholeKeepsItsEnd() {
    service.next(respond(200, "y".repeat(BODY)));
    try (GatewayFixture gateway = gateway("");
        RawClient client = gateway.connect()) {
      assertEquals("y".repeat(BODY) + ".", slowly(() -> client.get("/whole")).text());
      assertEquals(200, client.get("/fast").status());
    }
  }

  @Test
  void trailersComeBehindIt() {
    service.next(
        raw(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-end\r\n\r\n",
            Integer.toHexString(BODY) + "\r\n" + "z".repeat(BODY) + "\r\n0\r\nx-end: 1\r\n\r\n"));
    try (GatewayFixture gateway = gateway("");
        Http2Client client = Http2Client.connect(gateway.port())) {
      Http2Answer answer = slowly(() -> client.answer(client.get("/slow", "te", "trailers")));
      assertEquals("z".repeat(BODY), answer.text());
      assertEquals("1", answer.trailers().getFirst().getValue());
    }
  }

  @Test
  void noTimeOutOfTheGatewayCountsIt() {
    String limits = "limits: {write-timeout: 2s, min-rate: 1000000, min-rate-grace: 2s}";
    service.next(stream(LONG));
    try (GatewayFixture gateway = gateway(limits);
        RawClient client = gateway.connect()) {
      assertArrayEquals(PatternBytes.of(LONG), slowly(() -> client.get("/slow")).body());
      assertEquals(0, gateway.rejected("slow_reader"));
    }
  }

  @Test
  void meanwhileNothingMoreIsReadFromTheService() {
    int large = 128 << 20;
    AtomicLong taken = new AtomicLong();
    service.next(
        request -> {
          request.write("HTTP/1.1 200 OK\r\nContent-Length: " + large + "\r\n\r\n");
          byte[] piece = new byte[32 * 1024];
          for (int sent = 0; sent < large; sent += piece.length) {
            PatternBytes.fill(piece, piece.length, sent);
            request.write(piece);
            taken.addAndGet(piece.length);
          }
        });
    try (GatewayFixture gateway = gateway("");
        RawClient client = gateway.connect()) {
      client.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
      client.readHead();
      client.readPattern(2L * RATE);
      assertTrue(taken.get() < large / 4, () -> taken + " bytes taken");
      client.reset();
      gateway.awaitIdle();
    }
  }

  @Test
  void aServiceThatBreaksOffIsNotHidden() {
    service.next(
        raw("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(BODY)).then(reset()));
    try (GatewayFixture gateway = gateway("");
        RawClient client = gateway.connect()) {
      client.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
      client.readHead();
      assertEquals(RawClient.End.RESET, client.readEnd());
      gateway.awaitIdle();
    }
  }
}
