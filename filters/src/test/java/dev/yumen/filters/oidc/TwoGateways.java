package dev.yumen.filters.oidc;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.ManualClock;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.RedisServer;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Two gateways that keep the sessions of one client in one Redis, and the provider of these. */
final class TwoGateways implements AutoCloseable {
  static final String SESSION = "yumen-session";
  private static final String EVENT = "http://schemas.openid.net/event/backchannel-logout";

  final ManualClock clock = new ManualClock(Instant.now());
  final ScriptedProvider provider = new ScriptedProvider(clock);
  final RedisServer redis;
  final FilterHarness one;
  final FilterHarness other;

  /**
   * Starts them.
   *
   * @param more settings of the filter
   * @param options of Redis
   */
  TwoGateways(Path folder, String more, String... options) {
    redis = RedisServer.start(folder, options);
    one = gateway(folder, more, "");
    other = gateway(folder, more, "");
  }

  /** One more, with further settings of Redis. */
  FilterHarness gateway(Path folder, String more, String login) {
    return FilterHarness.run(
            """
        listeners: {http: {address: "127.0.0.1:8080"}}
        limits: {filter-timeout: 60s}
        upstreams: {users: {endpoints: ["127.0.0.1:9001"]}}
        redis: {main: {nodes: "%s", timeout: 5s, connect-timeout: 9s%s}}
        routes:
          - {id: open, match: {path: "/open"}, to: users}
          - id: test
            match: {path: "/**"}
            to: users
            filters: [%s]
        """
                .formatted(redis.address(), login, filter(", session: {redis: main}" + more)),
            folder,
            clock)
        .awaitRedis();
  }

  /** The filter of both. */
  String filter(String more) {
    return "oidc-login: {issuer: '%s', client-id: shop, allow-http: true, cookie-secret: %s%s}"
        .formatted(provider.issuer(), "x".repeat(32), more);
  }

  /** Somebody who has logged in at the first one. */
  Browser loggedIn() {
    Browser browser = new Browser(one);
    browser.logIn(provider);
    return browser;
  }

  /** All keys in Redis. */
  List<String> keys() {
    String all = redis.ask("KEYS", "*").replaceAll("[\\[\\]\" ]", "");
    return all.isEmpty() ? List.of() : Stream.of(all.split(",", -1)).sorted().toList();
  }

  /** The keys of sessions. */
  List<String> sessions() {
    return keys().stream().filter(key -> key.endsWith("}")).toList();
  }

  /** A good logout token for a session of the provider, or for all of ann when it is empty. */
  String logoutToken(String jti, String sid) {
    long now = clock.millis() / 1000;
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", provider.issuer());
    claims.put("aud", "shop");
    claims.put("iat", now);
    claims.put("exp", now + 120);
    claims.put("jti", jti);
    claims.put("events", Map.of(EVENT, Map.of()));
    claims.put("sub", "ann");
    if (!sid.isEmpty()) {
      claims.put("sid", sid);
    }
    return provider.signed(claims);
  }

  /** What a gateway says to a logout token. */
  static RawResponse told(FilterHarness gateway, String token) {
    String body = "logout_token=" + URLEncoder.encode(token, UTF_8);
    try (RawClient client = gateway.connect()) {
      return client
          .send(
              "POST /oauth2/backchannel-logout HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s"
                  .formatted(body.length(), body))
          .readResponse();
    }
  }

  static String metrics(FilterHarness gateway) {
    return new String(gateway.gateway().metrics().scrape(null, null).body(), UTF_8);
  }

  static boolean counted(FilterHarness gateway, String result, int number) {
    return metrics(gateway)
        .contains(
            "gateway_oidc_stored_sessions_total{result=\"%s\",route=\"test\"} %d.0\n"
                .formatted(result, number));
  }

  @Override
  public void close() {
    one.close();
    other.close();
    provider.close();
    redis.close();
  }
}
