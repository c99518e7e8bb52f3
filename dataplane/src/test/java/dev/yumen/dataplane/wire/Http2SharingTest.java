package dev.yumen.dataplane.wire;

import static dev.yumen.dataplane.wire.GatewayFixture.connectionsTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Http2Accepted;
import dev.yumen.testkit.Http2Answer;
import dev.yumen.testkit.Http2Client;
import dev.yumen.testkit.Http2Frame;
import dev.yumen.testkit.Http2Request;
import dev.yumen.testkit.Http2Service;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests share connections to a service, and find another way when a service takes them not. */
@Timeout(60)
class Http2SharingTest {
  private static final Http2Service UPSTREAM = Http2Service.start();
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          runtime: {loops: 1}
          upstreams:
            service: {endpoints: "%1$s", protocol: h2c}
            short: {endpoints: "%1$s", protocol: h2c, pool: {max-requests: 2}}
            resting: {endpoints: "%1$s", protocol: h2c, pool: {idle: 100ms}}
          routes:
            - {id: all, match: {path: "/**"}, to: service}
            - {id: short, match: {path: "/short"}, to: short}
            - {id: resting, match: {path: "/resting"}, to: resting}
          """
              .formatted(UPSTREAM.address()));

  private final List<RawClient> clients = new ArrayList<>();

  @AfterEach
  void closeConnections() {
    clients.forEach(RawClient::close);
    UPSTREAM.closeConnections();
    UPSTREAM.settings();
    GATEWAY.awaitUnconnected("service", "short", "resting");
  }

  @AfterAll
  static void close() {
    GATEWAY.close();
    UPSTREAM.close();
  }

  private static long retries() {
    return GATEWAY.metric("gateway_upstream_retries_total{upstream=\"service\"}");
  }

  /** A client of its own that has sent this. */
  private RawClient sent(String request) {
    RawClient client = GATEWAY.connect();
    clients.add(client);
    return client.send(request);
  }

  private RawClient sentGet() {
    return sent("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  }

  /** With a body that is too large to be kept. */
  private RawClient sentPost() {
    String body = "b".repeat(100_000);
    return sent("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" + body);
  }

  /** Asks and answers; returns the connection that was used. */
  private Http2Accepted exchange() {
    RawClient client = sentGet();
    Http2Request request = UPSTREAM.next().answer(200, "ok");
    assertEquals("ok", client.readResponse().text());
    return request.connection();
  }

  private static void assertFailed(RawClient client, String code) {
    RawResponse answer = client.readResponse();
    assertEquals(502, answer.status(), answer::toString);
    assertTrue(answer.text().contains("\"code\":\"" + code + "\""), answer::text);
  }

  // ---- sharing ----

  @Test
  void requestsShareOneConnectionAndAreAnsweredInAnyOrder() {
    int before = UPSTREAM.connections();
    List<RawClient> asking = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      asking.add(sentGet());
    }
    List<Http2Request> requests = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      requests.add(UPSTREAM.next());
    }
    assertEquals(before + 1, UPSTREAM.connections());
    assertEquals(1, GATEWAY.metric(connectionsTo("service", "active")));
    requests.reversed().forEach(request -> request.answer(200, "ok"));
    asking.forEach(client -> assertEquals("ok", client.readResponse().text()));
    GATEWAY.awaitMetric(connectionsTo("service", "active"), 0);
    assertEquals(1, GATEWAY.metric(connectionsTo("service", "idle")));
  }

  @Test
  void answersDoNotGetMixedUp() {
    RawClient one = sent("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
    Http2Request first = UPSTREAM.next();
    RawClient two = sent("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
    Http2Request second = UPSTREAM.next();
    assertEquals(first.connection(), second.connection());
    second.head(202, "content-length", "10");
    first.head(201, "content-length", "10");
    for (int i = 0; i < 5; i++) {
      second.data("22");
      first.data("11");
    }
    first.end("");
    second.end("");
    assertEquals("11".repeat(5), one.readResponse().text());
    assertEquals("22".repeat(5), two.readResponse().text());
  }

  @Test
  void pingOfTheServiceIsAnswered() {
    Http2Accepted connection = exchange();
    connection.ping();
    assertEquals(connection, exchange());
  }

  @Test
  void pushIsOffFromTheBeginning() {
    Http2Accepted connection = exchange();
    assertEquals(0, connection.peerSetting(2));
    assertTrue(connection.sendWindow(0) > 1 << 20);
  }

  // ---- how many streams a service takes ----

  @Test
  void moreRequestsThanAServiceTakesGetAnotherConnection() {
    UPSTREAM.settings(Http2Frame.MAX_CONCURRENT_STREAMS, 1);
    RawClient one = sentGet();
    Http2Request first = UPSTREAM.next();
    RawClient two = sentGet();
    Http2Request second = UPSTREAM.next();
    assertNotEquals(first.connection(), second.connection());
    first.answer(200, "one");
    assertEquals("one", one.readResponse().text());
    GATEWAY.awaitMetric(connectionsTo("service", "active"), 1);
    RawClient three = sentGet();
    Http2Request third = UPSTREAM.next();
    assertEquals(first.connection(), third.connection());
    second.answer(200, "two");
    third.answer(200, "three");
    assertEquals("two", two.readResponse().text());
    assertEquals("three", three.readResponse().text());
  }

  @Test
  void aLimitThatIsLoweredLaterHolds() {
    RawClient one = sentGet();
    Http2Request first = UPSTREAM.next();
    Http2Accepted connection = first.connection();
    connection.send(Http2Frame.settings(Http2Frame.MAX_CONCURRENT_STREAMS, 1)).ping();
    RawClient two = sentGet();
    Http2Request second = UPSTREAM.next();
    assertNotEquals(connection, second.connection());
    connection.send(Http2Frame.settings(Http2Frame.MAX_CONCURRENT_STREAMS, 10)).ping();
    RawClient three = sentGet();
    Http2Request third = UPSTREAM.next();
    assertEquals(connection, third.connection());
    for (Http2Request request : List.of(first, second, third)) {
      request.answer(200, "ok");
    }
    for (RawClient client : List.of(one, two, three)) {
      assertEquals("ok", client.readResponse().text());
    }
  }

  @Test
  void requestsBelowALoweredLimitAreNotDisturbed() {
    RawClient one = sentGet();
    RawClient two = sentGet();
    Http2Request first = UPSTREAM.next();
    Http2Request second = UPSTREAM.next();
    first.connection().send(Http2Frame.settings(Http2Frame.MAX_CONCURRENT_STREAMS, 0)).ping();
    first.answer(200, "ok");
    second.answer(200, "ok");
    assertEquals("ok", one.readResponse().text());
    assertEquals("ok", two.readResponse().text());
  }

  @Test
  void aServiceThatTakesNoRequestsIsNotFloodedByConnections() {
    UPSTREAM.settings(Http2Frame.MAX_CONCURRENT_STREAMS, 0);
    int before = UPSTREAM.connections();
    RawClient client = sentGet();
    Http2Accepted connection = UPSTREAM.connection(before + 1);
    for (int i = 0; i < 20; i++) {
      connection.ping();
    }
    assertTrue(UPSTREAM.connections() - before <= 4, () -> UPSTREAM.connections() + "");
    connection.send(Http2Frame.settings(Http2Frame.MAX_CONCURRENT_STREAMS, 1));
    UPSTREAM.next().answer(200, "ok");
    assertEquals("ok", client.readResponse().text());
  }

  // ---- streams that a service does not take ----

  @Test
  void aRefusedStreamIsTriedAgain() {
    long before = retries();
    RawClient client = sentPostWithoutBody();
    Http2Request refused = UPSTREAM.next().reset(Http2Frame.REFUSED_STREAM);
    Http2Request again = UPSTREAM.next();
    assertEquals(refused.headers(), again.headers());
    assertEquals(refused.stream() + 2, again.stream());
    again.answer(200, "ok");
    assertEquals("ok", client.readResponse().text());
    assertEquals(before + 1, retries());
  }

  private RawClient sentPostWithoutBody() {
    return sent("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
  }

  @Test
  void aStreamThatIsAlwaysRefusedIsBadGateway() {
    int before = UPSTREAM.requests();
    RawClient client = sentGet();
    for (int i = 0; i < 4; i++) {
      UPSTREAM.next().reset(Http2Frame.REFUSED_STREAM);
    }
    assertFailed(client, "UPSTREAM_RESET");
    assertEquals(before + 4, UPSTREAM.requests());
  }

  @Test
  void aBodyThatWasKeptIsSentAgain() {
    RawClient client = sent("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
    UPSTREAM.next().awaitEnd().reset(Http2Frame.REFUSED_STREAM);
    Http2Request again = UPSTREAM.next().awaitEnd();
    assertEquals("body", again.text());
    again.answer(200, "ok");
    assertEquals("ok", client.readResponse().text());
  }

  @Test
  void aRequestWhoseBodyHasGoneIsNotTriedAgain() {
    int before = UPSTREAM.requests();
    RawClient client = sentPost();
    UPSTREAM.next().awaitEnd().reset(Http2Frame.REFUSED_STREAM);
    assertFailed(client, "UPSTREAM_RESET");
    assertEquals(before + 1, UPSTREAM.requests());
  }

  @Test
  void aRefusalBehindTheHeadOfAnAnswerIsNotTriedAgain() {
    int before = UPSTREAM.requests();
    RawClient client = sentGet();
    UPSTREAM.next().head(200).data("half").reset(Http2Frame.REFUSED_STREAM);
    assertTrue(client.isClosedByPeer());
    assertFalse(client.received().endsWith("0\r\n\r\n"), client::received);
    assertEquals(before + 1, UPSTREAM.requests());
  }

  // ---- GOAWAY ----

  @Test
  void requestsThatAGoAwayDoesNotTakeAreTriedElsewhere() {
    RawClient one = sentGet();
    Http2Request first = UPSTREAM.next();
    RawClient two = sentGet();
    Http2Request second = UPSTREAM.next();
    Http2Accepted leaving = first.connection();
    leaving.send(Http2Frame.goAway(first.stream(), Http2Frame.NO_ERROR));
    Http2Request again = UPSTREAM.next();
    assertNotEquals(leaving, again.connection());
    assertEquals(second.headers(), again.headers());
    again.answer(200, "two");
    assertEquals("two", two.readResponse().text());
    first.answer(200, "one");
    assertEquals("one", one.readResponse().text());
    assertEquals(RawClient.End.CLOSED, leaving.awaitClosed());
  }

  @Test
  void aGoAwayWithAnErrorSaysTheSameOfStreamsAboveIt() {
    RawClient client = sentGet();
    Http2Request request = UPSTREAM.next();
    request.connection().send(Http2Frame.goAway(0, Http2Frame.INTERNAL_ERROR));
    UPSTREAM.next().answer(200, "ok");
    assertEquals("ok", client.readResponse().text());
  }

  @Test
  void aRequestWithABodyThatAGoAwayDoesNotTakeIsBadGateway() {
    RawClient client = sentPost();
    Http2Request request = UPSTREAM.next().awaitEnd();
    request.connection().send(Http2Frame.goAway(0, Http2Frame.NO_ERROR));
    assertFailed(client, "UPSTREAM_RESET");
  }

  @Test
  void aServiceThatAlwaysGoesAwayIsBadGateway() {
    int before = UPSTREAM.requests();
    RawClient client = sentGet();
    for (int i = 0; i < 4; i++) {
      UPSTREAM.next().connection().send(Http2Frame.goAway(0, Http2Frame.NO_ERROR));
    }
    assertFailed(client, "UPSTREAM_RESET");
    assertEquals(before + 4, UPSTREAM.requests());
  }

  @Test
  void afterAGoAwayNoRequestIsBegunOnTheConnection() {
    RawClient one = sentGet();
    Http2Request first = UPSTREAM.next();
    Http2Accepted leaving = first.connection();
    leaving.send(Http2Frame.goAway(Integer.MAX_VALUE, Http2Frame.NO_ERROR)).ping();
    assertNotEquals(leaving, exchange());
    leaving.send(Http2Frame.goAway(first.stream(), Http2Frame.NO_ERROR)).ping();
    first.answer(200, "late");
    assertEquals("late", one.readResponse().text());
    assertEquals(RawClient.End.CLOSED, leaving.awaitClosed());
  }

  @Test
  void aGoAwayOnAnIdleConnectionClosesIt() {
    Http2Accepted idle = exchange();
    idle.send(Http2Frame.goAway(1, Http2Frame.NO_ERROR));
    assertEquals(RawClient.End.CLOSED, idle.awaitClosed());
    assertNotEquals(idle, exchange());
  }

  // ---- resets ----

  @ParameterizedTest
  @ValueSource(
      ints = {
        Http2Frame.NO_ERROR,
        Http2Frame.PROTOCOL_ERROR,
        Http2Frame.INTERNAL_ERROR,
        Http2Frame.CANCEL,
        Http2Frame.ENHANCE_YOUR_CALM,
        4711
      })
  void aResetBeforeTheHeadIsBadGateway(int error) {
    int before = UPSTREAM.requests();
    RawClient client = sentPost();
    UPSTREAM.next().reset(error);
    assertFailed(client, "UPSTREAM_RESET");
    assertEquals(before + 1, UPSTREAM.requests());
  }

  @Test
  void aResetOnAUsedConnectionSaysNothingOfTheConnectionAndIsNotTriedAgain() {
    Http2Accepted connection = exchange();
    int requests = UPSTREAM.requests();
    int connections = UPSTREAM.connections();
    RawClient client = sentGet();
    UPSTREAM.next().reset(Http2Frame.INTERNAL_ERROR);
    assertFailed(client, "UPSTREAM_RESET");
    assertEquals(requests + 1, UPSTREAM.requests());
    assertEquals(connections, UPSTREAM.connections());
    assertEquals(connection, exchange());
  }

  @Test
  void aResetBehindTheHeadCutsTheAnswerVisibly() {
    for (String[] fields : new String[][] {{}, {"content-length", "100"}}) {
      RawClient client = sentGet();
      Http2Request request = UPSTREAM.next().head(200, fields).data("half");
      client.readUntil("half");
      request.reset(Http2Frame.INTERNAL_ERROR);
      assertTrue(client.isClosedByPeer());
      assertFalse(client.received().endsWith("0\r\n\r\n"), client::received);
      assertEquals(request.connection(), exchange());
    }
  }

  @Test
  void aClientOfHttp2SeesACutAnswerAsAReset() {
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      int stream = client.get("/");
      UPSTREAM.next().head(200).data("half").reset(Http2Frame.NO_ERROR);
      Http2Answer answer = client.answer(stream);
      assertEquals(200, answer.status());
      assertFalse(answer.isEnded());
      assertEquals(Http2Frame.INTERNAL_ERROR, answer.resetBy());
    }
  }

  // ---- connections that end ----

  @Test
  void aConnectionThatClosesCutsEveryAnswerOnIt() {
    List<RawClient> begun = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      RawClient client = sentGet();
      UPSTREAM.next().head(200, "content-length", "100").data("half");
      client.readUntil("half");
      begun.add(client);
    }
    RawClient unanswered = sentPost();
    Http2Accepted connection = UPSTREAM.next().awaitEnd().connection();
    connection.close();
    assertFailed(unanswered, "UPSTREAM_RESET");
    begun.forEach(client -> assertTrue(client.isClosedByPeer()));
    assertNotEquals(connection, exchange());
  }

  @Test
  void aConnectionThatIsResetOrHalfClosedIsTheSame() {
    for (boolean half : new boolean[] {false, true}) {
      RawClient client = sentPost();
      Http2Accepted connection = UPSTREAM.next().awaitEnd().connection();
      if (half) {
        connection.shutdownOutput();
      } else {
        connection.reset();
      }
      assertFailed(client, "UPSTREAM_RESET");
      assertNotEquals(connection, exchange());
    }
  }

  @Test
  void halfAFrameBeforeTheEndIsACutAnswer() {
    RawClient client = sentGet();
    Http2Request request = UPSTREAM.next().head(200).data("half");
    client.readUntil("half");
    byte[] frame = Http2Frame.data(request.stream(), true, "never whole").bytes();
    request.connection().sendBytes(Arrays.copyOf(frame, 12)).close();
    assertTrue(client.isClosedByPeer());
    assertFalse(client.received().endsWith("0\r\n\r\n"), client::received);
  }

  @Test
  void aRequestOnAStaleConnectionIsSentAgainWhenItIsIdempotent() {
    exchange();
    RawClient client = sentGet();
    Http2Request lost = UPSTREAM.next();
    lost.connection().close();
    Http2Request again = UPSTREAM.next();
    assertNotEquals(lost.connection(), again.connection());
    again.answer(200, "ok");
    assertEquals("ok", client.readResponse().text());
    RawClient other = sentPostWithoutBody();
    UPSTREAM.next().connection().close();
    assertFailed(other, "UPSTREAM_RESET");
  }

  // ---- life of a connection ----

  @Test
  void aConnectionIsLeftAfterItsNumberOfRequests() {
    List<Http2Accepted> used = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      RawClient client = sent("GET /short HTTP/1.1\r\nHost: h\r\n\r\n");
      used.add(UPSTREAM.next().answer(200, "ok").connection());
      assertEquals("ok", client.readResponse().text());
    }
    assertEquals(used.get(0), used.get(1));
    assertNotEquals(used.get(1), used.get(2));
    assertEquals(used.get(2), used.get(3));
    assertEquals(RawClient.End.CLOSED, used.getFirst().awaitClosed());
  }

  @Test
  void aConnectionThatRestsForLongIsClosed() {
    RawClient client = sent("GET /resting HTTP/1.1\r\nHost: h\r\n\r\n");
    Http2Accepted connection = UPSTREAM.next().answer(200, "ok").connection();
    assertEquals("ok", client.readResponse().text());
    assertEquals(RawClient.End.CLOSED, connection.awaitClosed());
  }

  @Test
  void aConnectionWhoseUpstreamIsGoneEndsBehindItsRequests() {
    String yaml =
        """
        runtime: {loops: 1}
        upstreams: {service: {endpoints: "%s", protocol: h2c}}
        routes: [{id: all, match: {path: "/**"}, to: service}]
        """
            .formatted(UPSTREAM.address());
    try (GatewayFixture gateway = GatewayFixture.start(yaml);
        RawClient client = gateway.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      Http2Request request = UPSTREAM.next();
      assertEquals(
          List.of(),
          gateway.apply(
              "runtime: {loops: 1}\nroutes: [{id: all, match: {path: /}, respond: {body: new}}]"));
      request.connection().ping();
      request.answer(200, "of the old one");
      assertEquals("of the old one", client.readResponse().text());
      assertEquals(RawClient.End.CLOSED, request.connection().awaitClosed());
    }
  }
}
