package dev.yumen.dataplane.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.testkit.Http2Request;
import dev.yumen.testkit.Http2Service;
import dev.yumen.testkit.RawClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks by the health service of gRPC, and calls that are tried again. */
@Timeout(60)
class GrpcHealthTest {
  private static final byte[] SERVING = {0, 0, 0, 0, 2, 8, 1};
  private static final byte[] NOT_SERVING = {0, 0, 0, 0, 2, 8, 2};

  private final Http2Service service = Http2Service.start();

  @AfterEach
  void close() {
    service.close();
  }

  private GatewayFixture gateway(String settings) {
    return GatewayFixture.start(
        """
        runtime: {loops: 1}
        upstreams:
          service: {endpoints: "%s", protocol: h2c, panic-threshold: 0, %s}
        routes: [{id: all, match: {path: "/**"}, to: service}]
        """
            .formatted(service.address(), settings));
  }

  private static void awaitUsable(GatewayFixture gateway, int count) {
    gateway.awaitMetric("gateway_upstream_endpoints{upstream=\"service\"}", count);
  }

  private static void say(Http2Request check, byte[] message, int status) {
    check.awaitEnd().head(200, "content-type", "application/grpc").data(message);
    check.trailers("grpc-status", "" + status);
  }

  @Test
  void whatDoesNotServeIsNotUsed() {
    try (GatewayFixture gateway =
        gateway("health-check: {type: grpc, service: a.B, interval: 100ms, unhealthy-after: 1}")) {
      Http2Request check = service.next();
      say(check, NOT_SERVING, 0);
      assertEquals("POST", check.header(":method"));
      assertEquals("/grpc.health.v1.Health/Check", check.header(":path"));
      assertEquals("application/grpc", check.header("content-type"));
      assertEquals("trailers", check.header("te"));
      assertEquals("\0\0\0\0\5\n\3a.B", check.text());
      awaitUsable(gateway, 0);
      say(service.next(), SERVING, 0);
      say(service.next(), SERVING, 0);
      awaitUsable(gateway, 1);
    }
  }

  @ParameterizedTest
  @CsvSource({"200, 12", "503, 0"})
  void aServerWithoutTheHealthServiceIsNotWell(int http, int grpc) {
    try (GatewayFixture gateway =
        gateway("health-check: {type: grpc, interval: 100ms, unhealthy-after: 1}")) {
      service
          .next()
          .awaitEnd()
          .onlyHead(http, "content-type", "application/grpc", "grpc-status", "" + grpc);
      awaitUsable(gateway, 0);
    }
  }

  private static final String CALL =
      "POST /a.B/C HTTP/1.1\r\nHost: h\r\nContent-Type: application/grpc\r\nTE: trailers\r\n"
          + "Content-Length: 5\r\n\r\n\0\0\0\0\0";

  private static void answer(Http2Request call, int status) {
    call.awaitEnd().onlyHead(200, "content-type", "application/grpc", "grpc-status", "" + status);
  }

  @Test
  void aStatusThatTheSettingsNameIsTriedAgain() {
    try (GatewayFixture gateway =
            gateway("retry: {on: [grpc-unavailable], attempts: 2, backoff: 1ms}");
        RawClient client = gateway.connect()) {
      client.send(CALL);
      answer(service.next(), 14);
      answer(service.next(), 0);
      assertEquals("0", client.readResponse().header("grpc-status"));
    }
  }

  @Test
  void otherStatusesAreNotTriedAgain() {
    try (GatewayFixture gateway = gateway("retry: {on: [grpc-unavailable, reset, 5xx]}");
        RawClient client = gateway.connect()) {
      client.send(CALL);
      answer(service.next(), 13);
      assertEquals("13", client.readResponse().header("grpc-status"));
      assertEquals(1, service.requests());
    }
  }
}
