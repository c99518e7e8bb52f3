package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.GrpcMessages.message;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Verdict;
import dev.yumen.testkit.Http2Answer;
import dev.yumen.testkit.Http2Client;
import dev.yumen.testkit.Http2Frame;
import dev.yumen.testkit.Http2Request;
import dev.yumen.testkit.Http2Service;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** gRPC calls through the gateway, over HTTP/2 on both sides. */
@Timeout(60)
class GrpcCallTest {
  private static final String METHOD = "/shop.Orders/Get";
  private static final String[] HEAD = {"content-type", "application/grpc"};
  private static final Http2Service UPSTREAM =
      Http2Service.answering(call -> call.head(200, HEAD).awaitEnd().trailers("grpc-status", "0"));
  private static final GatewayFixture GATEWAY =
      GatewayFixture.start(
          """
          limits: {body: 64KiB}
          upstreams:
            service: {endpoints: %s, protocol: h2c}
            slow: {endpoints: %s, protocol: h2c, timeout: {header: 2s}}
            absent: {endpoints: "127.0.0.1:%d", protocol: h2c}
          routes:
            - {id: service, match: {path: "/shop.Orders/{method}"}, to: service}
            - {id: slow, match: {path: "/slow/**"}, to: slow}
            - {id: absent, match: {path: "/absent/**"}, to: absent}
            - {id: limited, match: {path: "/limited/**"}, filters: [limit], to: service}
            - {id: answered, match: {path: "/answered/**"}, respond: {status: 403, body: no}}
            - {id: moved, match: {path: "/moved/**"}, redirect: {to: /, status: 302}}
          """
              .formatted(UPSTREAM.address(), UPSTREAM.address(), ScriptedUpstream.unusedPort()),
          TestFilters.onRequest(
              "limit",
              exchange ->
                  Verdict.fail(
                      Failure.of(FailureCode.RATE_LIMITED, "too many")
                          .header("Retry-After", "7"))));

  @RegisterExtension static final Shared SHARED = Shared.of(GATEWAY, UPSTREAM);

  private static int begin(Http2Client client, String path, String... more) {
    List<String> fields = new ArrayList<>(List.of("te", "trailers"));
    if (!Arrays.asList(more).contains("content-type")) {
      fields.addAll(List.of("content-type", "application/grpc+proto"));
    }
    fields.addAll(List.of(more));
    return client.request("POST", path, false, fields.toArray(String[]::new));
  }

