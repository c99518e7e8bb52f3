package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.echo;
import static dev.yumen.testkit.Behaviours.neverAnswer;
import static dev.yumen.testkit.Behaviours.stream;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.Problem;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.ScriptedUpstream;
import io.netty.buffer.Unpooled;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients of HTTP/3 may not do, and how they learn of it. */
@Timeout(60)
class Http3LimitsTest {
  private static final int FRAME_UNEXPECTED = 0x105;
  private static final int CANCELLED = 0x10c;
  private static final int CLOSED_CRITICAL_STREAM = 0x104;
  private static final int EXCESSIVE_LOAD = 0x107;
  private static final int MESSAGE_ERROR = 0x10e;

  /** Neither defined nor reserved, so Netty passes over it. */
  private static final int UNKNOWN_FRAME = 0x30;

  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final String LISTENERS =
      """
      listeners:
        http: {address: "127.0.0.1:0", protocols: [http1, http2, http3], tls: self-signed}
      """;
  private static final String ROUTES =
      """
      upstreams: {service: {endpoints: %s}}
      routes:
        - {id: all, match: {path: "/**"}, to: service}
        - {id: fixed, match: {path: "/fixed"}, respond: {body: fixed}}
        - id: own
          match: {path: "/own"}
          respond: {body: own, headers: {Alt-Svc: clear}}
      """
          .formatted(UPSTREAM.address());
  private static final GatewayFixture GATEWAY = GatewayFixture.start(LISTENERS + ROUTES);

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

