package dev.yumen.filters.path;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.filters.FilterHarness;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostFilterTest {

  @Test
  void theUpstreamSeesTheNewHostOnce() {
    try (FilterHarness gateway = FilterHarness.of("- host: users.internal:8080")) {
      gateway.get("/a", "Host: shop.example.com");
      assertEquals(List.of("users.internal:8080"), gateway.seen().headerValues("Host"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Users.internal", "a b", "http://a", "a/b", "a:123456", "\"\""})
  void whatIsNoHostIsRefused(String host) {
    List<String> problems = FilterHarness.problems("- host: {to: " + host + "}");
    assertEquals(1, problems.size(), problems::toString);
  }
}
