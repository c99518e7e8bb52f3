package dev.yumen.filters.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawResponse;
import org.junit.jupiter.api.Test;

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
}