  private static Http2Answer call(String path, String... more) {
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      int stream = begin(client, path, more);
      client.send(Http2Frame.data(stream, true, message("ask")));
      return client.answer(stream);
    }
  }

  /** A single block of fields that ends the stream ("Trailers-Only"). */
  private static void assertFailed(int status, String message, Http2Answer answer) {
    assertEquals(200, answer.status());
    assertEquals("application/grpc", answer.header("content-type"));
    assertEquals(Integer.toString(status), answer.header("grpc-status"));
    assertEquals(message, answer.header("grpc-message"));
    assertTrue(answer.isEnded());
    assertEquals(0, answer.dataFrames());
    assertEquals(List.of(), answer.trailers());
  }

  // ---- calls ----

  @Test
  void aCallGoesOnWithItsFieldsAndComesBackWithItsTrailers() {
    UPSTREAM.answerNext(
        call ->
            call.awaitEnd()
                .head(200, "content-type", "application/grpc", "x-md", "1")
                .data(message("answer"))
                .trailers("grpc-status", "0", "grpc-message", "f%C3%BCr", "x-tail-bin", "AAEC"));
    Http2Answer answer = call(METHOD, "x-md-bin", "AAEC", "grpc-encoding", "gzip");
    Http2Request seen = UPSTREAM.last();
    assertEquals("POST", seen.method());
    assertEquals(METHOD, seen.path());
    assertEquals("application/grpc+proto", seen.header("content-type"));
    assertEquals("trailers", seen.header("te"));
    assertEquals("AAEC", seen.header("x-md-bin"));
    assertEquals("gzip", seen.header("grpc-encoding"));
    assertNull(seen.header("grpc-timeout"));
    assertNull(seen.header("content-length"));
    assertArrayEquals(message("ask"), seen.body());
    assertEquals("1", answer.header("x-md"));
    assertNull(answer.header("grpc-status"));
    assertArrayEquals(message("answer"), answer.body());
    assertEquals(
        List.of(
            Map.entry("grpc-status", "0"),
            Map.entry("grpc-message", "f%C3%BCr"),
            Map.entry("x-tail-bin", "AAEC")),
        answer.trailers());
    assertTrue(answer.isEnded());
  }

  @Test
  void aTrailersOnlyAnswerStaysOne() {
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
                    "no such order"));
    assertFailed(5, "no such order", call(METHOD));
  }

  @Test
  void messagesPassBothWaysWhileACallIsOpen() {
    UPSTREAM.answerNext(
        call -> {
          call.head(200, HEAD);
          for (int i = 1; i <= 3; i++) {
            call.awaitBody((long) i * message("ping 1").length).data(message("pong " + i));
          }
          call.awaitEnd().trailers("grpc-status", "0");
        });
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      int stream = begin(client, METHOD);
      for (int i = 1; i <= 3; i++) {
        int expected = i * message("pong 1").length;
        client.send(Http2Frame.data(stream, false, message("ping " + i)));
        client.await("pong " + i, () -> client.soFar(stream).bodyLength() == expected);
      }
      client.send(Http2Frame.data(stream, true, new byte[0]));
      assertEquals(List.of(Map.entry("grpc-status", "0")), client.answer(stream).trailers());
    }
  }

  @Test
  void aServiceMayAnswerBeforeTheClientHasEnded() {
    UPSTREAM.answerNext(
        call -> call.head(200, HEAD).data(message("enough")).trailers("grpc-status", "9"));
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      int stream = begin(client, METHOD);
      client.send(Http2Frame.data(stream, false, message("ping")));
      assertEquals(List.of(Map.entry("grpc-status", "9")), client.answer(stream).trailers());
    }
  }

  @Test
  void aCancelledCallIsCancelledAtTheService() {
    int before = UPSTREAM.requests();
    UPSTREAM.answerNext(call -> call.head(200, HEAD).data(message("first")));
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      int stream = begin(client, METHOD);
      client.await("a message", () -> client.soFar(stream).bodyLength() > 0);
      client.send(Http2Frame.reset(stream, Http2Frame.CANCEL));
      assertEquals(Http2Frame.CANCEL, UPSTREAM.request(before + 1).awaitReset());
    }
    GATEWAY.awaitIdle();
  }

  @Test
  void aServiceThatIsLostInTheMiddleIsAStatusBehindWhatCame() {
    UPSTREAM.answerNext(
        call -> call.head(200, HEAD).data(message("first")).ping().connection().reset());
    Http2Answer answer = call(METHOD);
    assertArrayEquals(message("first"), answer.body());
    assertEquals(Map.entry("grpc-status", "14"), answer.trailers().getFirst());
    assertTrue(answer.isEnded());
  }

  @Test
  void anAnswerThatIsNoneOfGrpcIsCutOff() {
    UPSTREAM.answerNext(
        call ->
            call.head(200, "content-type", "text/html").data("<p>").ping().connection().reset());
    Http2Answer answer = call(METHOD);
    assertFalse(answer.isEnded());
    assertEquals(Http2Frame.INTERNAL_ERROR, answer.resetBy());
  }

  @Test
  void aStatusIsSaidOnlyWhereItArrives() {
    Consumer<Http2Request> lost =
        call ->
            call.head(200, "content-type", "application/grpc-web")
                .data(message("first"))
                .ping()
                .connection()
                .reset();
    // A service that speaks gRPC-Web by itself: its trailers are a part of the body.
    UPSTREAM.answerNext(lost);
    assertEquals(
        Http2Frame.INTERNAL_ERROR, call(METHOD, "content-type", "application/grpc-web").resetBy());
    // Over HTTP/1.1, trailers may get lost on the way.
    UPSTREAM.answerNext(lost);
    try (RawClient client = GATEWAY.connect()) {
      client.send(
          "POST "
              + METHOD
              + " HTTP/1.1\r\nHost: h\r\nContent-Type: application/grpc\r\n"
              + "Content-Length: 0\r\n\r\n");
      assertTrue(client.isClosedByPeer());
      assertFalse(client.received().endsWith("0\r\n\r\n"), client::received);
    }
  }

  @Test
  void anAnswerThatIsNoneOfGrpcPassesAsItIs() {
    UPSTREAM.answerNext(
        call -> call.awaitEnd().head(503, "content-type", "text/html").end("<p>late</p>"));
    Http2Answer answer = call(METHOD);
    assertEquals(503, answer.status());
    assertEquals("<p>late</p>", answer.text());
    assertNull(answer.header("grpc-status"));
  }

  // ---- failures of the gateway ----

  @Test
  void failuresAreStatuses() {
    assertFailed(
        12,
        "NO_ROUTE: No route of the gateway matches this request.",
        call("/unknown.Service/Method"));
    assertFailed(
        14,
        "UPSTREAM_CONNECT_REFUSED: The service did not accept a connection.",
        call("/absent/Method"));
    assertFailed(7, "HTTP status 403", call("/answered/Method"));
    assertFailed(2, "HTTP status 302", call("/moved/Method"));
    UPSTREAM.answerNext(call -> call.reset(Http2Frame.INTERNAL_ERROR));
    assertEquals("14", call(METHOD).header("grpc-status"));
    UPSTREAM.answerNext(
        call -> call.send(Http2Frame.headers(call.stream(), false, "x-no", "status")));
    assertEquals("13", call(METHOD).header("grpc-status"));
    UPSTREAM.answerNext(_ -> {});
    assertFailed(4, "UPSTREAM_TIMEOUT: The service did not answer in time.", call("/slow/Method"));
  }

  @Test
  void aFailureKeepsTheFieldsThatItComesWith() {
    Http2Answer limited = call("/limited/Method");
    assertEquals("8", limited.header("grpc-status"));
    assertEquals("7", limited.header("retry-after"));
    assertNull(limited.header("content-language"));
  }

  @Test
  void messagesOfFailuresAreInTheLanguageOfTheClient() {
    assertFailed(
        12,
        "NO_ROUTE:"
            + " %E7%BD%91%E5%85%B3%E4%B8%AD%E6%B2%A1%E6%9C%89%E4%B8%8E%E6%AD%A4%E8%AF%B7%E6%B1%82"
            + "%E5%8C%B9%E9%85%8D%E7%9A%84%E8%B7%AF%E7%94%B1%E3%80%82",
        call("/unknown.Service/Method", "accept-language", "zh-CN"));
  }

  @Test
  void aRequestBeyondTheLimitIsResourceExhausted() {
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      int stream = begin(client, METHOD);
      client.head(stream);
      client.sendPattern(stream, 100_000, false);
      Http2Answer answer = client.answer(stream);
      assertEquals(Map.entry("grpc-status", "8"), answer.trailers().getFirst());
      String said = answer.trailers().getLast().getValue();
      assertTrue(said.startsWith("PAYLOAD_TOO_LARGE: "), said);
    }
  }

  @Test
  void otherRequestsGetAnswersOfHttp() {
    for (String type : List.of("application/json", "application/grpcx")) {
      Http2Answer answer = call("/unknown.Service/Method", "content-type", type);
      assertEquals(404, answer.status());
      assertEquals("application/problem+json", answer.header("content-type"));
    }
  }

  @Test
  void failuresTowardsBrowsersAreOfGrpcWeb() {
    try (RawClient client = GATEWAY.connect()) {
      for (String type : List.of("application/grpc-web", "application/grpc-web-text")) {
        client.send(
            "POST /unknown.Service/Method HTTP/1.1\r\n"
                + "Host: h\r\n"
                + "Content-Length: 0\r\n"
                + "Content-Type: "
                + type
                + "\r\n\r\n");
        RawResponse answer = client.readResponse();
        assertEquals(200, answer.status());
        assertEquals(type + "+proto", answer.header("Content-Type"));
        assertEquals("12", answer.header("grpc-status"));
        assertEquals("", answer.text());
      }
    }
  }

  @Test
  void aServiceIsToldThatTrailersAreTakenEvenWhenTheClientDidNot() {
    try (Http2Client client = Http2Client.connect(GATEWAY.port())) {
      int stream = client.request("POST", METHOD, false, "content-type", "application/grpc");
      client.send(Http2Frame.data(stream, true, message("ask")));
      assertTrue(client.answer(stream).isEnded());
      assertEquals("trailers", UPSTREAM.last().header("te"));
      int plain = client.request("POST", METHOD, true, "content-type", "text/plain");
      assertTrue(client.answer(plain).isEnded());
      assertNull(UPSTREAM.last().header("te"));
    }
  }

  // ---- what is counted ----

  private static long counted(String upstream, String status) {
    return GATEWAY.metric(
        "gateway_grpc_calls_total{upstream=\"%s\",status=\"%s\"}".formatted(upstream, status));
  }

  @Test
  void callsAreCountedByTheirStatus() {
    long ok = counted("service", "0");
    long unknown = counted("none", "12");
    long missing = counted("service", "none");
    call(METHOD);
    assertEquals(ok + 1, counted("service", "0"));
    call("/unknown.Service/Method");
    assertEquals(unknown + 1, counted("none", "12"));
    UPSTREAM.answerNext(call -> call.awaitEnd().head(200, HEAD).end(message("no status")));
    call(METHOD);
    assertEquals(missing + 1, counted("service", "none"));
    call(METHOD, "content-type", "text/plain");
    assertEquals(ok + 1, counted("service", "0"));
  }

  // ---- deadlines ----

  @Test
  void aTimeoutIsShortenedByWhatHasPassed() {
    assertEquals("0", call(METHOD, "grpc-timeout", "5S").trailers().getFirst().getValue());
    String sent = UPSTREAM.last().header("grpc-timeout");
    assertNotNull(sent);
    Matcher micros = Pattern.compile("(\\d{7})u").matcher(sent);
    assertTrue(micros.matches(), sent);
    int left = Integer.parseInt(micros.group(1));
    assertTrue(left < 5_000_000 && left > 2_000_000, sent);
  }

  @Test
  void aDeadlineThatPassesEndsTheCallOnBothSides() {
    int before = UPSTREAM.requests();
    UPSTREAM.answerNext(_ -> {});
    assertFailed(
        4,
        "UPSTREAM_TIMEOUT: The service did not answer in time.",
        call(METHOD, "grpc-timeout", "2000m"));
    assertEquals(Http2Frame.CANCEL, UPSTREAM.request(before + 1).awaitReset());
  }

  @Test
  void aDeadlineCountsForStreamsThatHaveBegun() {
    UPSTREAM.answerNext(call -> call.head(200, HEAD).data(message("first")));
    Http2Answer answer = call(METHOD, "grpc-timeout", "3000m");
    assertEquals(message("first").length, answer.bodyLength());
    assertEquals(Map.entry("grpc-status", "4"), answer.trailers().getFirst());
  }

  @Test
  void aTimeoutThatIsNoneIsLeftToTheService() {
    for (String bad : List.of("", "5", "S", "123456789S", "-1S", "1s", "1 S", "1.5S", "0x1S")) {
      assertEquals(
          List.of(Map.entry("grpc-status", "0")),
          call(METHOD, "grpc-timeout", bad).trailers(),
          bad);
      assertEquals(bad, UPSTREAM.last().header("grpc-timeout"));
    }
  }

  @Test
  void aTimeoutOfZeroHasPassedAlready() {
    int before = UPSTREAM.requests();
    assertEquals("4", call(METHOD, "grpc-timeout", "0n").header("grpc-status"));
    assertEquals(before, UPSTREAM.requests());
  }

  @Test
  void timeoutsOfOtherRequestsMeanNothing() {
    Http2Answer answer = call(METHOD, "content-type", "text/plain", "grpc-timeout", "0n");
    assertEquals("0", answer.trailers().getFirst().getValue());
    assertEquals("0n", UPSTREAM.last().header("grpc-timeout"));
  }
}
