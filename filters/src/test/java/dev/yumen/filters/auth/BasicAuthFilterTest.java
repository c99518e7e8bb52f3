package dev.yumen.filters.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Consumer;
import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.junit.jupiter.api.Nested;
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

  @Nested
  class WithHashes {
    /** Of "secret" and of "word". */
    private static final String HASHED =
        """
        consumers:
          - {name: ann, credentials: [{basic: {username: ann, password-hash: "%s"}}]}
          - {name: bob, credentials: [{basic: {username: bob, password-hash: "%s"}}]}
          - {name: eve, credentials: [{basic: {username: eve, password: plain}}]}
        """
            .formatted(
                PasswordHash.of("secret".getBytes(UTF_8)),
                OpenBSDBCrypt.generate(
                    "2b", "word".getBytes(UTF_8), "sixteen bytes ..".getBytes(UTF_8), 4));

    @Test
    void aPasswordIsProvenByItsHashAndThenRemembered() {
      try (FilterHarness gateway = FilterHarness.of("/**", "- basic-auth", HASHED)) {
        for (int i = 0; i < 3; i++) {
          assertEquals(200, gateway.get("/", basic("ann:secret")).status());
          assertEquals("ann", gateway.seen().header("X-Consumer-ID"));
          assertNull(gateway.seen().header("Authorization"));
        }
        assertEquals(200, gateway.get("/", basic("bob:word")).status());
        assertEquals("bob", gateway.seen().header("X-Consumer-ID"));
        assertEquals(200, gateway.get("/", basic("eve:plain")).status());
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ann:word", "ann:", "bob:secret", "eve:secret", "nobody:secret", "ann"})
    void aWrongPasswordIsInvalidAlsoAfterARightOne(String pair) {
      try (FilterHarness gateway = FilterHarness.of("/**", "- basic-auth", HASHED)) {
        assertEquals(200, gateway.get("/", basic("ann:secret")).status());
        assertInvalid(gateway.get("/", basic(pair)));
        assertInvalid(gateway.get("/", basic(pair)));
        assertEquals(1, gateway.forwarded());
      }
    }

    /** A nobody costs about what a wrong password costs, far more than a look-up. */
    @Test
    void theHashOfANobodyIsComputedToo() {
      Passwords passwords = new Passwords();
      Consumer ann = new Consumer("ann", List.of(), Map.of(), List.of());
      String hash = PasswordHash.of("secret".getBytes(UTF_8));
      Consumer.Basic basic = new Consumer.Basic("ann", null, hash);
      passwords.add(basic, hash, UpstreamIdentity.of(ann, "basic-auth"));
      long wrong = fastest(passwords, "ann:wrong");
      long nobody = fastest(passwords, "nobody:secret");
      assertTrue(nobody > wrong / 4, () -> wrong + " and " + nobody + " ns");
    }

    private static long fastest(Passwords passwords, String pair) {
      long least = Long.MAX_VALUE;
      for (int i = 0; i < 5; i++) {
        long start = System.nanoTime();
        assertNull(passwords.prove(pair.getBytes(UTF_8)));
        least = Math.min(least, System.nanoTime() - start);
      }
      return least;
    }

    /** Checks of half a second each, far more than may wait; others are served all the time. */
    @Test
    void aStormOfPasswordsIsRefusedAndStopsNobodyElse() {
      String dear = "$argon2id$v=19$m=65536,t=8,p=1$c29tZXNhbHQ$" + "A".repeat(43);
      String consumers =
          """
          consumers:
            - {name: ann, credentials: [{basic: {username: ann, password-hash: "%s"}}]}
            - {name: eve, credentials: [{basic: {username: eve, password: plain}}]}
          """
              .formatted(dear);
      List<RawClient> storm = new ArrayList<>();
      try (FilterHarness gateway = FilterHarness.of("/**", "- basic-auth", consumers)) {
        int requests = 100 + Runtime.getRuntime().availableProcessors();
        for (int i = 0; i < requests; i++) {
          String line = basic("ann:" + i) + "\r\n";
          storm.add(gateway.connect().send("GET / HTTP/1.1\r\nHost: h\r\n" + line + "\r\n"));
        }
        String refused = "gateway_failures_total{code=\"OVERLOADED\",source=\"gateway\"} ";
        Eventually.within(
            Duration.ofSeconds(30), refused, () -> gateway.metrics().contains(refused));
        assertEquals(200, gateway.get("/", basic("eve:plain")).status());
      } finally {
        storm.forEach(RawClient::close);
      }
    }

    @Test
    void aHashThatIsNoneIsRefusedWithoutBeingShown() {
      String consumers =
          "consumers: [{name: a, credentials: [{basic: {username: a, password-hash: hunter2}}]}]";
      List<String> problems = FilterHarness.problems("- basic-auth", consumers);
      assertEquals(1, problems.size(), problems::toString);
      assertFalse(problems.getFirst().contains("hunter2"), problems::toString);
      assertTrue(problems.getFirst().contains("yumen hash-password"), problems::toString);
    }
  }

  @Test
  void aGatewayWithoutAnyPasswordIsRefused() {
    List<String> problems =
        FilterHarness.problems("- basic-auth", "consumers: [{name: a, credentials: []}]");
    assertEquals(1, problems.size(), problems::toString);
  }
}
