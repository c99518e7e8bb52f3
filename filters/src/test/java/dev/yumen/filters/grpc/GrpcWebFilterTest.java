package dev.yumen.filters.grpc;

import static dev.yumen.testkit.GrpcMessages.message;
import static dev.yumen.testkit.GrpcMessages.trailers;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Http2Answer;
import dev.yumen.testkit.Http2Client;
import dev.yumen.testkit.Http2Frame;
import dev.yumen.testkit.Http2Request;
import dev.yumen.testkit.Http2Service;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GrpcWebFilterTest {
  private static final String METHOD = "/shop.Orders/Get";
  private static final String[] HEAD = {"content-type", "application/grpc"};
  private static final Http2Service UPSTREAM =
      Http2Service.answering(
          call ->
              call.awaitEnd()
                  .head(200, HEAD)
                  .data(message("answer"))
                  .trailers("grpc-status", "0", "x-tail", "a b"));
  private static final FilterHarness GATEWAY =
      FilterHarness.run(
          """
          listeners: {http: {address: "127.0.0.1:8080"}}
          limits: {header-bytes: 8KiB}
          upstreams:
            service: {endpoints: "%s", protocol: h2c}
            absent: {endpoints: "127.0.0.1:%d", protocol: h2c}
          filters:
            - cors:
                allow-origins: ["https://shop.example.com"]
                allow-methods: [POST]
                allow-headers: [content-type, x-grpc-web, x-user-agent, grpc-timeout]
                expose-headers: [grpc-status, grpc-message]
            - grpc-web
          routes:
            - {id: service, match: {path: "/shop.Orders/{method}"}, to: service}
            - {id: absent, match: {path: "/absent/**"}, to: absent}
            - {id: answered, match: {path: "/answered/**"}, respond: {status: 403, body: no}}
          """
              .formatted(UPSTREAM.address(), ScriptedUpstream.unusedPort()),
          Path.of("target").toAbsolutePath());

  @BeforeEach
  void dropQueued() {
    UPSTREAM.dropQueued();
  }

  @AfterAll
  static void close() {
    GATEWAY.close();
    UPSTREAM.close();
  }

  private static byte[] both(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }

  /** Pieces of Base64 one behind the other, each with padding of its own. */
  private static byte[] decoded(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i += 4) {
      bytes.writeBytes(Base64.getDecoder().decode(text.substring(i, i + 4)));
    }
    return bytes.toByteArray();
  }

  private static String head(String path, String type, String... more) {
    List<String> lines = new ArrayList<>();
    lines.add("POST " + path + " HTTP/1.1");
    lines.addAll(List.of("Host: h", "Content-Type: " + type, "Origin: https://shop.example.com"));
    lines.addAll(List.of(more));
    return String.join("\r\n", lines) + "\r\n";
  }

  private static RawResponse call(String path, String type, byte[] body, String... more) {
    try (RawClient client = GATEWAY.connect()) {
      client.send(head(path, type, more) + "Content-Length: " + body.length + "\r\n\r\n");
      return client.send(new String(body, ISO_8859_1)).readResponse("POST");
    }
  }

  private static RawResponse callText(String text) {
    return call(METHOD, "application/grpc-web-text", text.getBytes(ISO_8859_1));
  }

  private static void assertFailed(int status, String start, RawResponse answer) {
    assertEquals(200, answer.status());
    assertTrue(Objects.requireNonNull(answer.header("content-type")).contains("grpc-web"));
    assertEquals(Integer.toString(status), answer.header("grpc-status"));
    String message = String.valueOf(answer.header("grpc-message"));
    assertTrue(message.startsWith(start), message);
    assertEquals("", answer.text());
    assertEquals("https://shop.example.com", answer.header("access-control-allow-origin"));
  }

  // ---- binary ----

  @Test
  void aCallOverHttp11BecomesOneOfGrpcAndItsTrailersAFrame() {
    RawResponse answer =
        call(METHOD, "application/grpc-web+proto", message("ask"), "X-Grpc-Web: 1");
    assertEquals("application/grpc+proto", UPSTREAM.last().header("content-type"));
    assertEquals("trailers", UPSTREAM.last().header("te"));
    assertArrayEquals(message("ask"), UPSTREAM.last().body());
    assertEquals(200, answer.status());
    assertEquals("application/grpc-web+proto", answer.header("content-type"));
    assertArrayEquals(
        both(message("answer"), trailers("grpc-status: 0\r\nx-tail: a b\r\n")), answer.body());
    assertEquals(List.of(), answer.trailers());
    assertNull(answer.header("grpc-status"));
  }

  @Test
  void aCallOverHttp2DoesToo() {
    try (Http2Client client = http2()) {
      int stream = client.request("POST", METHOD, false, "content-type", "application/grpc-web");
      client.send(Http2Frame.data(stream, true, message("ask")));
      Http2Answer answer = client.answer(stream);
      assertEquals("application/grpc", UPSTREAM.last().header("content-type"));
      assertEquals("application/grpc-web+proto", answer.header("content-type"));
      assertEquals(
          new String(both(message("answer"), trailers("grpc-status: 0\r\nx-tail: a b\r\n")), UTF_8),
          answer.text());
      assertEquals(List.of(), answer.trailers());
    }
  }

  private static Http2Client http2() {
    return Http2Client.connect(
        Objects.requireNonNull(GATEWAY.gateway().addresses().get("http")).getPort());
  }

  @Test
  void messagesOfAStreamGoOnOneByOne() {
    CountDownLatch first = new CountDownLatch(1);
    UPSTREAM.answerNext(
        call -> {
          call.awaitEnd().head(200, HEAD).data(message("one"));
          await(first);
          call.data(message("two")).trailers("grpc-status", "0");
        });
    try (Http2Client client = http2()) {
      int stream = client.request("POST", METHOD, false, "content-type", "application/grpc-web");
      client.send(Http2Frame.data(stream, true, message("ask")));
      client.await("one", () -> client.soFar(stream).bodyLength() == message("one").length);
      first.countDown();
      assertTrue(client.answer(stream).text().contains("two"));
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  // ---- text ----

  @Test
  void textIsDecodedOnTheWayInAndEncodedOnTheWayOut() {
    RawResponse answer = callText(Base64.getEncoder().encodeToString(message("ask")));
    assertEquals("application/grpc", UPSTREAM.last().header("content-type"));
    assertNull(UPSTREAM.last().header("content-length"));
    assertArrayEquals(message("ask"), UPSTREAM.last().body());
    assertEquals("application/grpc-web-text+proto", answer.header("content-type"));
    assertArrayEquals(
        both(message("answer"), trailers("grpc-status: 0\r\nx-tail: a b\r\n")),
        decoded(answer.text()));
  }

  @Test
  void textMayComeByteByByteAndInPiecesWithPadding() {
    byte[] message = message("ask me");
    String text =
        Base64.getEncoder().encodeToString(new byte[] {message[0]})
            + Base64.getEncoder().encodeToString(Arrays.copyOfRange(message, 1, 11));
    try (RawClient client = GATEWAY.connect()) {
      client.send(
          head(METHOD, "application/grpc-web-text+proto") + "Transfer-Encoding: chunked\r\n\r\n");
      for (int i = 0; i < text.length(); i++) {
        client.send("1\r\n" + text.charAt(i) + "\r\n");
      }
      RawResponse answer = client.send("0\r\n\r\n").readResponse("POST");
      assertEquals(200, answer.status());
    }
    assertArrayEquals(message, UPSTREAM.last().body());
  }

  @Test
  void theClientSaysWhichFormItWants() {
    RawResponse text =
        call(METHOD, "application/grpc-web", message("ask"), "Accept: application/grpc-web-text");
    assertArrayEquals(message("ask"), UPSTREAM.last().body());
    assertEquals("application/grpc-web-text+proto", text.header("content-type"));
    assertTrue(decoded(text.text()).length > 0);
  }

  @Test
  void brokenTextIsAFailureAndIsCancelledAtTheService() {
    for (String broken : List.of("AAAA*", "AAAAA", "AAAAAA=")) {
      int before = UPSTREAM.requests();
      UPSTREAM.answerNext(_ -> {});
      try (RawClient client = GATEWAY.connect()) {
        client.send(head(METHOD, "application/grpc-web-text"));
        client.send("Content-Length: " + broken.length() + "\r\n\r\n" + broken.substring(0, 4));
        Http2Request call = UPSTREAM.request(before + 1).awaitBody(3);
        client.send(broken.substring(4));
        assertFailed(13, "BAD_REQUEST: ", client.readResponse("POST"));
        assertEquals(Http2Frame.CANCEL, call.awaitReset());
        assertFalse(call.isEnded());
      }
    }
  }

  // ---- other ends ----

  @Test
  void aTrailersOnlyAnswerStaysInTheHead() {
    UPSTREAM.answerNext(
        call ->
            call.awaitEnd()
                .onlyHead(
                    200,
                    "content-type",
                    "application/grpc",
                    "grpc-status",
                    "5",
                    "grpc-message",
                    "none"));
    assertFailed(5, "none", call(METHOD, "application/grpc-web", message("ask")));
  }

  @Test
  void failuresOfTheGatewayAreAnswersOfGrpcWeb() {
    byte[] ask = "AAAAAAA=".getBytes(UTF_8); // whatever it means
    for (String type : List.of("application/grpc-web", "application/grpc-web-text")) {
      assertFailed(14, "UPSTREAM_CONNECT_REFUSED: ", call("/absent/Method", type, ask));
      assertFailed(12, "NO_ROUTE: ", call("/none/Method", type, new byte[0]));
      assertFailed(7, "HTTP status 403", call("/answered/Method", type, new byte[0]));
    }
  }

  @Test
  void aFailureInTheMiddleIsATrailerFrame() {
    UPSTREAM.answerNext(
        call -> call.awaitEnd().head(200, HEAD).data(message("one")).ping().connection().reset());
    RawResponse answer = call(METHOD, "application/grpc-web", message("ask"));
    String body = new String(answer.body(), ISO_8859_1);
    assertTrue(body.startsWith(new String(message("one"), ISO_8859_1)), body);
    assertTrue(body.contains("grpc-status: 14\r\ngrpc-message: UPSTREAM_RESET: "), body);
  }

  @Test
  void trailersBeyondTheLimitAreAFailure() {
    UPSTREAM.answerNext(
        call ->
            call.awaitEnd()
                .head(200, HEAD)
                .data(message("one"))
                .trailers("grpc-status", "0", "x-long", "a".repeat(10_000)));
    RawResponse answer = call(METHOD, "application/grpc-web", message("ask"));
    String body = new String(answer.body(), ISO_8859_1);
    assertTrue(body.contains("grpc-status: 13\r\ngrpc-message: UPSTREAM_PROTOCOL: "), body);
  }

  @Test
  void aDeadlineCounts() {
    UPSTREAM.answerNext(_ -> {});
    assertFailed(
        4,
        "UPSTREAM_TIMEOUT: ",
        call(METHOD, "application/grpc-web", message("ask"), "Grpc-Timeout: 200m"));
  }

  // ---- what is left alone ----

  @Test
  void callsOfGrpcPassUntouched() {
    try (Http2Client client = http2()) {
      int stream = client.request("POST", METHOD, false, "content-type", "application/grpc");
      client.send(Http2Frame.data(stream, true, message("ask")));
      Http2Answer answer = client.answer(stream);
      assertEquals("application/grpc", answer.header("content-type"));
      assertEquals(Map.entry("grpc-status", "0"), answer.trailers().getFirst());
      assertEquals(new String(message("answer"), UTF_8), answer.text());
    }
  }

  @Test
  void anAnswerThatIsNoneOfGrpcPassesUntouched() {
    UPSTREAM.answerNext(
        call -> call.awaitEnd().head(503, "content-type", "text/html").end("<p>late</p>"));
    RawResponse answer = callText("AAAAAAA=");
    assertEquals(503, answer.status());
    assertEquals("text/html", answer.header("content-type"));
    assertEquals("<p>late</p>", answer.text());
  }

  // ---- together with cors ----

  @Test
  void browsersMayAskAndMayReadTheStatus() {
    try (RawClient client = GATEWAY.connect()) {
      RawResponse preflight =
          client
              .send(
                  "OPTIONS "
                      + METHOD
                      + " HTTP/1.1\r\nHost: h\r\nOrigin: https://shop.example.com\r\n"
                      + "Access-Control-Request-Method: POST\r\n"
                      + "Access-Control-Request-Headers: content-type,x-grpc-web\r\n\r\n")
              .readResponse("OPTIONS");
      assertEquals(204, preflight.status());
      assertTrue(
          String.valueOf(preflight.header("access-control-allow-headers")).contains("x-grpc-web"));
    }
    RawResponse answer = call(METHOD, "application/grpc-web", message("ask"));
    assertEquals("grpc-status, grpc-message", answer.header("access-control-expose-headers"));
  }
}
