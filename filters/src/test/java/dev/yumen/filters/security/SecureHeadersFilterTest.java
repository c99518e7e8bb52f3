package dev.yumen.filters.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

class SecureHeadersFilterTest {

  @Test
  void theUsualFieldsAreSetOnceAndTellTalesRemoved() {
    try (FilterHarness gateway = FilterHarness.of("- secure-headers")) {
      gateway.upstreamAnswers(
          200, "Server: secret/1.0", "X-Powered-By: secret", "X-Frame-Options: SAMEORIGIN");
      RawResponse answer = gateway.get("/");
      assertEquals(List.of("DENY"), answer.headerValues("X-Frame-Options"));
      assertEquals("nosniff", answer.header("X-Content-Type-Options"));
      assertEquals("strict-origin-when-cross-origin", answer.header("Referrer-Policy"));
      assertNull(answer.header("Server"));
      assertNull(answer.header("X-Powered-By"));
      assertNull(answer.header("Content-Security-Policy"));
    }
  }

  @Test
  void strictTransportSecurityIsForHttpsOnly() {
    try (FilterHarness gateway =
        FilterHarness.of("/**", "- secure-headers", "trusted-proxies: [\"127.0.0.0/8\"]")) {
      assertNull(gateway.get("/").header("Strict-Transport-Security"));
      assertEquals(
          "max-age=31536000",
          gateway.get("/", "X-Forwarded-Proto: https").header("Strict-Transport-Security"));
    }
  }

  @Test
  void theUpstreamWinsWithoutOverrideAndEmptyMeansNone() {
    try (FilterHarness gateway =
        FilterHarness.of(
            """
            - secure-headers:
                override: false
                referrer-policy: ""
                content-security-policy: "default-src 'self'"
                remove: []
            """)) {
      gateway.upstreamAnswers(200, "X-Frame-Options: SAMEORIGIN", "Server: mine");
      RawResponse answer = gateway.get("/");
      assertEquals("SAMEORIGIN", answer.header("X-Frame-Options"));
      assertEquals("default-src 'self'", answer.header("Content-Security-Policy"));
      assertEquals("mine", answer.header("Server"));
      assertNull(answer.header("Referrer-Policy"));
    }
  }

  @Test
  void aValueOnTwoLinesIsRefused() {
    List<String> problems =
        FilterHarness.problems("- secure-headers: {content-security-policy: \"a\\nb\"}");
    assertEquals(1, problems.size(), problems::toString);
  }
}
