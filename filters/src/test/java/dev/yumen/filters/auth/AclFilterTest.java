package dev.yumen.filters.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AclFilterTest {
  private static final String CONSUMERS =
      """
      consumers:
        - {name: ann, groups: [vip, staff], credentials: [{api-key: key-of-ann}]}
        - {name: bob, groups: [guests], credentials: [{basic: {username: bob, password: secret-7}}, {api-key: key-of-bob}]}
        - {name: eve, credentials: [{api-key: key-of-eve}]}
      """;

  private static FilterHarness gateway(String settings) {
    return FilterHarness.of("/**", "- api-key\n- acl: " + settings, CONSUMERS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{allow: {groups: staff}}                             | 200 | 403 | 403",
        "{allow: {groups: [guests, vip]}}                     | 200 | 200 | 403",
        "{allow: {consumers: bob}}                            | 403 | 200 | 403",
        "{allow: {consumers: eve, groups: vip}}               | 200 | 403 | 200",
        "{deny: {groups: guests}}                             | 200 | 403 | 200",
        "{allow: {groups: staff}, deny: {consumers: ann}}     | 403 | 403 | 403",
        "{allow: {consumers: [ann, bob]}, deny: {groups: vip}} | 403 | 200 | 403",
      })
  void denyWinsAndAllowMeansNobodyElse(String settings, int ann, int bob, int eve) {
    try (FilterHarness gateway = gateway(settings)) {
      assertEquals(ann, gateway.get("/", "X-API-Key: key-of-ann").status());
      assertEquals(bob, gateway.get("/", "X-API-Key: key-of-bob").status());
      assertEquals(eve, gateway.get("/", "X-API-Key: key-of-eve").status());
      long passed = List.of(ann, bob, eve).stream().filter(status -> status == 200).count();
      assertEquals(passed, gateway.forwarded());
    }
  }

  @Test
  void whoIsNotAllowedLearnsNothingOfTheRules() {
    try (FilterHarness gateway = gateway("{allow: {groups: staff}}")) {
      RawResponse answer = gateway.get("/", "X-API-Key: key-of-bob");
      assertTrue(answer.text().contains("FORBIDDEN"), answer::text);
      assertFalse(answer.text().contains("staff"), answer::text);
      assertFalse(answer.text().contains("bob"), answer::text);
    }
  }

  @Test
  void whoIsUnknownIsAskedForWhatConsumersHave() {
    try (FilterHarness gateway =
        FilterHarness.of("/**", "- acl: {deny: {groups: guests}, realm: shop}", CONSUMERS)) {
      RawResponse answer = gateway.get("/", "X-Consumer-ID: ann", "X-Consumer-Groups: staff");
      assertEquals(401, answer.status());
      assertTrue(answer.text().contains("AUTH_MISSING"), answer::text);
      assertEquals(
          List.of("ApiKey realm=\"shop\"", "Basic realm=\"shop\", charset=\"UTF-8\""),
          answer.headerValues("WWW-Authenticate"));
      assertEquals(0, gateway.forwarded());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                              | routes[0].filters[0].acl: nobody",
        "{allow: {}}                     | routes[0].filters[0].acl.allow: nobody",
        "{deny: {consumers: anne}}       | acl.deny.consumers: \"anne\" (expected: the name of a consumer: ann, bob, eve)",
        "{allow: {groups: [vip, stuff]}} | acl.allow.groups: \"stuff\" (expected: a group that a consumer is in: guests, staff, vip)",
        "{allow: {groups: vip}, realm: ''} | acl.realm: \"\"",
      })
  void settingsThatCouldNotWorkAreRefused(String settings, String problem) {
    List<String> problems = FilterHarness.problems("- acl: " + settings, CONSUMERS);
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains(problem), problems::toString);
  }
}
