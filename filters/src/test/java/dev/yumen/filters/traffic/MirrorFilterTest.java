package dev.yumen.filters.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which requests are copied, and as what; how copies fare is tested with the data plane. */
class MirrorFilterTest {
  private final ScriptedUpstream shadow = ScriptedUpstream.start(Behaviours.respond(500, "no"));

  @AfterEach
  void closeShadow() {
    shadow.close();
  }

  private FilterHarness gateway(String filters) {
    return FilterHarness.run(
        """
        listeners: {http: {address: "127.0.0.1:8080"}}
        upstreams:
          users: {endpoints: "127.0.0.1:9001"}
          shadow: {endpoints: "%s"}
        routes:
          - id: test
            match: {path: "/**"}
            to: users
            filters: [%s]
        """
            .formatted(shadow.address(), filters),
        Path.of("target"));
  }

  @Test
  void aCopyIsTheRequestAfterAllFilters() {
    try (FilterHarness gateway =
        gateway("mirror: shadow, strip-prefix: /api, request-headers: {set: {X-Own: mine}}")) {
      assertEquals(200, gateway.get("/api/users?q=%20", "X-Client: c", "X-Two: 1").status());
      Recorded copy = shadow.awaitRequest(1);
      assertEquals("GET /users?q=%20 HTTP/1.1", copy.requestLine());
      assertEquals("mine", copy.header("X-Own"));
      assertEquals("c", copy.header("X-Client"));
      assertEquals("localhost", copy.header("Host"));
      assertEquals("127.0.0.1", copy.header("X-Forwarded-For"));
      assertEquals("test", copy.header("X-Mirrored-From"));
      assertNull(gateway.seen().header("X-Mirrored-From"));
    }
  }

  @Test
  void onlyRequestsLikeThoseAreCopied() {
    try (FilterHarness gateway =
        gateway("mirror: {to: shadow, when: {headers: {X-Copy: {present: true}}}}")) {
      gateway.get("/no");
      gateway.get("/yes", "X-Copy: 1");
      assertEquals("/yes", shadow.awaitRequest(1).target());
    }
  }

  /** Of 1000 draws at 30 %, fewer than 220 or more than 380 come less than once in 10^7 runs. */
  @Test
  void aShareOfTheRequestsIsCopied() {
    try (FilterHarness gateway = gateway("mirror: {to: shadow, percent: 30, max-in-flight: 9999}");
        RawClient client = gateway.connect()) {
      for (int i = 0; i < 1000; i++) {
        client.get("/");
      }
      shadow.awaitRequest(220);
      assertTrue(shadow.requests().size() <= 380, () -> "" + shadow.requests().size());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | missing (required)",
        "shadows | unknown upstream",
        "{to: users, percent: 100.5} | 0 to 100",
        "{to: users, timeout: 0s} | more than 0s",
        "{to: users, timeout: 11m} | at most 10m",
        "{to: users, max-body: 17MiB} | at most 16MiB",
        "{to: users, max-in-flight: 0} | 1 to 100000",
        "{to: users, when: {}} | headers, query, cookies, consumer or group",
      })
  void settingsThatCouldNotWorkAreRefused(String settings, String expected) {
    List<String> problems = FilterHarness.problems("- mirror: " + settings);
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains(expected), problems::toString);
    assertTrue(problems.getFirst().contains("filters[0].mirror"), problems::toString);
  }
}
