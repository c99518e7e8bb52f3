package dev.yumen.filters.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Canary.Stage;
import dev.yumen.api.Canary.Version;
import dev.yumen.dataplane.canary.CanaryTraffic;
import dev.yumen.dataplane.canary.Tally;
import dev.yumen.dataplane.explain.ExplainRequest;
import dev.yumen.dataplane.explain.ExplanationData;
import dev.yumen.dataplane.explain.Wording;
import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What requests see of a canary, and what it learns from them; who decides stands elsewhere. */
class CanaryFilterTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final ScriptedUpstream fresh = ScriptedUpstream.start(Behaviours.respond(200, "new"));

  @AfterEach
  void closeService() {
    fresh.close();
  }

  private FilterHarness gateway(String canary) {
    return gateway(canary, "{endpoints: [\"" + fresh.address() + "\"]}", "");
  }

  private static FilterHarness gateway(String canary, String candidate, String after) {
    return FilterHarness.run(yaml(canary, candidate, after), Path.of("target"));
  }

  private static String yaml(String canary, String candidate, String after) {
    return """
        listeners: {http: {address: "127.0.0.1:8080"}}
        upstreams:
          users: {endpoints: "127.0.0.1:9001"}
          new: %s
        routes:
          - id: test
            match: {path: "/**"}
            to: users
            filters:
              - canary: %s
              %s
        """
        .formatted(candidate, canary, after);
  }

  private static CanaryTraffic canary(FilterHarness gateway) {
    return Objects.requireNonNull(gateway.gateway().canaries().get("test"));
  }

  private static void everythingToTheCandidate(FilterHarness gateway) {
    canary(gateway).steer(Stage.PROMOTED, 100);
  }

  /** Answered and failed; waits for the count, as a request ends after its answer. */
  private static void counted(FilterHarness gateway, Version version, int answered, int failed) {
    Eventually.within(
        SOON,
        version + ": " + answered + " answered, " + failed + " failed",
        () -> {
          Tally tally = canary(gateway).tally(version);
          return tally.answered() == answered && tally.failed() == failed;
        });
  }

  // ---- who gets which ----

  @Test
  void theShareIsThatOfTheFirstStepUntilSomebodyDecides() {
    try (FilterHarness gateway = gateway("{candidate: new, steps: [30]}");
        RawClient client = gateway.connect()) {
      for (int i = 0; i < 500; i++) {
        client.get("/");
      }
      int share = fresh.requests().size();
      assertTrue(share > 90 && share < 210, share + " of 500");
      counted(gateway, Version.CANDIDATE, share, 0);
      counted(gateway, Version.STABLE, 500 - share, 0);
    }
  }

  @Test
  void theShareChangesWithTheNextRequest() {
    try (FilterHarness gateway = gateway("{candidate: new}")) {
      canary(gateway).steer(Stage.ROLLED_BACK, 0);
      assertEquals("hello", gateway.get("/").text());
      everythingToTheCandidate(gateway);
      assertEquals("new", gateway.get("/").text());
    }
  }

  @Test
  void aClientKeepsItsVersionWhileTheShareGrows() {
    try (FilterHarness gateway =
        gateway("{candidate: new, sticky: \"cookie:uid\", header: X-Version}")) {
      boolean[] before = new boolean[100];
      for (double weight : new double[] {5, 20, 50, 100}) {
        canary(gateway).steer(Stage.STEP, weight);
        int taken = 0;
        for (int uid = 0; uid < before.length; uid++) {
          String version = gateway.get("/", "Cookie: uid=u" + uid).header("X-Version");
          boolean candidate = "candidate".equals(version);
          assertTrue(candidate || !before[uid], "u" + uid + " went back");
          before[uid] = candidate;
          taken += candidate ? 1 : 0;
        }
        assertTrue(Math.abs(taken - weight) <= 15, taken + " at " + weight + " %");
      }
    }
  }

  @Test
  void withoutWhatItSticksToTheAddressCounts() {
    try (FilterHarness gateway = gateway("{candidate: new, steps: [50], sticky: \"header:X-U\"}")) {
      String first = gateway.get("/").text();
      for (int i = 0; i < 20; i++) {
        assertEquals(first, gateway.get("/").text());
      }
    }
  }

  @Test
  void theWrittenStableVersionGetsTheRest() {
    try (FilterHarness gateway = gateway("{stable: new, candidate: users, steps: [1]}")) {
      canary(gateway).steer(Stage.ROLLED_BACK, 0);
      assertEquals("new", gateway.get("/").text());
    }
  }

  // ---- what counts ----

  @Test
  void errorsOfTheServiceCount() {
    try (FilterHarness gateway = gateway("{candidate: new}")) {
      everythingToTheCandidate(gateway);
      fresh.next(Behaviours.respond(500, "no")).next(Behaviours.respond(404, "none"));
      assertEquals(500, gateway.get("/").status());
      assertEquals(404, gateway.get("/").status());
      counted(gateway, Version.CANDIDATE, 1, 1);
      assertTrue(Arrays.stream(canary(gateway).tally(Version.CANDIDATE).latencies()).sum() == 2);
    }
  }

  @Test
  void aCandidateThatCanNotBeReachedFails() {
    String nobody = "{endpoints: [\"127.0.0.1:" + ScriptedUpstream.unusedPort() + "\"]}";
    try (FilterHarness gateway = gateway("{candidate: new}", nobody, "")) {
      everythingToTheCandidate(gateway);
      assertEquals(502, gateway.get("/").status());
      counted(gateway, Version.CANDIDATE, 0, 1);
    }
  }

  @Test
  void aFailureThatAnotherEndpointMadeGoodCountsAllTheSame() {
    String half =
        "{endpoints: [\"127.0.0.1:%d\", \"%s\"], outlier-ejection: {consecutive-failures: 0}}"
            .formatted(ScriptedUpstream.unusedPort(), fresh.address());
    try (FilterHarness gateway = gateway("{candidate: new}", half, "")) {
      everythingToTheCandidate(gateway);
      for (int i = 0; i < 8; i++) {
        assertEquals(200, gateway.get("/").status());
      }
      Eventually.within(
          SOON,
          "8 requests, some of them failed at first",
          () -> {
            Tally tally = canary(gateway).tally(Version.CANDIDATE);
            return tally.requests() == 8 && tally.failed() > 0;
          });
    }
  }

  @Test
  void aKeptConnectionThatWasClosedMeanwhileIsNoFailure() {
    try (FilterHarness gateway = gateway("{candidate: new}");
        RawClient client = gateway.connect()) {
      everythingToTheCandidate(gateway);
      assertEquals("new", client.get("/").text());
      fresh.next(Behaviours.close());
      assertEquals("new", client.get("/").text());
      assertEquals(3, fresh.requests().size());
      counted(gateway, Version.CANDIDATE, 2, 0);
    }
  }

  @Test
  void aFallbackHidesNoFailure() {
    String falls =
        "{endpoints: [\"%s\"], circuit-breaker: {fallback: {on: [500], upstream: users}}}"
            .formatted(fresh.address());
    try (FilterHarness gateway = gateway("{candidate: new}", falls, "")) {
      everythingToTheCandidate(gateway);
      fresh.next(Behaviours.respond(500, "no"));
      assertEquals("hello", gateway.get("/").text());
      counted(gateway, Version.CANDIDATE, 0, 1);
    }
  }

  @Test
  void aRequestThatTheCircuitBreakerRefusesCounts() {
    String breaker =
        "{endpoints: [\"%s\"], circuit-breaker: {consecutive-errors: 1, open-time: 1m}}"
            .formatted(fresh.address());
    try (FilterHarness gateway = gateway("{candidate: new}", breaker, "")) {
      everythingToTheCandidate(gateway);
      fresh.next(Behaviours.respond(500, "no"));
      assertEquals(500, gateway.get("/").status());
      assertEquals(503, gateway.get("/").status());
      counted(gateway, Version.CANDIDATE, 0, 2);
    }
  }

  @Test
  void whatNeverCameToAServiceSaysNothing() {
    try (FilterHarness gateway =
        gateway(
            "{candidate: new}",
            "{endpoints: [\"" + fresh.address() + "\"]}",
            "- ip-restriction: {deny: [127.0.0.1]}")) {
      everythingToTheCandidate(gateway);
      assertEquals(403, gateway.get("/").status());
      assertTrue(gateway.metrics().contains("version=\"candidate\"} 1"), gateway.metrics());
      counted(gateway, Version.CANDIDATE, 0, 0);
    }
  }

  @Test
  void aClientThatLeavesIsNoFailureButItsPatienceIsKnown() {
    try (FilterHarness gateway = gateway("{candidate: new}")) {
      everythingToTheCandidate(gateway);
      fresh.next(Behaviours.neverAnswer());
      try (RawClient client = gateway.connect()) {
        client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        fresh.awaitRequest(1);
      }
      Eventually.within(
          SOON,
          "the client that left is known",
          () -> Arrays.stream(canary(gateway).tally(Version.CANDIDATE).left()).sum() == 1);
      counted(gateway, Version.CANDIDATE, 0, 0);
    }
  }

  // ---- configuration ----

  @Test
  void aReloadKeepsItAndOtherSettingsBeginAnew() {
    String more = "filters: [request-id]";
    try (FilterHarness gateway = FilterHarness.of("- canary: {candidate: users}")) {
      CanaryTraffic first = canary(gateway);
      assertEquals(List.of(), gateway.reload("- canary: {candidate: users}", more));
      assertSame(first, canary(gateway));
      assertEquals(List.of(), gateway.reload("- canary: {candidate: users, pause: 1m}", more));
      assertNotSame(first, canary(gateway));
      assertEquals(List.of(), gateway.reload("- canary: {candidate: users, pause: 1m}"));
      assertEquals(List.of(), gateway.reload("[]"));
      assertTrue(gateway.gateway().canaries().isEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{candidate: nobody}",
        "{stable: nobody, candidate: new}",
        "{stable: new, candidate: new}",
        "{candidate: new, steps: []}",
        "{candidate: new, steps: [100]}",
        "{candidate: new, steps: [20, 5]}",
        "{candidate: new, steps: [0, 5]}",
        "{candidate: new, steps: [5, 101]}",
        "{candidate: new, false-alarm: 0}",
        "{candidate: new, false-alarm: 0.5}",
        "{candidate: new, max-error-increase: -1}",
        "{candidate: new, minimum-requests: 0}",
        "{candidate: new, pause: 31d}",
        "{candidate: new, latency: {quantile: 1}}",
        "{candidate: new, latency: {max-ratio: 0.9}}",
        "{candidate: new, sticky: nonsense}",
        "{candidate: new, header: 'a b'}",
      })
  void aSettingThatCanNotBeIsRefused(String canary) {
    List<String> problems =
        FilterHarness.problems(
            yaml(canary, "{endpoints: [\"127.0.0.1:1\"]}", ""), Path.of("target"));
    List<String> errors =
        problems.stream().filter(problem -> !problem.contains("warning")).toList();
    assertEquals(1, errors.size(), problems::toString);
    assertTrue(errors.getFirst().contains("routes[0].filters[0].canary"), problems::toString);
  }

  @Test
  void aRouteHasOneCanary() {
    List<String> problems =
        FilterHarness.problems(
            yaml(
                "{candidate: new}",
                "{endpoints: [\"127.0.0.1:1\"]}",
                "- canary: {candidate: new, pause: 1m}"),
            Path.of("target"));
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(
        problems.getFirst().contains("filters[1].canary: a second canary"), problems::toString);
  }

  @Test
  void aCanaryForEveryRouteIsRefused() {
    List<String> problems = FilterHarness.problems("[]", "filters: [{canary: {candidate: users}}]");
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains("a canary for every route"), problems::toString);
  }

  @Test
  void aStableVersionThatIsNotTheRoutesIsRemarkedOn() {
    List<String> problems =
        FilterHarness.problems(
            yaml("{stable: new, candidate: users}", "{endpoints: [\"127.0.0.1:1\"]}", ""),
            Path.of("target"));
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(
        problems
            .getFirst()
            .contains("canary.stable: new (expected: an upstream of the route's to, or nothing)"),
        problems::toString);
  }

  // ---- explained ----

  @ParameterizedTest
  @CsvSource({"5,stable", "60,candidate"})
  void explainSaysWhichVersionIsLikelierAndWhy(double weight, String version) {
    try (FilterHarness gateway = gateway("{candidate: new}")) {
      canary(gateway).steer(Stage.STEP, weight);
      String told = explained(gateway);
      assertTrue(told.contains("goes to the version " + version), told);
      assertTrue(told.contains("new gets " + (int) weight + " % of the requests (step)"), told);
      counted(gateway, Version.STABLE, 0, 0);
      assertEquals(0, fresh.requests().size());
    }
  }

  private static String explained(FilterHarness gateway) {
    return ExplanationData.of(
            gateway.gateway().explain(ExplainRequest.of("GET", "http://localhost/", List.of())),
            Wording.of("en"))
        .toString();
  }

  @Test
  void theHeaderNamesTheVersion() {
    try (FilterHarness gateway = gateway("{candidate: new, header: X-Version}")) {
      canary(gateway).steer(Stage.ROLLED_BACK, 0);
      RawResponse answer = gateway.get("/");
      assertEquals("stable", answer.header("X-Version"));
    }
  }
}
