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

class RequestIdFilterTest {

  @Test
  void theExchangesOwnIdGoesUpstreamAndBack() {
    try (FilterHarness gateway = FilterHarness.of("- request-id")) {
      String id = gateway.get("/").header("X-Request-ID");
      assertNotNull(id);
      assertEquals(id, gateway.seen().header("X-Request-ID"));
      assertNotEquals(id, gateway.get("/").header("X-Request-ID"));
    }
  }

  @Test
  void aClientsIdIsKept() {
    try (FilterHarness gateway = FilterHarness.of("- request-id: {header: X-Correlation-ID}")) {
      RawResponse answer = gateway.get("/", "X-Correlation-ID: abc-1");
      assertEquals("abc-1", gateway.seen().header("X-Correlation-ID"));
      assertEquals("abc-1", answer.header("X-Correlation-ID"));
    }
  }

  @Test
  void aClientsIdIsReplacedWhenItIsNotBelieved() {
    try (FilterHarness gateway =
        FilterHarness.of("- request-id: {accept: false, respond: false}")) {
      RawResponse answer = gateway.get("/", "X-Request-ID: mine");
      assertNotEquals("mine", gateway.seen().header("X-Request-ID"));
      assertNull(answer.header("X-Request-ID"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Host", "host", "Content-Length", "a b"})
  void aHeaderThatCanNotHoldItIsRefused(String header) {
    List<String> problems = FilterHarness.problems("- request-id: {header: \"" + header + "\"}");
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains("header: \"" + header + "\""), problems::toString);
  }
}
