package dev.yumen.filters.traffic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultFilterTest {

  private static double metric(FilterHarness gateway, String series) {
    return new String(gateway.gateway().metrics().scrape(null, null).body(), UTF_8)
        .lines()
        .filter(line -> line.startsWith(series))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static double faults(FilterHarness gateway, String kind) {
    return metric(gateway, "gateway_faults_total{kind=\"" + kind + "\",route=\"test\"}");
  }

  private static Duration time(Runnable what) {
    long start = System.nanoTime();
    what.run();
    return Duration.ofNanos(System.nanoTime() - start);
  }

  @ParameterizedTest
  @ValueSource(strings = {"200ms", "{time: 200ms}", "{min: 200ms, max: 210ms}"})
  void requestsAreHeldUp(String delay) {
    try (FilterHarness gateway = FilterHarness.of("- fault: {delay: " + delay + "}")) {
      Duration took = time(() -> assertEquals(200, gateway.get("/").status()));
      assertTrue(took.toMillis() >= 200, took::toString);
      assertEquals(1, faults(gateway, "delay"));
      assertEquals(0, faults(gateway, "abort"));
    }
  }

  @Test
  void aHeaderTellsTheDelayUpToTheLongest() {
    String fault = "- fault: {delay: {header: X-Delay, max: 150ms}}";
    try (FilterHarness gateway = FilterHarness.of(fault)) {
      Duration longest = time(() -> gateway.get("/", "X-Delay: 900000"));
      assertTrue(longest.toMillis() >= 150 && longest.toMillis() < 9_000, longest::toString);
      gateway.get("/");
      gateway.get("/", "X-Delay: 0");
      gateway.get("/", "X-Delay: -5");
      gateway.get("/", "X-Delay: 99999999999999999999");
      assertEquals(1, faults(gateway, "delay"));
      assertEquals(5, gateway.forwarded());
    }
  }

  @Test
  void aClientThatLeavesEndsItsDelay() {
    try (FilterHarness gateway = FilterHarness.of("- fault: {delay: 9s, abort: 503}")) {
      try (RawClient client = gateway.connect()) {
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        Eventually.within(Duration.ofSeconds(5), () -> faults(gateway, "delay") == 1);
      }
      Eventually.within(
          Duration.ofSeconds(5), () -> metric(gateway, "gateway_requests_in_flight") == 0);
      assertEquals(0, faults(gateway, "abort"));
      assertEquals(0, gateway.forwarded());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"20B", "{rate: 20B}", "{header: X-Rate, min: 20B}"})
  void answersComeSlowly(String bandwidth) {
    try (FilterHarness gateway = FilterHarness.of("- fault: {bandwidth: " + bandwidth + "}")) {
      Duration took = time(() -> assertEquals("hello", gateway.get("/", "X-Rate: 1").text()));
      assertTrue(took.toMillis() >= 140, took::toString); // two bytes at once, three at the rate
      assertEquals(1, faults(gateway, "bandwidth"));
      assertEquals(1, gateway.forwarded());
    }
  }

  @Test
  void withoutTheHeaderAnswersComeAtOnce() {
    String fault = "- fault: {bandwidth: {header: X-Rate, min: 1B}}";
    try (FilterHarness gateway = FilterHarness.of(fault)) {
      gateway.get("/");
      gateway.get("/", "X-Rate: fast");
      gateway.get("/", "X-Rate: -1");
      assertEquals(0, faults(gateway, "bandwidth"));
    }
  }

  @Test
  void whatFailsIsNotSlowToo() {
    try (FilterHarness gateway = FilterHarness.of("- fault: {bandwidth: 1B, abort: 503}")) {
      assertEquals(503, gateway.get("/").status());
      assertEquals(0, faults(gateway, "bandwidth"));
    }
  }

  @Test
  void requestsFailWithStatusAndBody() {
    String fault = "- fault: {abort: {status: 502, body: '{}', content-type: application/json}}";
    try (FilterHarness gateway = FilterHarness.of(fault)) {
      RawResponse answer = gateway.get("/");
      assertEquals(502, answer.status());
      assertEquals("{}", answer.text());
      assertEquals("application/json", answer.header("Content-Type"));
      assertEquals(1, faults(gateway, "abort"));
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void aCallOfGrpcFailsWithItsOwnStatus() {
    String call = "Content-Type: application/grpc";
    try (FilterHarness gateway = FilterHarness.of("- fault: {abort: {grpc-status: 8}}")) {
      assertEquals("8", gateway.send("POST", "/s/m", call).header("grpc-status"));
    }
    try (FilterHarness gateway = FilterHarness.of("- fault: {abort: 503}")) {
      assertEquals("14", gateway.send("POST", "/s/m", call).header("grpc-status"));
    }
  }

  @ParameterizedTest
  @CsvSource({"503,503", "404,404", "200,200", "399,200", "600,200", "abc,200", "'',200"})
  void aHeaderTellsTheStatus(String asked, int status) {
    try (FilterHarness gateway = FilterHarness.of("- fault: {abort: {header: X-Status}}")) {
      assertEquals(status, gateway.get("/", "X-Status: " + asked).status());
      assertEquals(200, gateway.get("/").status());
    }
  }

  @Test
  void bothHappenInTurn() {
    try (FilterHarness gateway = FilterHarness.of("- fault: {delay: 100ms, abort: 500}")) {
      Duration took = time(() -> assertEquals(500, gateway.get("/").status()));
      assertTrue(took.toMillis() >= 100, took::toString);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{headers: {X-Fault: 'on'}}",
        "{headers: {X-Fault: {present: true}}}",
        "{headers: {X-Fault: {prefix: o}}}",
        "{headers: {X-Fault: {regex: 'o[n]'}}}",
        "{headers: {X-Fault: {not: off}, X-No: {absent: true}}}",
        "{query: {fault: '1'}}",
        "{cookies: {fault: 'c'}}"
      })
  void onlyRequestsLikeThoseAreHit(String when) {
    String fault = "- fault: {abort: 503, when: " + when + "}";
    try (FilterHarness gateway = FilterHarness.of(fault)) {
      String[] like = {"X-Fault: on", "Cookie: a=b; fault=c"};
      assertEquals(503, gateway.get("/?fault=1", like).status());
      String[] unlike = {"X-Fault: off", "Cookie: a=b; fault=d", "X-No: 1"};
      int expected = when.contains("present") || when.contains("prefix") ? 503 : 200;
      assertEquals(expected, gateway.get("/?fault=2", unlike).status());
    }
  }

  @Test
  void aConsumerOfTheGroupIsHit() {
    String consumers =
        """
        consumers:
          - {name: tester, groups: [test], credentials: [{api-key: a}]}
          - {name: user, credentials: [{api-key: b}]}
        """;
    for (String when : List.of("{group: test}", "{consumer: [other, tester]}")) {
      String filters = "- api-key\n- fault: {abort: 503, when: " + when + "}";
      try (FilterHarness gateway = FilterHarness.of("/**", filters, consumers)) {
        assertEquals(503, gateway.get("/", "X-API-Key: a").status());
        assertEquals(200, gateway.get("/", "X-API-Key: b").status());
      }
    }
  }

  /** Of 2000 draws at 20 %, fewer than 300 or more than 500 come less than once in 10^7 runs. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{abort: {status: 503, percent: 20}}",
        "{abort: 503, percent: 20}",
        "{abort: {status: 503, percent: 40}, percent: 50}"
      })
  void aShareOfTheRequestsIsHit(String fault) {
    try (FilterHarness gateway = FilterHarness.of("- fault: " + fault);
        RawClient client = gateway.connect()) {
      int hit = 0;
      for (int i = 0; i < 2000; i++) {
        hit += client.get("/").status() == 503 ? 1 : 0;
      }
      assertEquals(400, hit, 100);
      assertEquals(hit, faults(gateway, "abort"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | delay, abort or bandwidth",
        "{abort: 200} | 400 to 599",
        "{abort: {}} | one of status",
        "{abort: {status: 503, header: X}} | one of status",
        "{abort: {grpc-status: 0}} | 1 to 16",
        "{abort: {grpc-status: 4, body: x}} | none with grpc-status",
        "{abort: 503, percent: 101} | 0 to 100",
        "{abort: {status: 503, percent: -1}} | 0 to 100",
        "{delay: 0s} | more than 0s",
        "{delay: 10s} | less than limits.filter-timeout, which is 10000 ms",
        "{delay: {header: X, max: 1h}} | less than limits.filter-timeout",
        "{delay: {header: X}} | a time",
        "{delay: {max: 1s}} | one of time",
        "{delay: {min: 2s, max: 1s}} | at most max",
        "{delay: {time: 1s, max: 2s}} | none with time",
        "{delay: {header: 'a b', max: 2s}} | a header name",
        "{bandwidth: 0} | at least 1 byte",
        "{bandwidth: {}} | rate, or header with min",
        "{bandwidth: {rate: 1KiB, header: X}} | rate, or header with min",
        "{bandwidth: {rate: 1KiB, min: 1KiB}} | none with rate",
        "{bandwidth: {header: X}} | a size",
        "{bandwidth: {header: X, min: 0}} | at least 1 byte",
        "{bandwidth: {rate: 1KiB, percent: 101}} | 0 to 100",
        "{abort: 503, when: {}} | headers, query, cookies, consumer or group",
      })
  void settingsThatCouldNotWorkAreRefused(String settings, String expected) {
    List<String> problems = FilterHarness.problems("- fault: " + settings);
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains(expected), problems::toString);
    assertTrue(problems.getFirst().contains("routes[0].filters[0].fault"), problems::toString);
  }
}
