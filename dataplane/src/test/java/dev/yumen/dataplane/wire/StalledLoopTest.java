package dev.yumen.dataplane.wire;

import static dev.yumen.dataplane.wire.TestFilters.onRequest;
import static dev.yumen.testkit.Behaviours.echo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.api.Verdict;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.ScriptedUpstream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A loop that stood still, as in a long collection: what begins afterwards has all of its time. */
class StalledLoopTest {
  private static final Duration STALL = Duration.ofMillis(2_500);
  private static final String REQUEST = "GET %s HTTP/1.1\r\nHost: h\r\n\r\n";
  private static final CountDownLatch STALLED = new CountDownLatch(1);

  private static Verdict stall() {
    STALLED.countDown();
    long end = System.nanoTime() + STALL.toNanos();
    for (long left = STALL.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    return Verdict.proceed();
  }

  @Test
  void limitsCountFromTheTimeOfTheRequest() throws InterruptedException {
    try (ScriptedUpstream upstream = ScriptedUpstream.start(echo());
        GatewayFixture gateway =
            GatewayFixture.start(
                """
                runtime: {loops: 1}
                upstreams:
                  service: {endpoints: %s, timeout: {request: 2s, header: 2s}}
                  patient: {endpoints: %s}
                routes:
                  - {id: stalls, match: {path: /stalls}, filters: [stalls], to: patient}
                  - {id: other, match: {path: /other}, to: service}
                """
                    .formatted(upstream.address(), upstream.address()),
                onRequest("stalls", _ -> stall()));
        RawClient first = gateway.connect();
        RawClient second = gateway.connect();
        RawClient other = gateway.connect()) {
      assertEquals(200, other.get("/other").status());
      first.send(REQUEST.formatted("/stalls"));
      STALLED.await();
      // Both are found in one turn of the loop, the second behind another stall.
      second.send(REQUEST.formatted("/stalls"));
      other.send(REQUEST.formatted("/other"));
      assertEquals(200, other.readResponse().status());
      assertEquals(200, first.readResponse().status());
      assertEquals(200, second.readResponse().status());
    }
  }
}
