package dev.yumen.filters;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FilterCountersTest {
  private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE ([a-z_]+) ");

  @Test
  void everyMetricOfAGatewayWithFiltersIsOnThePage() throws IOException {
    String page = Files.readString(Path.of("../docs/metrics.md"));
    Set<String> missing = new TreeSet<>();
    try (FilterHarness gateway =
        FilterHarness.of(
            "/**",
            """
            - access-log
            - circuit-breaker
            - client-credentials: {token-url: 'https://127.0.0.1:9', client-id: a, client-secret: b}
            - concurrency-limit: 5
            - fault: {delay: 5ms}
            - rate-limit: {rate: 1/s, cost: {response-header: X-Cost}}
            - rate-limit: {rate: 1/s, mode: queue, max-wait: 1s}
            - mirror: users
            - jwt: {jwks: {url: 'http://127.0.0.1:9/', allow-http: true}}
            - oidc-login: {issuer: 'https://127.0.0.1:9', client-id: a, cookie-secret: 0123456789abcdef0123456789abcdef, session: {redis: main}}
            - oauth2-introspection: {upstream: users, client-id: a, client-secret: b}
            - traffic-split: {rules: [{to: users}]}
            """,
            "redis: {main: '127.0.0.1:9'}")) {
      String text = new String(gateway.gateway().metrics().scrape(null, null).body(), UTF_8);
      Matcher type = TYPE.matcher(text);
      Set<String> names = type.results().map(found -> found.group(1)).collect(Collectors.toSet());
      assertTrue(names.contains("gateway_rate_limited_total"), text);
      for (String name : names) {
        if (!page.contains("| `" + name + "` |")) {
          missing.add(name);
        }
      }
    }
    assertEquals(Set.of(), missing);
  }
}
