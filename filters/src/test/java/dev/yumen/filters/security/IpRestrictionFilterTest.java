package dev.yumen.filters.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpRestrictionFilterTest {
  private static final String TRUSTED = "trusted-proxies: [\"127.0.0.0/8\"]";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{allow: [10.0.0.0/8]}                       | 10.1.2.3         | 200",
        "{allow: [10.0.0.0/8]}                       | 11.1.2.3         | 403",
        "{allow: [10.0.0.0/8]}                       | ::ffff:10.1.2.3  | 200",
        "{allow: [10.0.0.0/8]}                       | ::ffff:11.1.2.3  | 403",
        "{allow: 10.0.0.0/8, deny: [10.9.0.0/16]}    | 10.9.1.1         | 403",
        "{deny: [10.9.0.0/16]}                       | 10.8.1.1         | 200",
        "{allow: ['2001:db8::/32']}                  | 2001:db8::7      | 200",
        "{allow: ['2001:db8::/32']}                  | 2001:db9::7      | 403",
        "{allow: [0.0.0.0/0]}                        | 2001:db8::7      | 403",
        "{deny: ['::ffff:10.0.0.0/104']}             | 10.1.2.3         | 403",
        "{deny: ['::ffff:10.0.0.0/104']}             | ::ffff:a01:203   | 403",
        "{deny: ['::ffff:10.0.0.0/104']}             | 11.1.2.3         | 200",
        "{deny: ['::ffff:10.1.2.3']}                 | 10.1.2.3         | 403",
      })
  void clientsAreLetInByTheirAddress(String settings, String client, int status) {
    try (FilterHarness gateway =
        FilterHarness.of("/**", "- ip-restriction: " + settings, TRUSTED)) {
      String shown = client.indexOf(':') >= 0 ? "\"[" + client + "]\"" : client;
      RawResponse answer = gateway.get("/", "Forwarded: for=" + shown);
      assertEquals(status, answer.status());
      assertEquals(status == 200 ? 1 : 0, gateway.forwarded());
    }
  }

  @Test
  void aForgedAddressOfAnUntrustedPeerDoesNotCount() {
    try (FilterHarness gateway = FilterHarness.of("- ip-restriction: {allow: [10.0.0.0/8]}")) {
      RawResponse answer = gateway.get("/", "X-Forwarded-For: 10.1.2.3");
      assertEquals(403, answer.status());
      assertTrue(answer.text().contains("FORBIDDEN"), answer::text);
      assertFalse(answer.text().contains("127.0.0.1"), answer::text);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{allow: [10.0.0.1/8]}",
        "{allow: [example.com]}",
        "{deny: [10/8]}",
        "{deny: ['::ffff:10.0.0.0/8']}"
      })
  void settingsThatCouldNotWorkAreRefused(String settings) {
    List<String> problems = FilterHarness.problems("- ip-restriction: " + settings);
    assertEquals(1, problems.size(), problems::toString);
  }
}
