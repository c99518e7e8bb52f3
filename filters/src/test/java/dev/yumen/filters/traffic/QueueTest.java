package dev.yumen.filters.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.ManualClock;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueueTest {
  private static final String REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

  private static boolean waited(FilterHarness gateway, int requests) {
    byte[] metrics = gateway.gateway().metrics().scrape(null, null).body();
    return new String(metrics, StandardCharsets.UTF_8)
        .contains("gateway_rate_limit_queued_total{route=\"test\"} " + requests + ".0\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rate-limit", "distant-rate-limit"})
  void requestsBeyondTheLimitWaitForTheirTurn(String filter) {
    String limit = "- " + filter + ": {rate: 20/s, burst: 1, mode: queue}";
    try (FilterHarness gateway = FilterHarness.of(limit)) {
      long start = System.nanoTime();
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        clients.add(gateway.connect().send(REQUEST));
      }
      for (RawClient client : clients) {
        assertEquals(200, client.readResponse().status());
        client.close();
      }
      long took = System.nanoTime() - start;
      assertTrue(took >= Duration.ofMillis(200).toNanos(), "took only " + took);
    }
  }

  @Test
  void aTurnThatIsTooFarAheadIsRefused() {
    ManualClock clock = new ManualClock();
    String limit = "- rate-limit: {rate: 1/min, mode: queue, max-wait: 100ms}";
    try (FilterHarness gateway = FilterHarness.of(limit, clock)) {
      assertEquals(200, gateway.get("/").status());
      RawResponse refused = gateway.get("/");
      assertEquals(429, refused.status());
      assertEquals("60", refused.header("Retry-After"));
      assertEquals("\"test\";r=0;t=60", refused.header("RateLimit"));
      clock.advance(Duration.ofMillis(59_950));
      assertEquals(200, gateway.get("/").status());
      assertTrue(waited(gateway, 1));
    }
  }

  @Test
  void moreThanTheQueueHoldsIsRefused() {
    ManualClock clock = new ManualClock();
    String limit =
        "- rate-limit: {rate: 20/min, burst: 1, mode: queue, max-wait: 9s, max-queue: 1}";
    try (FilterHarness gateway = FilterHarness.of(limit, clock);
        RawClient waiting = gateway.connect()) {
      assertEquals(200, gateway.get("/").status());
      waiting.send(REQUEST);
      Eventually.within(Duration.ofSeconds(5), () -> waited(gateway, 1));
      assertEquals(429, gateway.get("/").status());
      assertEquals(200, waiting.readResponse().status());
      assertEquals(200, gateway.get("/").status());
      assertTrue(waited(gateway, 2));
    }
  }

  @Test
  void aClientThatLeavesGivesItsTurnBackAndItsPlace() {
    ManualClock clock = new ManualClock();
    // Without what was given back, the next turn would be six seconds ahead.
    String limit =
        "- rate-limit: {rate: 20/min, burst: 1, mode: queue, max-wait: 4500ms, max-queue: 1}";
    try (FilterHarness gateway = FilterHarness.of(limit, clock)) {
      assertEquals(200, gateway.get("/").status());
      try (RawClient leaving = gateway.connect()) {
        leaving.send(REQUEST);
        Eventually.within(Duration.ofSeconds(5), () -> waited(gateway, 1));
        leaving.reset();
      }
      Eventually.within(Duration.ofSeconds(5), () -> gateway.get("/").status() == 200);
      assertTrue(waited(gateway, 2));
    }
  }

  @Test
  void allLimitsMustHaveATurn() {
    ManualClock clock = new ManualClock();
    String limits =
        "- rate-limit: {mode: queue, max-wait: 500ms, limits: [{rate: 10/s, burst: 1},"
            + " {rate: 2/min, key: route}]}";
    try (FilterHarness gateway = FilterHarness.of(limits, clock)) {
      assertEquals(200, gateway.get("/").status());
      assertEquals(200, gateway.get("/").status());
      assertTrue(waited(gateway, 1));
      RawResponse third = gateway.get("/");
      assertEquals(429, third.status());
      assertEquals("30", third.header("Retry-After"));
      String left = third.header("RateLimit");
      assertNotNull(left);
      assertTrue(left.startsWith("\"test-1\";r=0;t=1, \"test-2\";r=0;t=30"), left);
      assertTrue(waited(gateway, 1));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{rate: 1/s, max-wait: 1s}"
            + "|8:43 ….max-wait: max-wait without a queue (expected: mode: queue beside it)",
        "{rate: 1/s, max-queue: 5, mode: shadow}"
            + "|8:44 ….max-queue: max-queue without a queue (expected: mode: queue beside it)",
        "{rate: 1/s, max-queue: 0, mode: queue}|8:44 ….max-queue: 0 (expected: at least 1)",
        "{rate: 1/s, max-wait: 0s, mode: queue}" + "|8:43 ….max-wait: 0ms (expected: more than 0s)",
        "{rate: 1/s, max-wait: 10s, mode: queue}"
            + "|8:43 ….max-wait: 10000ms (expected: less than limits.filter-timeout)",
        "{rate: 1/s, algorithm: fixed-window, mode: queue}"
            + "|8:64 ….mode: \"queue\" (expected: reject or shadow with windows)",
        "{limits: [{rate: 1/s, algorithm: sliding-window}], mode: queue}"
            + "|8:78 ….mode: \"queue\" (expected: reject or shadow with windows)",
      })
  void queuesThatCouldNotWorkAreRefused(String settings, String problem) {
    assertEquals(
        List.of("test.yaml:" + problem.replace("…", "routes[0].filters[0].rate-limit")),
        FilterHarness.problems("- rate-limit: " + settings));
  }
}
