package dev.yumen.filters.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawResponse;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BasicAuthFilterTest {
  private static final String CONSUMERS =
      """
      consumers:
        - {name: ann, groups: [vip], credentials: [{basic: {username: ann, password: "a:b"}}]}
        - {name: eve, credentials: [{basic: {username: "ève", password: "pässword"}}]}
      """;

  private static FilterHarness gateway(String settings) {
    return FilterHarness.of("/**", "- basic-auth: " + settings, CONSUMERS);
  }

  private static String basic(String pair) {
    return "Authorization: Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
  }

  @Test
  void aKnownPasswordBecomesItsConsumer() {
    try (FilterHarness gateway = gateway("{}")) {
      assertEquals(200, gateway.get("/", basic("ann:a:b"), "X-Consumer-ID: admin").status());
      assertEquals(List.of("ann"), gateway.seen().headerValues("X-Consumer-ID"));
      assertEquals("vip", gateway.seen().header("X-Consumer-Groups"));
      assertNull(gateway.seen().header("Authorization"));
    }
  }

  @Test
  void namesAndPasswordsAreUtf8() {
    try (FilterHarness gateway = gateway("{}")) {
      assertEquals(200, gateway.get("/", basic("ève:pässword")).status());
    }
  }

  @Test
  void theSchemeIsNamedInAnyCase() {
    try (FilterHarness gateway = gateway("{hide-credentials: false}")) {
      String line = basic("ann:a:b").replace("Basic", "bAsIc");
      assertEquals(200, gateway.get("/", line).status());
      assertEquals(line, "Authorization: " + gateway.seen().header("Authorization"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Authorization: Bearer abc\r\n", "Authorization: Basic\r\n"})
  void withoutAPasswordTheClientIsAskedForOne(String line) {
    try (FilterHarness gateway = gateway("{realm: the shop}")) {
      RawResponse answer =
          gateway.get("/", line.isEmpty() ? new String[0] : new String[] {line.strip()});
      assertEquals(401, answer.status());
      assertEquals(
          "Basic realm=\"the shop\", charset=\"UTF-8\"", answer.header("WWW-Authenticate"));
      assertTrue(answer.text().contains("AUTH_MISSING"), answer::text);
      assertEquals(0, gateway.forwarded());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ann:a", "ann:a:b2", "eve:a:b", "ann", ":", ""})
  void anotherPasswordIsInvalid(String pair) {
    try (FilterHarness gateway = gateway("{}")) {
      RawResponse answer = gateway.get("/", basic(pair) + " ");
      assertEquals(401, answer.status());
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void whatIsNotBase64OrComesTwiceIsInvalid() {
    try (FilterHarness gateway = gateway("{}")) {
      assertInvalid(gateway.get("/", "Authorization: Basic a!b"));
      assertInvalid(gateway.get("/", basic("ann:a:b"), basic("ann:a:b")));
      assertEquals(0, gateway.forwarded());
    }
  }

  private static void assertInvalid(RawResponse answer) {
    assertEquals(401, answer.status());
    assertTrue(answer.text().contains("AUTH_INVALID"), answer::text);
  }

  @Test
  void theLastOfTwoProofsIsTheConsumer() {
    try (FilterHarness gateway =
        FilterHarness.of(
            "/**",
            "- basic-auth\n- api-key",
            """
            consumers:
              - {name: ann, groups: [vip], credentials: [{basic: {username: ann, password: p}}]}
              - {name: app, credentials: [{api-key: key-of-app}]}
            """)) {
      assertEquals(200, gateway.get("/", basic("ann:p"), "X-API-Key: key-of-app").status());
      assertEquals(List.of("app"), gateway.seen().headerValues("X-Consumer-ID"));
      assertNull(gateway.seen().header("X-Consumer-Groups"));
      assertEquals(401, gateway.get("/", "X-API-Key: key-of-app").status());
    }
  }

  @Test
  void aGatewayWithoutAnyPasswordIsRefused() {
    List<String> problems =
        FilterHarness.problems("- basic-auth", "consumers: [{name: a, credentials: []}]");
    assertEquals(1, problems.size(), problems::toString);
  }
}
