package dev.yumen.filters.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.filters.FilterHarness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which level a request has at its end, as the access log tells it. */
class PriorityFilterTest {
  private static final String CONSUMERS =
      """
      consumers:
        - {name: shop, groups: [gold], credentials: [{api-key: a}]}
        - {name: crawler, credentials: [{api-key: b}]}
      """;

  @TempDir Path folder;

  /** The levels of requests, each with its header lines; {@code {}} for a normal one. */
  private List<String> levels(String filters, List<String[]> requests) throws IOException {
    Path log = folder.resolve("access.log");
    String logging = "- access-log: {file: '" + log + "', fields: [priority]}\n";
    try (FilterHarness gateway = FilterHarness.of("/**", logging + filters, CONSUMERS)) {
      for (String[] headers : requests) {
        assertEquals(200, gateway.get("/", headers).status());
      }
    }
    return Files.readAllLines(log);
  }

  private static String line(String level) {
    return "{\"priority\":\"" + level + "\"}";
  }

  @Test
  void everyRequestOfTheRouteHasTheLevel() throws IOException {
    for (String level : List.of("low", "high", "critical")) {
      Files.deleteIfExists(folder.resolve("access.log"));
      assertEquals(
          List.of(line(level)), levels("- priority: " + level, List.<String[]>of(new String[0])));
    }
  }

  @Test
  void withoutTheFilterRequestsAreNormal() throws IOException {
    assertEquals(
        List.of("{}"), levels("", List.<String[]>of(new String[] {"X-Priority: critical"})));
  }

  @Test
  void theFirstRuleThatTakesARequestGivesItsLevel() throws IOException {
    String filters =
        """
        - api-key
        - priority:
            level: low
            by:
              - {when: {group: gold}, level: critical}
              - {when: {headers: {X-Purpose: prefetch}}, level: low}
              - {when: {consumer: [crawler]}, level: high}
        """;
    assertEquals(
        List.of(line("critical"), line("low"), line("high")),
        levels(
            filters,
            List.of(
                new String[] {"X-API-Key: a", "X-Purpose: prefetch"},
                new String[] {"X-API-Key: b", "X-Purpose: prefetch"},
                new String[] {"X-API-Key: b"})));
  }

  @Test
  void whatNoRuleTakesKeepsItsLevel() throws IOException {
    String filters =
        """
        - priority: high
        - priority: {by: [{when: {headers: {X-Batch: {present: true}}}, level: low}]}
        """;
    assertEquals(
        List.of(line("high"), line("low")),
        levels(filters, List.of(new String[0], new String[] {"X-Batch: 1"})));
  }

  /** What is wrong, without its place in the file. */
  private static String problem(String filter) {
    String line = FilterHarness.problems(filter).getFirst();
    return line.substring(line.indexOf(' ') + 1);
  }

  @Test
  void mistakesAreFound() {
    String at = "routes[0].filters[0].priority";
    assertEquals(at + ": nothing (expected: level, by or both)", problem("- priority: {}"));
    assertEquals(
        at + ".level: \"urgent\" (expected: low, normal, high or critical)",
        problem("- priority: {level: urgent}"));
    assertEquals(
        at + ".by[0].when: nothing (expected: headers, query, cookies, consumer or group)",
        problem("- priority: {by: [{when: {}, level: low}]}"));
  }
}
