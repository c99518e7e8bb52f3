package dev.yumen.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stop and reload by signals. */
class SignalsIT {
  private static final String FRAME =
      """
      listeners: {http: {address: "127.0.0.1:0"}}
      management: {address: "127.0.0.1:0"}
      """;

  @TempDir Path folder;

  private static String forwarding(ScriptedUpstream upstream) {
    return FRAME
        + """
        upstreams: {service: {endpoints: ["%s"]}}
        routes: [{id: all, match: {path: "/**"}, to: service}]
        """
            .formatted(upstream.address());
  }

  @Test
  void requestsInFlightEndBeforeTheProcessDoes() {
    CountDownLatch answer = new CountDownLatch(1);
    try (ScriptedUpstream upstream =
            ScriptedUpstream.start(
                Behaviours.await(answer).then(Behaviours.respond(200, "late but whole")));
        GatewayProcess gateway = GatewayProcess.start(folder, forwarding(upstream));
        RawClient inFlight = gateway.connect();
        RawClient idle = gateway.connect()) {
      int port = gateway.port();
      inFlight.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
      upstream.awaitRequest(1);

      gateway.terminate();
      assertTrue(idle.isClosedByPeer());
      Eventually.within(GatewayProcess.PATIENCE, "the port refuses", () -> refuses(port));
      assertTrue(gateway.proc().isAlive());
      answer.countDown();

      RawResponse response = inFlight.readResponse();
      assertEquals("late but whole", response.text());
      assertEquals("close", response.header("Connection"));
      assertEquals(0, gateway.proc().awaitExit(GatewayProcess.PATIENCE));
      assertTrue(gateway.proc().lines().getLast().endsWith("GatewayRun: stopped"));
    }
  }

  private static boolean refuses(int port) {
    try (RawClient client = RawClient.connect(port)) {
      return client.isClosedByPeer();
    } catch (UncheckedIOException refused) {
      return true;
    }
  }

  @Test
  void secondSignalEndsAtOnce() {
    try (ScriptedUpstream upstream = ScriptedUpstream.start(Behaviours.neverAnswer());
        GatewayProcess gateway = GatewayProcess.start(folder, forwarding(upstream));
        RawClient client = gateway.connect()) {
      client.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
      upstream.awaitRequest(1);

      gateway.terminate();
      gateway.proc().awaitLine("stopping", GatewayProcess.PATIENCE);
      gateway.terminate();

      assertEquals(143, gateway.proc().awaitExit(GatewayProcess.PATIENCE));
      assertThrows(UncheckedIOException.class, client::readResponse);
    }
  }

  @Test
  void hangUpSignalReadsTheConfigurationAgain() {
    String before =
        FRAME
            + "audit: {path: audit.jsonl, sync: 0s}\n"
            + "routes: [{id: a, match: {path: /a}, respond: {body: before}}]\n";
    try (GatewayProcess gateway = GatewayProcess.start(folder, before);
        RawClient client = gateway.connect()) {
      assertEquals("before", client.get("/a").text());

      gateway.rewrite(before.replace("before", "after"));
      gateway.proc().signal("HUP");

      Eventually.within(
          GatewayProcess.PATIENCE,
          "the new answer on the same connection",
          () -> client.get("/a").text().equals("after"));
      AtomicInteger round = new AtomicInteger();
      Eventually.within(
          GatewayProcess.PATIENCE,
          "the audit log has a signal that came before the change was seen without it",
          () -> {
            gateway.rewrite(before.replace("before", "after" + round.incrementAndGet()));
            gateway.proc().signal("HUP");
            return Eventually.holdsWithin(Duration.ofSeconds(3), this::hasSignal);
          });
    }
  }

  private boolean hasSignal() {
    return audit().contains("\"kind\":\"config-applied\",\"by\":\"signal\"");
  }

  private String audit() {
    try {
      return Files.readString(folder.resolve("audit.jsonl"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void badConfigurationIsRefusedAndTheOldOneGoesOn() {
    String good = FRAME + "routes: [{id: a, match: {path: /a}, respond: {body: good}}]\n";
    try (GatewayProcess gateway = GatewayProcess.start(folder, good)) {
      gateway.rewrite(good.replace("path: /a", "path: a"));
      gateway.proc().signal("HUP");
      gateway.proc().awaitLine("yumen.yaml:3:\\d+ routes\\[0\\]", GatewayProcess.PATIENCE);

      assertEquals("good", gateway.get("/a").text());
      assertEquals(200, gateway.management("/ready").status());
      assertFalse(gateway.management("/ready").text().isEmpty());
    }
  }
}