  // ---- malformed (RFC 9114 §4.1.2) ----

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Upper=1",
        "x a=1",
        "x-a=1\r\nx-b: 2",
        "x-a=1\0",
        "connection=close",
        "transfer-encoding=chunked",
        "keep-alive=1",
        "upgrade=x",
        "te=gzip",
        "host=other",
        ":unknown=1",
        ":status=200",
        ":protocol=websocket",
        "content-length=x"
      })
  void malformedFieldsResetTheStreamAlone(String field) {
    long counted = GATEWAY.rejected("http3_malformed");
    int before = UPSTREAM.requests().size();
    int cut = field.indexOf('=');
    try (Http3Client client = connect()) {
      String[] extra = {field.substring(0, cut), field.substring(cut + 1)};
      Http3Call call = client.get("/", extra).await();
      assertTrue(call.error() == MESSAGE_ERROR || call.status() == 400, call.toString());
      assertEquals("fixed", client.get("/fixed").await().text());
      assertEquals(before, UPSTREAM.requests().size());
      assertTrue(call.status() == 400 || GATEWAY.rejected("http3_malformed") == counted + 1);
    }
  }

  @Test
  void aRequestWithoutAPathOrWithTwoIsReset() {
    try (Http3Client client = connect()) {
      Http3Call none =
          client.open().headers(":method", "GET", ":scheme", "https", ":authority", "h").end();
      assertEquals(MESSAGE_ERROR, none.await().error());
      assertTrue(client.request("GET", "/", ":path", "/b").end().await().isReset());
      assertTrue(client.open().raw(Unpooled.EMPTY_BUFFER).end().await().isReset());
      assertEquals("fixed", client.get("/fixed").await().text());
    }
  }

  @Test
  void aBodyThatDiffersFromItsLengthIsReset() {
    try (Http3Client client = connect()) {
      Http3Call less = client.request("POST", "/", "content-length", "5").data("abc").end();
      assertEquals(MESSAGE_ERROR, less.await().error());
      Http3Call more = client.request("POST", "/", "content-length", "1").data("abc").end();
      assertEquals(MESSAGE_ERROR, more.await().error());
    }
    GATEWAY.awaitIdle();
  }

  @Test
  void dataBeforeAHeadEndsTheConnection() {
    long counted = GATEWAY.rejected("http3_protocol_error");
    try (Http3Client client = connect()) {
      client.open().data("abc");
      assertEquals(FRAME_UNEXPECTED, client.awaitClosed());
    }
    assertEquals(counted + 1, GATEWAY.rejected("http3_protocol_error"));
  }

  @Test
  void aHeadOverTheLimitIsAnswered431() {
    try (Http3Client client = connect()) {
      Http3Call call = client.get("/fixed", "x-long", "x".repeat(20_000)).await();
      assertEquals(431, call.status());
      assertEquals("fixed", client.get("/fixed").await().text());
    }
  }

  // ---- floods ----

  @Test
  void aFloodOfResetsEndsTheConnection() {
    try (GatewayFixture gateway =
            GatewayFixture.start(LISTENERS + "limits: {http2: {resets: 20}}\n" + ROUTES);
        Http3Client client = Http3Client.connect(gateway.port())) {
      for (int i = 0; i < 40 && client.isOpen(); i++) {
        client.request("POST", "/").data("x").cancel(CANCELLED);
      }
      assertEquals(EXCESSIVE_LOAD, client.awaitClosed());
      assertEquals(1, gateway.rejected("http3_flood"));
      gateway.awaitIdle();
    }
  }

  @Test
  void aFloodOfEmptyFramesEndsTheConnection() {
    try (GatewayFixture gateway =
            GatewayFixture.start(LISTENERS + "limits: {http2: {control-frames: 20}}\n" + ROUTES);
        Http3Client client = Http3Client.connect(gateway.port())) {
      Http3Call call = client.request("POST", "/");
      for (int i = 0; i < 100 && client.isOpen(); i++) {
        call.data("");
      }
      assertEquals(EXCESSIVE_LOAD, client.awaitClosed());
      assertEquals(1, gateway.rejected("http3_flood"));
      gateway.awaitIdle();
    }
  }

  @Test
  void aFloodOfUnknownFramesEndsTheConnection() {
    try (GatewayFixture gateway =
            GatewayFixture.start(LISTENERS + "limits: {http2: {control-frames: 20}}\n" + ROUTES);
        Http3Client client = Http3Client.connect(gateway.port())) {
      Http3Call call = client.request("POST", "/");
      for (int i = 0; i < 100 && client.isOpen(); i++) {
        call.frame(UNKNOWN_FRAME, new byte[3]);
      }
      assertEquals(EXCESSIVE_LOAD, client.awaitClosed());
      assertEquals(1, gateway.rejected("http3_flood"));
      gateway.awaitIdle();
    }
  }

  @Test
  void framesOfUsePayForOthers() {
    try (GatewayFixture gateway =
            GatewayFixture.start(LISTENERS + "limits: {http2: {control-frames: 20}}\n" + ROUTES);
        Http3Client client = Http3Client.connect(gateway.port())) {
      Http3Call call = client.request("POST", "/fixed");
      for (int i = 0; i < 50; i++) {
        call.data("x").frame(UNKNOWN_FRAME, new byte[3]);
      }
      assertEquals("fixed", call.end().await().text());
      assertEquals(0, gateway.rejected("http3_flood"));
    }
  }

  /** A client that has sent its whole request can not reset it, but ask for no answer. */
  @Test
  void aFloodOfStoppedAnswersEndsTheConnection() {
    try (GatewayFixture gateway =
            GatewayFixture.start(LISTENERS + "limits: {http2: {resets: 20}}\n" + ROUTES);
        Http3Client client = Http3Client.connect(gateway.port())) {
      for (int i = 0; i < 40 && client.isOpen(); i++) {
        UPSTREAM.next(neverAnswer());
        client.get("/").stop(CANCELLED);
      }
      assertEquals(EXCESSIVE_LOAD, client.awaitClosed());
      assertEquals(1, gateway.rejected("http3_flood"));
      gateway.awaitIdle();
    }
  }

  @Test
  void aStreamThatMustStayAndIsResetEndsTheConnection() {
    long counted = GATEWAY.rejected("http3_protocol_error");
    try (Http3Client client = connect()) {
      assertEquals("fixed", client.get("/fixed").await().text());
      client.controlStream().shutdownOutput(CANCELLED);
      assertEquals(CLOSED_CRITICAL_STREAM, client.awaitClosed());
    }
    assertEquals(counted + 1, GATEWAY.rejected("http3_protocol_error"));
  }

  @Test
  void requestsBeyondTheStreamsAreHeldBackByTheClient() {
    try (GatewayFixture gateway =
            GatewayFixture.start(LISTENERS + "limits: {http2: {streams: 2}}\n" + ROUTES);
        Http3Client client = Http3Client.connect(gateway.port())) {
      Http3Call first = client.request("POST", "/fixed").data("x");
      Http3Call second = client.request("POST", "/fixed").data("x");
      assertTrue(client.canNotOpen());
      assertEquals("fixed", first.end().await().text());
      assertEquals("fixed", second.end().await().text());
      Eventually.within(Http3Client.PATIENCE, "room for a stream", () -> !client.canNotOpen());
      assertEquals("fixed", client.get("/fixed").await().text());
    }
  }

  // ---- time ----

  @Test
  void aClientThatTakesNothingIsResetAfterTheWriteTimeout() {
    try (GatewayFixture gateway =
            GatewayFixture.start(LISTENERS + "limits: {write-timeout: 300ms}\n" + ROUTES);
        Http3Client client =
            Http3Client.connect(Http3Client.Options.of(gateway.port()).window(10_000))) {
      UPSTREAM.next(stream(1 << 20));
      Http3Call call = client.open().pause().request("GET", "/").end();
      gateway.awaitMetric("gateway_rejected_total{reason=\"slow_reader\"}", 1);
      gateway.awaitIdle();
      assertEquals(CANCELLED, call.resume().await().error());
      assertEquals("fixed", client.get("/fixed").await().text());
    }
  }

  @Test
  void aHeadThatDoesNotComeIsReset() {
    try (GatewayFixture gateway =
            GatewayFixture.start(LISTENERS + "limits: {header-timeout: 300ms}\n" + ROUTES);
        Http3Client client = Http3Client.connect(gateway.port())) {
      Http3Call call = client.open().raw(Unpooled.wrappedBuffer(new byte[] {1, 20, 0}));
      assertTrue(call.await().isReset());
      assertEquals(1, gateway.rejected("header_timeout"));
      assertEquals("fixed", client.get("/fixed").await().text());
    }
  }

  @Test
  void aBodyThatStopsIsAnswered408() {
    try (GatewayFixture gateway =
            GatewayFixture.start(LISTENERS + "limits: {body-timeout: 300ms}\n" + ROUTES);
        Http3Client client = Http3Client.connect(gateway.port())) {
      assertEquals(408, client.request("POST", "/").data("half").await().status());
      assertEquals(1, gateway.rejected("body_timeout"));
    }
  }

  @Test
  void aConnectionThatRestsIsToldAndClosed() {
    try (GatewayFixture gateway =
            GatewayFixture.start(LISTENERS + "limits: {keep-alive: 2s}\n" + ROUTES);
        Http3Client client = Http3Client.connect(gateway.port())) {
      assertEquals("fixed", client.get("/fixed").await().text());
      client.awaitGoAways(1);
      client.awaitClosed();
    }
  }

  // ---- who comes in ----

  @Test
  void connectionsOverTheLimitAreRefused() {
    try (GatewayFixture gateway =
            GatewayFixture.start(LISTENERS + "limits: {connections-per-client: 1}\n" + ROUTES);
        Http3Client client = Http3Client.connect(gateway.port())) {
      assertTrue(Http3Client.isRefused(Http3Client.Options.of(gateway.port())));
      assertNotEquals(0, gateway.rejected("too_many_connections_of_client"));
      assertEquals("fixed", client.get("/fixed").await().text());
    }
  }

  @Test
  void aClientThatHasToProveItsAddressGetsThrough() {
    try (GatewayFixture gateway =
            GatewayFixture.start(LISTENERS + "limits: {http3: {handshakes: 0}}\n" + ROUTES);
        Http3Client client = Http3Client.connect(gateway.port())) {
      assertEquals("fixed", client.get("/fixed").await().text());
    }
  }

  // ---- how they learn of it ----

  private static List<String> altSvc(GatewayFixture gateway, String path) throws Exception {
    return altSvc(gateway, path, HttpClient.Version.HTTP_2);
  }

  private static List<String> altSvc(
      GatewayFixture gateway, String path, HttpClient.Version version) throws Exception {
    try (HttpClient client =
        HttpClient.newBuilder().sslContext(TlsTools.trusting()).version(version).build()) {
      URI uri = URI.create("https://localhost:" + gateway.port() + path);
      return client
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
          .headers()
          .allValues("alt-svc");
    }
  }

  @Test
  void answersOverTcpTellOfHttp3() throws Exception {
    String value = "h3=\":" + GATEWAY.port() + "\"; ma=86400";
    assertEquals(List.of(value), altSvc(GATEWAY, "/fixed"));
    assertEquals(List.of(value), altSvc(GATEWAY, "/"));
    assertEquals(List.of(value), altSvc(GATEWAY, "/fixed", HttpClient.Version.HTTP_1_1));
    assertEquals(List.of("clear"), altSvc(GATEWAY, "/own"));
    try (Http3Client client = connect()) {
      assertNull(client.get("/fixed").await().header("alt-svc"));
    }
  }

  @Test
  void whatIsToldCanBeChangedAndSwitchedOff() throws Exception {
    String listener =
        "listeners: {http: {address: '127.0.0.1:0', protocols: [http1, http3], tls: self-signed,"
            + " http3: %s}}\n";
    try (GatewayFixture gateway =
        GatewayFixture.start(listener.formatted("{port: 443, max-age: 1m}") + ROUTES)) {
      assertEquals(List.of("h3=\":443\"; ma=60"), altSvc(gateway, "/fixed"));
      gateway.apply(listener.formatted("{advertise: false}") + ROUTES);
      assertEquals(List.of(), altSvc(gateway, "/fixed"));
    }
  }

  @Test
  void whatCanNotBeHadIsAProblem() {
    List<Problem> problems =
        GATEWAY
            .read(
                "listeners: {http: {address: '127.0.0.1:0', protocols: [http1, http3]}}\n" + ROUTES)
            .problems();
    assertTrue(problems.toString().contains("a listener with tls"), problems.toString());
  }
}
