package dev.yumen.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.ScriptedUpstream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM with 200 requests in flight: every one of them is answered, then the process ends. */
@Tag("alone")
class DrainUnderLoadIT {
  private static final int IN_FLIGHT = 200;

  @TempDir Path folder;

  @Test
  void everyRequestInFlightIsAnswered() {
    CountDownLatch answer = new CountDownLatch(1);
    List<RawClient> clients = new ArrayList<>();
    try (ScriptedUpstream upstream =
            ScriptedUpstream.start(
                Behaviours.await(answer).then(Behaviours.respond(200, "whole")));
        GatewayProcess gateway =
            GatewayProcess.start(
                folder,
                """
                listeners: {http: {address: "127.0.0.1:0"}}
                management: {address: "127.0.0.1:0"}
                shutdown: {notice: 3s}
                upstreams: {service: {endpoints: ["%s"]}}
                routes: [{id: all, match: {path: "/**"}, to: service}]
                """
                    .formatted(upstream.address()))) {
      for (int i = 0; i < IN_FLIGHT; i++) {
        clients.add(gateway.connect().send("GET /" + i + " HTTP/1.1\r\nHost: x\r\n\r\n"));
      }
      upstream.awaitRequest(IN_FLIGHT);

      gateway.terminate();
      Eventually.within(
          GatewayProcess.PATIENCE,
          "/ready says 503",
          () -> gateway.management("/ready").status() == 503);
      try (RawClient late = gateway.connect()) {
        // Within shutdown.notice new connections are still taken.
        late.send("GET /late HTTP/1.1\r\nHost: x\r\n\r\n");
        upstream.awaitRequest(IN_FLIGHT + 1);
        answer.countDown();
        assertEquals("whole", late.readResponse().text());
      }
      for (RawClient client : clients) {
        assertEquals("whole", client.readResponse().text());
      }
      assertEquals(0, gateway.proc().awaitExit(GatewayProcess.PATIENCE));
    } finally {
      clients.forEach(RawClient::close);
    }
  }
}
