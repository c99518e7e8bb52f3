package dev.yumen.filters.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawResponse;
import java.nio.file.Path;

/** A route with the filter alone, whose documents stand in a folder. */
final class ValidatedRoute {
  private ValidatedRoute() {}

  /**
   * Starts a gateway, which the caller closes.
   *
   * @param filter the settings of the filter
   */
  static FilterHarness gateway(Path folder, String filter) {
    return FilterHarness.run(configuration(filter), folder);
  }

  /** What is wrong with these settings of the filter and their documents, each on a line. */
  static String problems(Path folder, String filter) {
    return String.join("\n", FilterHarness.problems(configuration(filter), folder));
  }

  private static String configuration(String filter) {
    return """
        listeners: {http: {address: "127.0.0.1:8080"}}
        upstreams: {shop: {endpoints: ["127.0.0.1:9001"]}}
        routes:
          - id: shop
            match: {path: "/**"}
            filters: [{validate: {%s}}]
            to: shop
        """
        .formatted(filter);
  }

  /**
   * The answer refuses the request and names this flaw, perhaps among others.
   *
   * @param expected the part of the request, the pointer and the rule, with a space between them
   */
  static void assertFlaw(String expected, RawResponse answer) {
    String[] words = expected.split(" ", -1);
    String flaw =
        "{\"in\":\"%s\",\"pointer\":\"%s\",\"rule\":\"%s\"}"
            .formatted(words[0], words[1], words[2]);
    assertEquals(400, answer.status(), answer::text);
    assertTrue(answer.text().contains("\"code\":\"REQUEST_INVALID\""), answer::text);
    assertTrue(answer.text().contains(flaw), () -> flaw + " in " + answer.text());
  }
}
