package dev.yumen.filters.traffic;

import static dev.yumen.testkit.Behaviours.await;
import static dev.yumen.testkit.Behaviours.respond;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConcurrencyLimitFilterTest {
  private static final String ALICE = "GET / HTTP/1.1\r\nHost: h\r\nX-User: alice\r\n\r\n";

  private final CountDownLatch release = new CountDownLatch(1);

  /** One request of Alice's is under way until the latch is released. */
  private RawClient busy(FilterHarness gateway) {
    gateway.upstreamNext(await(release).then(respond(200, "first")));
    RawClient client = gateway.connect().send(ALICE);
    Eventually.within(Duration.ofSeconds(10), "a request", () -> gateway.forwarded() == 1);
    return client;
  }

  @Test
  void whatIsBeyondIsRefused() {
    try (FilterHarness gateway = FilterHarness.of("- concurrency-limit: 1\n");
        RawClient first = busy(gateway)) {
      RawResponse refused = gateway.get("/");
      assertEquals(503, refused.status());
      assertEquals("1", refused.header("Retry-After"));
      assertTrue(refused.text().contains("\"code\":\"OVERLOADED\""), refused.text());
      release.countDown();
      assertEquals("first", first.readResponse().text());
    }
  }

  @Test
  void placesAreGivenBack() {
    try (FilterHarness gateway = FilterHarness.of("- concurrency-limit: 1\n")) {
      for (int i = 0; i < 5; i++) {
        assertEquals(200, gateway.get("/").status());
      }
    }
  }

  @Test
  void keysDoNotCountAgainstEachOther() {
    try (FilterHarness gateway =
            FilterHarness.of("- concurrency-limit: {max: 1, key: 'header:X-User'}\n");
        RawClient first = busy(gateway)) {
      assertEquals(503, gateway.get("/", "X-User: alice").status());
      assertEquals(200, gateway.get("/", "X-User: bob").status());
      assertEquals(200, gateway.get("/").status(), "without the key there is no limit");
      release.countDown();
      assertEquals("first", first.readResponse().text());
    }
  }

  @Test
  void othersWaitForTheirTurn() {
    try (FilterHarness gateway =
            FilterHarness.of(
                "- concurrency-limit: {max: 1, max-pending: 1, pending-timeout: 9s}\n");
        RawClient first = busy(gateway);
        RawClient second = gateway.connect().send(ALICE)) {
      release.countDown();
      assertEquals("first", first.readResponse().text());
      assertEquals(200, second.readResponse().status());
    }
  }

  @Test
  void waitingEnds() {
    try (FilterHarness gateway =
            FilterHarness.of(
                "- concurrency-limit: {max: 1, max-pending: 1, pending-timeout: 50ms}\n");
        RawClient first = busy(gateway)) {
      assertEquals(503, gateway.get("/").status());
      release.countDown();
      assertEquals("first", first.readResponse().text());
      // The place is given back a moment after the client has its answer.
      Eventually.within(Duration.ofSeconds(5), () -> gateway.get("/").status() == 200);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{max: 0}|.max: ",
        "{max: 1, key: []}|.key: ",
        "{max: 1, adaptive: true, floor: 2}|.floor: ",
        "{max: 9, adaptive: true, key: client}|.adaptive: ",
        "{max: 9, pending-timeout: 0s}|.pending-timeout: "
      })
  void badSettingsAreNamed(String settings, String named) {
    List<String> problems = FilterHarness.problems("- concurrency-limit: " + settings);
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains(named), problems::toString);
  }
}
