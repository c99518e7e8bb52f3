package dev.yumen.filters.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequireHeaderFilterTest {

  @Test
  void aRequestWithTheHeaderPassesAndItsAnswerIsMarked() {
    try (FilterHarness gateway = FilterHarness.of("- require-header: {name: X-Tenant}")) {
      RawResponse answer = gateway.get("/users/7", "X-Tenant: acme");
      assertEquals(200, answer.status());
      assertEquals("yes", answer.header("X-Checked"));
      assertEquals("acme", gateway.seen().header("X-Tenant"));
    }
  }

  @Test
  void aRequestWithoutTheHeaderIsNotForwarded() {
    try (FilterHarness gateway = FilterHarness.of("- require-header: {name: X-Tenant}")) {
      assertEquals(400, gateway.get("/users/7").status());
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void anEmptyNameIsRefused() {
    List<String> problems = FilterHarness.problems("- require-header: {name: ''}");
    assertEquals(1, problems.size());
    assertTrue(problems.getFirst().contains("expected: a header name"), problems::toString);
  }
}
