package dev.yumen.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bodies far larger than the heap pass a side that does not read, and memory stays flat. */
@Tag("alone")
class BackpressureIT {
  private static final long BYTES = Scale.of(192, 1024) * (1L << 20);
  private static final long HEADROOM_KIB = 64 * 1024;

  @TempDir Path folder;

  private static String forwarding(ScriptedUpstream upstream) {
    return """
    listeners: {http: {address: "127.0.0.1:0"}}
    management: {address: "127.0.0.1:0"}
    limits: {write-timeout: 2m, body-timeout: 2m, min-rate: 0}
    upstreams: {service: {endpoints: ["%s"]}}
    routes: [{id: all, match: {path: "/**"}, to: service}]
    """
        .formatted(upstream.address());
  }

  private static long warm(GatewayProcess gateway) {
    for (int i = 0; i < 200; i++) {
      assertEquals(200, gateway.get("/warm").status());
    }
    return gateway.residentKib();
  }

  @Test
  void clientThatStopsReadingStopsTheUpstream() {
    try (ScriptedUpstream upstream = ScriptedUpstream.start(Behaviours.respond(200, "warm"));
        GatewayProcess gateway = GatewayProcess.start(folder, forwarding(upstream))) {
      long before = warm(gateway);
      upstream.next(Behaviours.stream(BYTES));
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port());
      try (RawClient client = RawClient.connect(address, 16 * 1024)) {
        client.timeout(Duration.ofMinutes(2));
        client.send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
        String head = client.readHead();
        assertTrue(head.startsWith("HTTP/1.1 200"), head);
        client.readPattern(1 << 20);
        awaitQuiet(gateway);
        assertFlat(gateway, before);
        client.readPattern(1 << 20, BYTES - (1 << 20));
        assertFlat(gateway, before);
      }
    }
  }

  @Test
  void upstreamThatStopsReadingStopsTheClient() throws InterruptedException {
    CountDownLatch reading = new CountDownLatch(1);
    try (ScriptedUpstream upstream = ScriptedUpstream.start(Behaviours.respond(200, "warm"));
        GatewayProcess gateway = GatewayProcess.start(folder, forwarding(upstream));
        RawClient client = gateway.connect()) {
      long before = warm(gateway);
      upstream.next(Behaviours.await(reading).then(Behaviours.respond(200, "got it all")));
      client.timeout(Duration.ofMinutes(2));
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    client.send(
                        "POST /big HTTP/1.1\r\nHost: x\r\nContent-Length: " + BYTES + "\r\n\r\n");
                    client.sendPattern(BYTES);
                  });
      awaitQuiet(gateway);
      assertTrue(sender.isAlive());
      assertFlat(gateway, before);
      reading.countDown();

      RawResponse response = client.readResponse();
      sender.join();
      assertEquals("got it all", response.text());
      assertFlat(gateway, before);
    }
  }

  /** Waits until the gateway uses no more processor time: everything that could move has moved. */
  private static void awaitQuiet(GatewayProcess gateway) {
    long[] last = {-1};
    int[] same = {0};
    Eventually.within(
        GatewayProcess.PATIENCE,
        "nothing moves any more",
        () -> {
          long now = gateway.residentKib();
          same[0] = Math.abs(now - last[0]) < 64 ? same[0] + 1 : 0;
          last[0] = now;
          return same[0] > 50;
        });
  }

  private static void assertFlat(GatewayProcess gateway, long before) {
    long now = gateway.residentKib();
    assertTrue(now < before + HEADROOM_KIB, before + " KiB grew to " + now + " KiB");
  }
}
