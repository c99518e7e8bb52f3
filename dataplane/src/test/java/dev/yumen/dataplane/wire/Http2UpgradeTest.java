package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.await;
import static dev.yumen.testkit.Behaviours.echo;
import static dev.yumen.testkit.Behaviours.respond;
import static dev.yumen.testkit.Behaviours.stream;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Http2Answer;
import dev.yumen.testkit.Http2Client;
import dev.yumen.testkit.Http2Frame;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The change to HTTP/2 that a request of HTTP/1.1 asks for (RFC 7540 §3.2). */
@Timeout(60)
class Http2UpgradeTest {
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          listeners:
            http: {address: "127.0.0.1:0"}
            http1: {address: "127.0.0.1:0", protocols: [http1]}
            https: {address: "127.0.0.1:0", tls: self-signed}
          upstreams: {service: {endpoints: %s}}
          routes:
            - {id: all, match: {path: "/**"}, to: service}
            - {id: fixed, match: {path: "/fixed"}, respond: {body: fixed}}
          """
              .formatted(UPSTREAM.address()));

  @RegisterExtension static final Shared SHARED = Shared.of(GATEWAY, UPSTREAM);

  private static String encoded(int... settings) {
    byte[] payload = Http2Frame.settings(settings).payload();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(payload);
  }

  /** The fields of a request that asks for HTTP/2 in full. */
  private static String upgrade(int... settings) {
    return "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: "
        + encoded(settings)
        + "\r\n";
  }

  private static String request(String line, String fields) {
    return line + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
  }

  /** A connection that has changed; the answer to the request comes on stream 1. */
  private static Http2Client changed(int port, String request, int... settings) {
    Http2Client client = Http2Client.connectSilently(port).sendBytes(request.getBytes(ISO_8859_1));
    String head = client.readHead();
    assertTrue(head.startsWith("HTTP/1.1 101 "), head);
    assertTrue(head.contains("\r\nUpgrade: h2c\r\n"), head);
    client.begin(settings);
    assertEquals(1, client.newStream());
    return client;
  }

  private static void assertStaysHttp11(String request) {
    try (RawClient client = GATEWAY.connect()) {
      RawResponse answer = client.send(request).readResponse();
      assertEquals(200, answer.status(), answer::toString);
      assertEquals("fixed", answer.text());
      assertNull(answer.header("upgrade"));
      assertEquals("fixed", client.get("/fixed").text());
    }
  }

  // ---- the change ----

  @Test
  void theRequestIsAnsweredOnStream1() {
    int before = UPSTREAM.requests().size();
    try (Http2Client client =
        changed(GATEWAY.port(), request("GET /a?b", "X-A: 1\r\n" + upgrade()))) {
      Http2Answer answer = client.answer(1);
      assertEquals(200, answer.status());
      assertTrue(answer.isEnded());
      assertEquals("fixed", client.answer(client.get("/fixed")).text());
      client.ping();
    }
    Recorded seen = UPSTREAM.awaitRequest(before + 1);
    assertEquals("GET /a?b HTTP/1.1", seen.requestLine());
    assertEquals("1", seen.header("x-a"));
    assertNull(seen.header("upgrade"));
    assertNull(seen.header("http2-settings"));
    assertEquals("127.0.0.1", seen.header("x-forwarded-for"));
  }

  @Test
  void manyRequestsFollow() {
    try (Http2Client client = changed(GATEWAY.port(), request("GET /fixed", upgrade()))) {
      assertEquals("fixed", client.answer(1).text());
      for (int i = 0; i < 20; i++) {
        int stream = client.request("POST", "/", false);
        client.send(Http2Frame.data(stream, true, "body"));
        assertTrue(client.answer(stream).text().contains("\"bodyLength\":4"));
      }
    }
  }

  @Test
  void anAnswerToHeadHasNoBody() {
    try (Http2Client client = changed(GATEWAY.port(), request("HEAD /fixed", upgrade()))) {
      Http2Answer answer = client.answer(1);
      assertEquals("5", answer.header("content-length"));
      assertEquals(0, answer.dataFrames());
    }
  }

  @Test
  void theSettingsOfTheFieldHold() {
    UPSTREAM.next(stream(5_000_000));
    int[] none = {Http2Frame.INITIAL_WINDOW_SIZE, 0};
    try (Http2Client client = changed(GATEWAY.port(), request("GET /", upgrade(none)), none)) {
      client.keepWindows().checkPattern(1);
      assertEquals(200, client.head(1).status());
      assertEquals(0, client.ping().soFar(1).bodyLength());
      client.giveWindow(1, 10);
      client.await("10 bytes", () -> client.soFar(1).bodyLength() == 10);
      assertEquals(10, client.ping().soFar(1).bodyLength());
      client.giveWindow(0, 8 << 20).giveWindow(1, 8 << 20);
      assertEquals(5_000_000, client.answer(1).bodyLength());
    }
  }

  @Test
  void aLengthOfZeroAndTwoConnectionFieldsAreTaken() {
    String fields =
        "Connection: HTTP2-Settings\r\nConnection: upgrade\r\nContent-Length: 0\r\n"
            + "Upgrade: h2c\r\nHTTP2-Settings: "
            + encoded(Http2Frame.MAX_CONCURRENT_STREAMS, 7, Http2Frame.INITIAL_WINDOW_SIZE, 70_000)
            + "\r\n";
    try (Http2Client client = changed(GATEWAY.port(), request("GET /fixed", fields))) {
      assertEquals("fixed", client.answer(1).text());
    }
  }

  @Test
  void thePrefaceMayComeRightBehindTheRequest() {
    byte[] head = request("GET /fixed", upgrade()).getBytes(ISO_8859_1);
    byte[] settings = Http2Frame.settings().bytes();
    byte[] all = new byte[head.length + Http2Client.PREFACE.length + settings.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(Http2Client.PREFACE, 0, all, head.length, Http2Client.PREFACE.length);
    System.arraycopy(settings, 0, all, all.length - settings.length, settings.length);
    try (Http2Client client = Http2Client.connectSilently(GATEWAY.port()).sendBytes(all)) {
      assertTrue(client.readHead().startsWith("HTTP/1.1 101 "));
      client.newStream();
      assertEquals("fixed", client.answer(1).text());
      assertEquals("fixed", client.answer(client.get("/fixed")).text());
    }
  }

  @Test
  void aLaterRequestOfAConnectionMayAsk() {
    try (Http2Client client = Http2Client.connectSilently(GATEWAY.port())) {
      client.sendBytes(request("HEAD /fixed", "").getBytes(ISO_8859_1));
      assertTrue(client.readHead().startsWith("HTTP/1.1 200 "));
      client.sendBytes(request("GET /fixed", upgrade()).getBytes(ISO_8859_1));
      assertTrue(client.readHead().startsWith("HTTP/1.1 101 "));
      client.begin();
      client.newStream();
      assertEquals("fixed", client.answer(1).text());
    }
  }

  @Test
  void whatComesBehindTheChangeMustBeThePreface() {
    try (Http2Client client =
        Http2Client.connectSilently(GATEWAY.port())
            .sendBytes(request("GET /fixed", upgrade()).getBytes(ISO_8859_1))) {
      client.readHead();
      client.sendBytes(request("GET /fixed", "").getBytes(ISO_8859_1)).newStream();
      assertTrue(client.readEnd() != RawClient.End.STILL_OPEN);
      assertEquals(Http2Frame.PROTOCOL_ERROR, client.awaitGoAway().error());
    }
  }

  @Test
  void stream1IsNoRequestOfTheClientsFrames() {
    try (Http2Client client = changed(GATEWAY.port(), request("GET /fixed", upgrade()))) {
      assertEquals("fixed", client.answer(1).text());
      client.send(Http2Frame.headers(1, true, ":method", "GET", ":path", "/", ":scheme", "http"));
      assertEquals(Http2Frame.STREAM_CLOSED, client.awaitGoAway().error());
    }
  }

  // ---- requests that stay what they are ----

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Upgrade: h2c\r\nConnection: Upgrade\r\nHTTP2-Settings: AAMAAABk\r\n",
        "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n",
        "Upgrade: h2c\r\nConnection: HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n",
        "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
        "Upgrade: h2\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n",
        "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAAB\r\n",
        "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAA\r\n",
        "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: a+b/AABk\r\n",
        "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: ?\r\n",
      })
  void aRequestThatDoesNotAskInFullStaysHttp11(String fields) {
    assertStaysHttp11(request("GET /fixed", fields));
  }

  @Test
  void aRequestWithTwoSettingsFieldsStaysHttp11() {
    assertStaysHttp11(request("GET /fixed", upgrade() + "HTTP2-Settings: AAMAAABk\r\n"));
  }

  @Test
  void aRequestWithABodyStaysHttp11() {
    assertStaysHttp11(request("POST /fixed", upgrade() + "Content-Length: 4\r\n") + "body");
    assertStaysHttp11(
        request("POST /fixed", upgrade() + "Transfer-Encoding: chunked\r\n")
            + "4\r\nbody\r\n0\r\n\r\n");
  }

  @Test
  void anOldRequestStaysWhatItIs() {
    try (RawClient client = GATEWAY.connect()) {
      client.send(request("GET /fixed", upgrade()).replace("HTTP/1.1", "HTTP/1.0"));
      RawResponse answer = client.readResponse();
      assertEquals(200, answer.status(), answer::toString);
    }
  }

  @Test
  void aListenerWithoutHttp2StaysHttp11() {
    try (RawClient client = RawClient.connect(GATEWAY.port("http1"))) {
      assertEquals(200, client.send(request("GET /fixed", upgrade())).readResponse().status());
    }
  }

  @Test
  void overTlsNothingIsChanged() throws IOException {
    try (SSLSocket socket =
        (SSLSocket)
            TlsTools.trusting()
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), GATEWAY.port("https"))) {
      socket.setSoTimeout(10_000);
      String ask = request("GET /fixed", upgrade());
      socket.getOutputStream().write(ask.getBytes(ISO_8859_1));
      String answer = new String(socket.getInputStream().readNBytes(15), ISO_8859_1);
      assertEquals("HTTP/1.1 200 OK", answer);
    }
  }

  @Test
  void settingsThatAreNotAllowedEndTheConnection() {
    int push = 2;
    try (Http2Client client =
        Http2Client.connectSilently(GATEWAY.port())
            .sendBytes(request("GET /fixed", upgrade(push, 2)).getBytes(ISO_8859_1))) {
      client.readHead();
      client.begin().newStream();
      assertEquals(Http2Frame.PROTOCOL_ERROR, client.awaitGoAway().error());
    }
  }

  // ---- drain ----

  @Test
  void aChangedConnectionIsDrainedLikeOthers() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    String yaml =
        """
        shutdown: {drain: 10s}
        upstreams: {service: {endpoints: %s}}
        routes: [{id: all, match: {path: "/**"}, to: service}]
        """
            .formatted(UPSTREAM.address());
    UPSTREAM.next(await(slow).then(respond(200, "late")));
    try (GatewayFixture gateway = GatewayFixture.start(yaml);
        Http2Client client = changed(gateway.port(), request("GET /", upgrade()))) {
      gateway.awaitMetric("gateway_requests_in_flight", 1);
      CompletableFuture<Boolean> drained = gateway.gateway().drain();
      assertEquals(Http2Frame.NO_ERROR, client.awaitGoAway().error());
      slow.countDown();
      assertEquals("late", client.answer(1).text());
      assertEquals(RawClient.End.CLOSED, client.timeout(Duration.ofSeconds(10)).readEnd());
      client.close();
      assertTrue(drained.get(30, TimeUnit.SECONDS));
    }
  }
}
