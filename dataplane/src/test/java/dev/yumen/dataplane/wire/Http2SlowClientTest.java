package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.echo;
import static dev.yumen.testkit.Behaviours.neverAnswer;
import static dev.yumen.testkit.Behaviours.stream;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.HpackLiterals;
import dev.yumen.testkit.Http2Answer;
import dev.yumen.testkit.Http2Client;
import dev.yumen.testkit.Http2Frame;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.ScriptedUpstream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** HTTP/2 clients that stop in the middle of something: each limit ends what is slow, no more. */
@Timeout(60)
class Http2SlowClientTest {
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final String ROUTES =
      """

      upstreams: {service: {endpoints: %s}}
      routes:
        - {id: all, match: {path: "/**"}, to: service}
        - {id: fixed, match: {path: "/fixed"}, respond: {body: fixed}}
      """
          .formatted(UPSTREAM.address());
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          limits:
            header-timeout: 300ms
            body-timeout: 300ms
          """
                  .strip()
              + ROUTES);

  @RegisterExtension static final Shared SHARED = Shared.of(GATEWAY, UPSTREAM);

  private static byte[] get(int stream, int flags) {
    byte[] block =
        HpackLiterals.block(
            ":method", "GET", ":scheme", "http", ":path", "/fixed", ":authority", "h");
    return new Http2Frame(Http2Frame.HEADERS, flags, stream, block).bytes();
  }

  @Test
  void halvesOfFramesAndPrefacesAreEndedAtTheTimeOfAHead() {
    byte[] whole = get(1, Http2Frame.END_HEADERS);
    List<byte[]> halves =
        List.of(
            Arrays.copyOf(whole, 5),
            Arrays.copyOf(whole, whole.length - 1),
            get(1, 0),
            Arrays.copyOf(Http2Frame.ping(1).bytes(), 12),
            Arrays.copyOf(new Http2Frame(0xbe, 0, 0, new byte[100]).bytes(), 50));
    long counted = GATEWAY.rejected("header_timeout");
    List<RawClient> prefaces = new ArrayList<>();
    for (int length : new int[] {2, 10, 23}) {
      prefaces.add(GATEWAY.connect().send(Arrays.copyOf(Http2Client.PREFACE, length)));
    }
    List<Http2Client> clients = new ArrayList<>();
    for (byte[] half : halves) {
      // Nothing must be left to answer, or the answer would be the other half.
      clients.add(Http2Client.connect(GATEWAY.port()).ping().sendBytes(half));
    }
    for (Http2Client client : clients) {
      assertEquals(Http2Frame.ENHANCE_YOUR_CALM, client.awaitGoAway().error());
      assertNotEquals(RawClient.End.STILL_OPEN, client.readEnd());
      client.close();
    }
    for (RawClient client : prefaces) {
      assertNotEquals(RawClient.End.STILL_OPEN, client.readEnd());
      client.close();
    }
    assertEquals(counted + halves.size() + 3, GATEWAY.rejected("header_timeout"));
  }

  @Test
  void aConnectionThatRestsIsClosedInOrder() {
    try (GatewayFixture gateway = GatewayFixture.start("limits: {keep-alive: 2s}" + ROUTES);
        Http2Client unused = Http2Client.connect(gateway.port());
        Http2Client used = Http2Client.connect(gateway.port())) {
      assertEquals("fixed", used.answer(used.get("/fixed")).text());
      assertEquals(Http2Frame.NO_ERROR, unused.awaitGoAway().error());
      assertEquals(RawClient.End.CLOSED, unused.readEnd());
      assertEquals(Http2Frame.NO_ERROR, used.awaitGoAway().error());
      assertEquals(RawClient.End.CLOSED, used.readEnd());
      assertEquals(0, gateway.rejected("header_timeout"));
    }
  }

  @Test
  void aBodyThatStopsIsAnsweredAtItsLimit() {
    long counted = GATEWAY.rejected("body_timeout");
    int before = UPSTREAM.requests().size();
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      int stream = client.request("POST", "/", false);
      client.send(Http2Frame.data(stream, false, "half"));
      Http2Answer answer = client.answer(stream);
      assertEquals(408, answer.status());
      assertTrue(answer.isEnded());
      assertEquals("fixed", client.answer(client.get("/fixed")).text());
    }
    assertEquals(counted + 1, GATEWAY.rejected("body_timeout"));
    assertFalse(UPSTREAM.awaitRequest(before + 1).isComplete());
  }

  @Test
  void aBodyThatDripsIsAnsweredByItsRate() {
    try (GatewayFixture gateway =
            GatewayFixture.start(
                "limits: {min-rate: 10000, min-rate-grace: 300ms, body-timeout: 10s}" + ROUTES);
        Http2Client client = Http2Client.connect(gateway.port())) {
      int stream = client.request("POST", "/", false);
      client.timeout(Duration.ofMillis(20));
      Eventually.within(
          Duration.ofSeconds(10),
          () -> {
            if (client.soFar(stream).status() == 0) {
              client.send(Http2Frame.data(stream, false, "x"));
            }
            assertEquals(RawClient.End.STILL_OPEN, client.readEnd());
            return client.soFar(stream).isEnded();
          });
      assertEquals(408, client.soFar(stream).status());
      assertEquals(1, gateway.rejected("body_too_slow"));
    }
  }

  @Test
  void aSilentClientIsAskedByPingWhetherItIsThere() {
    UPSTREAM.next(neverAnswer()).next(neverAnswer());
    String limits = "limits: {http2: {ping-after: 300ms, ping-timeout: 2s}}";
    try (GatewayFixture gateway = GatewayFixture.start(limits + ROUTES);
        Http2Client gone = Http2Client.connect(gateway.port()).keepPings();
        Http2Client patient = Http2Client.connect(gateway.port())) {
      gone.get("/");
      int stream = patient.get("/");
      // More than fit into the time that the other one has left.
      for (int pings = 0; pings < 9; pings++) {
        patient.awaitFrame("a PING", Http2SlowClientTest::asks);
      }
      assertFalse(patient.soFar(stream).isReset());
      gone.awaitFrame("a PING", Http2SlowClientTest::asks);
      assertNotEquals(RawClient.End.STILL_OPEN, gone.readEnd());
      assertEquals(1, gateway.rejected("http2_ping_timeout"));
      assertEquals(1, gateway.metric("gateway_requests_in_flight"));
      UPSTREAM.closeConnections();
      gateway.awaitIdle();
    }
  }

  private static boolean asks(Http2Frame frame) {
    return frame.type() == Http2Frame.PING && !frame.has(Http2Frame.ACK);
  }

  @Test
  void aClientThatReadsNothingIsClosed() {
    UPSTREAM.next(stream(50_000_000));
    try (GatewayFixture gateway = GatewayFixture.start("limits: {write-timeout: 2s}" + ROUTES);
        Http2Client client =
            Http2Client.connectNarrow(
                gateway.port(), 4096, Http2Frame.INITIAL_WINDOW_SIZE, 100_000_000)) {
      client.giveWindow(0, 100_000_000);
      client.get("/");
      gateway.awaitMetric("gateway_requests_in_flight", 1);
      gateway.awaitIdle();
      assertEquals(1, gateway.rejected("slow_reader"));
      assertNotEquals(RawClient.End.STILL_OPEN, client.readEnd());
    }
  }
}
