package dev.yumen.filters.extauthz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Http2Frame;
import dev.yumen.testkit.Http2Request;
import dev.yumen.testkit.Http2Service;
import dev.yumen.testkit.RawResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Answers that say neither yes nor no, and those of a service newer than the filter. */
@Timeout(60)
class OddAnswersTest {
  /** What a service does wrong. */
  enum Wrong {
    TYPE(request -> request.answer(200, "<html>", "content-type", "text/html")),
    STATUS(request -> request.answer(503, "", "content-type", "application/grpc")),
    GRPC_STATUS(request -> grpc(request, frame(0, new byte[0])).trailers("grpc-status", "14")),
    ODD_STATUS(request -> grpc(request, frame(0, new byte[0])).trailers("grpc-status", "0x")),
    TRAILERS_ONLY(
        request -> request.onlyHead(200, "content-type", "application/grpc", "grpc-status", "12")),
    NO_TRAILERS(
        request ->
            request
                .head(200, "content-type", "application/grpc")
                .send(Http2Frame.data(request.stream(), true, ""))),
    NO_MESSAGE(request -> grpc(request, new byte[0]).trailers("grpc-status", "0")),
    CUT_FRAME(request -> grpc(request, new byte[] {0, 0, 0}).trailers("grpc-status", "0")),
    CUT_MESSAGE(
        request -> grpc(request, new byte[] {0, 0, 0, 0, 9, 1}).trailers("grpc-status", "0")),
    TWO_MESSAGES(request -> grpc(request, new byte[10]).trailers("grpc-status", "0")),
    COMPRESSED(request -> grpc(request, frame(1, new byte[0])).trailers("grpc-status", "0")),
    HUGE(request -> grpc(request, frame(0, new byte[70_000])).trailers("grpc-status", "0")),
    NO_PROTOBUF(
        request -> grpc(request, frame(0, new byte[] {10, 99})).trailers("grpc-status", "0")),
    NO_TEXT(
        request ->
            grpc(request, frame(0, new byte[] {26, 3, 42, 1, (byte) 0xff}))
                .trailers("grpc-status", "0")),
    SILENT(request -> {}),
    CUT(request -> grpc(request, frame(0, new byte[0])).reset(2));

    @SuppressWarnings("ImmutableEnumChecker") // scripts that keep nothing
    private final Consumer<Http2Request> script;

    Wrong(Consumer<Http2Request> script) {
      this.script = script;
    }
  }

  private static Http2Request grpc(Http2Request request, byte[] body) {
    return request.head(200, "content-type", "application/grpc+proto").data(body);
  }

  private static byte[] frame(int flag, byte[] message) {
    return ByteBuffer.allocate(5 + message.length)
        .put((byte) flag)
        .putInt(message.length)
        .put(message)
        .array();
  }

  @ParameterizedTest
  @EnumSource
  void aServiceThatCanNotSayLetsNobodyInUnlessTheSettingsSaySo(Wrong wrong) {
    Consumer<Http2Request> script = request -> wrong.script.accept(request.awaitEnd());
    String settings = ", timeout: 300ms, upstream-headers: X-User-ID";
    try (Http2Service broken = Http2Service.answering(script);
        FilterHarness denying =
            FilterHarness.run(
                GuardedRoute.configuration(broken.address(), settings), Path.of("target"));
        FilterHarness allowing =
            FilterHarness.run(
                GuardedRoute.configuration(broken.address(), settings + ", failure-mode: allow"),
                Path.of("target"))) {
      RawResponse answer = denying.get("/");
      assertEquals(503, answer.status());
      assertTrue(answer.text().contains("AUTH_UNAVAILABLE"), answer::text);
      assertEquals(0, denying.forwarded());
      assertEquals(200, allowing.get("/", "X-User-ID: admin").status());
      assertNull(allowing.seen().header("x-user-id"));
      assertTrue(
          allowing.metrics().contains("gateway_ext_authz_unanswered_total{upstream=\"auth\"} 1"));
    }
  }

  @Test
  void aServiceThatIsDownLetsNobodyIn() {
    try (GuardedRoute route = new GuardedRoute();
        FilterHarness gateway = route.gateway("")) {
      route.service.close();
      assertEquals(503, gateway.get("/").status());
    }
  }

  @Test
  void fieldsThatAreNotKnownArePassedOver() {
    byte[] unknown = new byte[] {(byte) 0xf8, 0x07, 1, (byte) 0xfa, 0x07, 2, 1, 1, 26, 0};
    Consumer<Http2Request> script =
        request -> grpc(request.awaitEnd(), frame(0, unknown)).trailers("grpc-status", "0");
    try (Http2Service newer = Http2Service.answering(script);
        FilterHarness gateway =
            FilterHarness.run(GuardedRoute.configuration(newer.address(), ""), Path.of("target"))) {
      assertEquals(200, gateway.get("/").status());
      Http2Request asked = newer.request(1);
      assertEquals("/envoy.service.auth.v3.Authorization/Check", asked.path());
      assertEquals("trailers", asked.header("te"));
      assertEquals("20000m", asked.header("grpc-timeout"));
    }
  }
}
