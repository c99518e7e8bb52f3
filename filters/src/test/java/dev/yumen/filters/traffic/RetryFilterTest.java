package dev.yumen.filters.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Behaviours;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryFilterTest {

  @Test
  void aRouteHasRulesOfItsOwn() {
    try (FilterHarness gateway =
        FilterHarness.of("- retry: {attempts: 2, on: 5xx, backoff: 1ms}")) {
      gateway.upstreamNext(Behaviours.respond(500, "no"));
      gateway.upstreamNext(Behaviours.respond(500, "no"));
      assertEquals(
          200, gateway.get("/").status(), "the upstream's own rules would pass the 500 on");
      assertEquals(3, gateway.forwarded());
    }
  }

  @Test
  void aRouteMayTryNothingAgain() {
    try (FilterHarness gateway = FilterHarness.of("- retry: 0")) {
      gateway.upstreamNext(Behaviours.close());
      assertEquals(502, gateway.get("/").status());
      assertEquals(1, gateway.forwarded());
    }
  }

  @Test
  void theLastRulesHold() {
    try (FilterHarness gateway =
        FilterHarness.of("- retry: {on: 500, backoff: 1ms}\n- retry: {on: 503, backoff: 1ms}")) {
      gateway.upstreamNext(Behaviours.respond(500, "no"));
      assertEquals(500, gateway.get("/").status());
      gateway.upstreamNext(Behaviours.respond(503, "no"));
      assertEquals(200, gateway.get("/").status());
    }
  }

  @Test
  void aPostIsNotRepeatedUnlessItIsSaid() {
    try (FilterHarness gateway = FilterHarness.of("- retry: {on: 5xx, backoff: 1ms}")) {
      gateway.upstreamNext(Behaviours.respond(500, "no"));
      assertEquals(500, gateway.send("POST", "/").status());
    }
    try (FilterHarness gateway =
        FilterHarness.of("- retry: {on: 5xx, backoff: 1ms, methods: POST}")) {
      gateway.upstreamNext(Behaviours.respond(500, "no"));
      assertEquals(200, gateway.send("POST", "/").status());
    }
  }

  @ParameterizedTest
  @CsvSource({"many, 1", "'{attempts: -1}', 1", "'{on: [6xx, later]}', 2", "'{methods: get}', 1"})
  void settingsThatCouldNotWorkAreRefused(String settings, int count) {
    List<String> problems = FilterHarness.problems("- retry: " + settings);
    assertEquals(count, problems.size(), problems::toString);
  }
}
