package dev.yumen.filters.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceIdFilterTest {

  @Test
  void aSaneIdIsPassedOnAndBack() {
    try (FilterHarness gateway = FilterHarness.of("- trace-id")) {
      RawResponse answer = gateway.get("/", "X-Trace-ID: 4bf92f3577b34da6a3ce929d0e0e4736");
      assertEquals("4bf92f3577b34da6a3ce929d0e0e4736", gateway.seen().header("X-Trace-ID"));
      assertEquals("4bf92f3577b34da6a3ce929d0e0e4736", answer.header("X-Trace-ID"));
    }
  }

  @Test
  void withoutOneEachRequestGetsItsOwn() {
    try (FilterHarness gateway = FilterHarness.of("- trace-id: {header: X-Trace}")) {
      String first = gateway.get("/").header("X-Trace");
      assertNotNull(first);
      assertTrue(first.matches("[0-9a-f]{32}"), first);
      assertEquals(first, gateway.seen().header("X-Trace"));
      assertNotEquals(first, gateway.get("/").header("X-Trace"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a\"b", "a<b", "a,b", "{x}", "é"})
  void anIdThatCouldDoHarmIsReplaced(String id) {
    try (FilterHarness gateway = FilterHarness.of("- trace-id")) {
      assertReplaced(gateway, "X-Trace-ID: " + id);
    }
  }

  @Test
  void anIdThatIsTooLongOrSentTwiceIsReplaced() {
    try (FilterHarness gateway = FilterHarness.of("- trace-id")) {
      assertReplaced(gateway, "X-Trace-ID: " + "a".repeat(129));
      assertReplaced(gateway, "X-Trace-ID: a", "X-Trace-ID: b");
      gateway.get("/", "X-Trace-ID: " + "a".repeat(128));
      assertEquals("a".repeat(128), gateway.seen().header("X-Trace-ID"));
    }
  }

  private static void assertReplaced(FilterHarness gateway, String... lines) {
    gateway.get("/", lines);
    List<String> ids = gateway.seen().headerValues("X-Trace-ID");
    assertEquals(1, ids.size(), ids::toString);
    assertTrue(ids.getFirst().matches("[0-9a-f]{32}"), ids::toString);
  }

  @Test
  void clientsAreNotBelievedOrToldUnlessWanted() {
    try (FilterHarness gateway = FilterHarness.of("- trace-id: {accept: false, respond: false}")) {
      RawResponse answer = gateway.get("/", "X-Trace-ID: mine");
      assertNotEquals("mine", gateway.seen().header("X-Trace-ID"));
      assertNull(answer.header("X-Trace-ID"));
    }
  }

  @Test
  void errorsTellTheIdInTheirBodyToo() {
    try (FilterHarness gateway =
        FilterHarness.of("- trace-id\n- ip-restriction: {deny: [127.0.0.1]}")) {
      RawResponse answer = gateway.get("/", "X-Trace-ID: abc123");
      assertEquals(403, answer.status());
      assertEquals("abc123", answer.header("X-Trace-ID"));
      assertTrue(answer.text().contains("abc123"), answer::text);
    }
  }

  @Test
  void aSecondTraceIdFilterTakesTheFirstOnesId() {
    try (FilterHarness gateway =
        FilterHarness.of("- trace-id\n- trace-id: {header: X-Correlation-ID}")) {
      gateway.get("/", "X-Trace-ID: abc");
      assertEquals("abc", gateway.seen().header("X-Correlation-ID"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Host", "host", "Content-Length", "a b"})
  void aHeaderThatCanNotHoldItIsRefused(String header) {
    List<String> problems = FilterHarness.problems("- trace-id: {header: \"" + header + "\"}");
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains("header: \"" + header + "\""), problems::toString);
  }
}
