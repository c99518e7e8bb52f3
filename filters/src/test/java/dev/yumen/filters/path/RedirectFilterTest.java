package dev.yumen.filters.path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedirectFilterTest {

  @Test
  void theClientIsSentElsewhereWithPathAndQuery() {
    try (FilterHarness gateway =
        FilterHarness.of("- redirect: \"https://${host}/new/${path}${query}\"")) {
      RawResponse answer = gateway.get("/a%20b?x=1", "Host: shop.example.com:8080");
      assertEquals(308, answer.status());
      assertEquals("https://shop.example.com/new/a%20b?x=1", answer.header("Location"));
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void aSchemeThatDoesNotFitPassesBy() {
    try (FilterHarness gateway =
        FilterHarness.of(
            "- redirect: {to: \"https://${host}/${path}\", status: 301, scheme: https}")) {
      assertEquals(200, gateway.get("/a").status());
    }
    try (FilterHarness gateway =
        FilterHarness.of(
            "- redirect: {to: \"https://${host}/${path}\", status: 301, scheme: http}")) {
      assertEquals(301, gateway.get("/a").status());
    }
  }

  @Test
  void noLineEndLeavesTheLocation() {
    try (FilterHarness gateway = FilterHarness.of("- redirect: \"/login?next=${query.next}\"")) {
      RawResponse answer = gateway.get("/?next=%0d%0aSet-Cookie:%20a=b&x");
      assertEquals("/login?next=%0D%0ASet-Cookie%3A%20a%3Db", answer.header("Location"));
      assertNull(answer.header("Set-Cookie"));
      assertFalse(answer.head().contains("\r\nSet-Cookie"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"${query.to}\"",
        "{to: /a, status: 200}",
        "//evil.example/",
        "\"https://${header.X-Host}/\"",
        "{}",
      })
  void settingsThatCouldNotWorkAreRefused(String settings) {
    List<String> problems = FilterHarness.problems("- redirect: " + settings);
    assertEquals(1, problems.size(), problems::toString);
  }
}
