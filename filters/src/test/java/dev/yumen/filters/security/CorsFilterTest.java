package dev.yumen.filters.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorsFilterTest {
  private static final String SHOP =
      """
      - cors:
          allow-origins: ["https://shop.example.com", "https://*.apps.example.com"]
          allow-methods: [GET, PUT]
          allow-headers: [Content-Type, X-Token]
          expose-headers: [X-Total]
          allow-credentials: true
          max-age: 1h
      """;
  private static final String ALLOW_ORIGIN = "Access-Control-Allow-Origin";

  private static RawResponse preflight(FilterHarness gateway, String origin) {
    return gateway.send(
        "OPTIONS",
        "/a",
        "Origin: " + origin,
        "Access-Control-Request-Method: PUT",
        "Access-Control-Request-Headers: x-token");
  }

  @Test
  void preflightIsAnsweredHere() {
    try (FilterHarness gateway = FilterHarness.of(SHOP)) {
      RawResponse answer = preflight(gateway, "https://shop.example.com");
      assertEquals(204, answer.status());
      assertEquals(List.of("https://shop.example.com"), answer.headerValues(ALLOW_ORIGIN));
      assertEquals("GET, PUT", answer.header("Access-Control-Allow-Methods"));
      assertEquals("Content-Type, X-Token", answer.header("Access-Control-Allow-Headers"));
      assertEquals("true", answer.header("Access-Control-Allow-Credentials"));
      assertEquals("3600", answer.header("Access-Control-Max-Age"));
      assertEquals(
          "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
          answer.header("Vary"));
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void preflightFromUnknownOriginIsRejected() {
    try (FilterHarness gateway = FilterHarness.of(SHOP)) {
      RawResponse answer = preflight(gateway, "https://evil.example");
      assertEquals(403, answer.status());
      assertNull(answer.header(ALLOW_ORIGIN));
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void otherOptionsRequestsAreForwarded() {
    try (FilterHarness gateway = FilterHarness.of(SHOP)) {
      assertEquals(200, gateway.send("OPTIONS", "/a", "Origin: https://shop.example.com").status());
      assertEquals(1, gateway.forwarded());
    }
  }

  @Test
  void anAllowedOriginMayReadTheAnswer() {
    try (FilterHarness gateway = FilterHarness.of(SHOP)) {
      RawResponse answer = gateway.get("/a", "Origin: https://shop.example.com");
      assertEquals("https://shop.example.com", answer.header(ALLOW_ORIGIN));
      assertEquals("true", answer.header("Access-Control-Allow-Credentials"));
      assertEquals("X-Total", answer.header("Access-Control-Expose-Headers"));
      assertEquals("Origin", answer.header("Vary"));
    }
  }

  @Test
  void noFieldIsDoubledWhenTheUpstreamSendsItToo() {
    try (FilterHarness gateway = FilterHarness.of(SHOP)) {
      gateway.upstreamAnswers(
          200,
          "Access-Control-Allow-Origin: *",
          "Access-Control-Expose-Headers: X-Other",
          "Vary: Accept-Encoding, origin");
      RawResponse answer = gateway.get("/a", "Origin: https://shop.example.com");
      assertEquals(List.of("https://shop.example.com"), answer.headerValues(ALLOW_ORIGIN));
      assertEquals(List.of("X-Total"), answer.headerValues("Access-Control-Expose-Headers"));
      assertEquals(List.of("Accept-Encoding, origin"), answer.headerValues("Vary"));
    }
  }

  @Test
  void varyIsKeptAndOriginAdded() {
    try (FilterHarness gateway = FilterHarness.of(SHOP)) {
      gateway.upstreamAnswers(200, "Vary: Accept-Encoding");
      assertEquals(List.of("Accept-Encoding", "Origin"), gateway.get("/a").headerValues("Vary"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example",
        "https://shop.example.com.evil.example",
        "http://shop.example.com",
        "https://shop.example.com:8443",
        "https://apps.example.com",
        "https://evil.example/.apps.example.com",
        "https://a@b.apps.example.com",
        "null",
      })
  void anUnknownOriginMayNotReadWhateverTheUpstreamSays(String origin) {
    try (FilterHarness gateway = FilterHarness.of(SHOP)) {
      gateway.upstreamAnswers(
          200, "Access-Control-Allow-Origin: *", "Access-Control-Allow-Credentials: true");
      RawResponse answer = gateway.get("/a", "Origin: " + origin);
      assertEquals(200, answer.status());
      assertNull(answer.header(ALLOW_ORIGIN));
      assertNull(answer.header("Access-Control-Allow-Credentials"));
      assertEquals("Origin", answer.header("Vary"));
    }
  }

  @Test
  void aStarStandsForEveryNameBelow() {
    try (FilterHarness gateway = FilterHarness.of(SHOP)) {
      String origin = "https://a.b.apps.example.com";
      assertEquals(origin, gateway.get("/", "Origin: " + origin).header(ALLOW_ORIGIN));
    }
  }

  @Test
  void allOriginsGetTheSameAnswerThatMayBeCached() {
    try (FilterHarness gateway = FilterHarness.of("- cors: {allow-origins: \"*\"}")) {
      RawResponse answer = gateway.get("/a", "Origin: https://any.example");
      assertEquals("*", answer.header(ALLOW_ORIGIN));
      assertNull(answer.header("Vary"));
      assertEquals("*", gateway.get("/a").header(ALLOW_ORIGIN));
      assertEquals(204, preflight(gateway, "https://any.example").status());
    }
  }

  @Test
  void errorsCanBeReadByAllowedOriginsToo() {
    try (FilterHarness gateway =
        FilterHarness.of(SHOP + "- ip-restriction: {deny: [127.0.0.1]}\n")) {
      RawResponse answer = gateway.get("/a", "Origin: https://shop.example.com");
      assertEquals(403, answer.status());
      assertEquals("https://shop.example.com", answer.header(ALLOW_ORIGIN));
    }
  }

  @Test
  void aSecondLineOfVaryCountsToo() {
    try (FilterHarness gateway = FilterHarness.of(SHOP)) {
      gateway.upstreamAnswers(200, "Vary: Accept-Encoding", "Vary: Cookie , ORIGIN");
      assertEquals(2, gateway.get("/a").headerValues("Vary").size());
      gateway.upstreamAnswers(200, "Vary: *");
      assertEquals(List.of("*"), gateway.get("/a").headerValues("Vary"));
    }
  }

  @Test
  void pagesOfPublicSitesMayAskAPrivateNetworkWhereThatIsWanted() {
    String[] fields = {
      "Origin: https://any.example",
      "Access-Control-Request-Method: GET",
      "Access-Control-Request-Private-Network: true"
    };
    String field = "Access-Control-Allow-Private-Network";
    try (FilterHarness gateway = FilterHarness.of("- cors: {allow-origins: \"*\"}")) {
      assertNull(gateway.send("OPTIONS", "/", fields).header(field));
    }
    String filter = "- cors: {allow-origins: \"*\", allow-private-network: true}";
    try (FilterHarness gateway = FilterHarness.of(filter)) {
      assertEquals("true", gateway.send("OPTIONS", "/", fields).header(field));
      assertNull(gateway.send("OPTIONS", "/", fields[0], fields[1]).header(field));
    }
  }

  @Test
  void theOriginOfNoPageIsAllowedByNameAndWithoutCredentialsOnly() {
    try (FilterHarness gateway = FilterHarness.of("- cors: {allow-origins: \"null\"}")) {
      assertEquals("null", gateway.get("/", "Origin: null").header(ALLOW_ORIGIN));
      assertNull(gateway.get("/", "Origin: https://any.example").header(ALLOW_ORIGIN));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{allow-origins: \"null\", allow-credentials: true}",
        "{allow-origins: \"*\", allow-credentials: true}",
        "{allow-origins: \"https://a.example\", allow-headers: \"*\", allow-credentials: true}",
        "{allow-origins: []}",
        "{}",
        "{allow-origins: \"https://a.example/\"}",
        "{allow-origins: \"https://A.example\"}",
        "{allow-origins: \"a.example\"}",
        "{allow-origins: \"https://a.*.example\"}",
        "{allow-origins: \"*\", allow-methods: [\"GET PUT\"]}",
        "{allow-origins: \"*\", max-age: -1s}",
      })
  void settingsThatCouldNotWorkAreRefused(String settings) {
    List<String> problems = FilterHarness.problems("- cors: " + settings);
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains("expected"), problems::toString);
  }
}
