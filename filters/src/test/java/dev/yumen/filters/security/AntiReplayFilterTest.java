package dev.yumen.filters.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AntiReplayFilterTest {
  private static final long NOW = 1_800_000_000L;

  private final ManualClock clock = new ManualClock(Instant.ofEpochSecond(NOW));

  private static int send(FilterHarness gateway, String nonce, long time) {
    return gateway.get("/", "X-Nonce: " + nonce, "X-Timestamp: " + time).status();
  }

  @Test
  void aRequestComesThroughOnce() {
    try (FilterHarness gateway = FilterHarness.of("- anti-replay: {window: 1m}", clock)) {
      assertEquals(200, send(gateway, "nonce-00001", NOW));
      assertEquals(403, send(gateway, "nonce-00001", NOW));
      assertEquals(403, send(gateway, "nonce-00001", NOW + 1));
      assertEquals(200, send(gateway, "nonce-00002", NOW));
      clock.advance(Duration.ofSeconds(60));
      assertEquals(403, send(gateway, "nonce-00001", NOW));
      clock.advance(Duration.ofSeconds(1));
      assertEquals(403, send(gateway, "nonce-00003", NOW));
      assertEquals(2, gateway.forwarded());
    }
  }

  @ParameterizedTest
  @CsvSource({"-300, 200", "-301, 403", "30, 200", "31, 403"})
  void theTimeMustBeNear(long offset, int status) {
    try (FilterHarness gateway = FilterHarness.of("- anti-replay", clock)) {
      assertEquals(status, send(gateway, "nonce-00001", NOW + offset));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "X-Nonce: nonce-00001  | X-Any: thing",
        "X-Any: thing          | X-Timestamp: 1800000000",
        "X-Nonce: short        | X-Timestamp: 1800000000",
        "X-Nonce: with spaces  | X-Timestamp: 1800000000",
        "X_Nonce: nonce-00001  | X-Timestamp: 1800000000",
        "X-Nonce: nonce-00001  | X-Timestamp: 1800000000.5",
        "X-Nonce: nonce-00001  | X-Timestamp: -1800000000",
        "X-Nonce: nonce-00001  | X-Timestamp: 99999999999999999999",
        "X-Nonce: nonce-00001  | X-Nonce: nonce-00002",
      })
  void whatCannotBeReadIsABadRequest(String first, String second) {
    try (FilterHarness gateway = FilterHarness.of("- anti-replay", clock)) {
      assertEquals(400, gateway.get("/", first, second).status());
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void noncesAreUniqueWithinTheKey() {
    String filter = "- anti-replay: {key: \"header:X-Device\"}";
    try (FilterHarness gateway = FilterHarness.of(filter, clock)) {
      String[] fields = {"X-Nonce: nonce-00001", "X-Timestamp: " + NOW, "X-Device: a"};
      assertEquals(200, gateway.get("/", fields).status());
      assertEquals(403, gateway.get("/", fields).status());
      fields[2] = "X-Device: b";
      assertEquals(200, gateway.get("/", fields).status());
    }
  }

  @Test
  void whatWasSeenOutlivesAReload() {
    try (FilterHarness gateway = FilterHarness.of("- anti-replay", clock)) {
      assertEquals(200, send(gateway, "nonce-00001", NOW));
      assertEquals(List.of(), gateway.reload("- anti-replay\n- request-id"));
      assertEquals(403, send(gateway, "nonce-00001", NOW));
    }
  }

  @Test
  void gatewaysRememberInARedisTogether() {
    String redis = "redis: {seen: {nodes: \"127.0.0.1:6379\", timeout: 5s, connect-timeout: 9s}}";
    String filter = "- anti-replay: {replay: {redis: seen, when-gone: fail-closed}}";
    try (FilterHarness gateway = FilterHarness.of("/**", filter, redis)) {
      long now = Instant.now().getEpochSecond();
      Eventually.within(
          Duration.ofSeconds(10), () -> send(gateway, UUID.randomUUID().toString(), now) == 200);
      assertEquals(200, send(gateway, "nonce-00001", now));
      assertEquals(403, send(gateway, "nonce-00001", now));
      assertEquals(List.of(), gateway.reload("- anti-replay"));
      assertEquals(200, send(gateway, "nonce-00001", now), "it was not remembered here");
    }
  }

  @ParameterizedTest
  @CsvSource({"local, 200, 403", "fail-closed, 503, 503"})
  void whatHappensWithoutRedisIsASetting(String whenGone, int first, int second) {
    String redis = "redis: {seen: {nodes: \"127.0.0.1:1\"}}";
    String filter = "- anti-replay: {replay: {redis: seen, when-gone: %s}}".formatted(whenGone);
    try (FilterHarness gateway = FilterHarness.of("/**", filter, redis)) {
      long now = Instant.now().getEpochSecond();
      assertEquals(first, send(gateway, "nonce-00001", now));
      assertEquals(second, send(gateway, "nonce-00001", now));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{nonce-header: a b}           | nonce-header: \"a b\"",
        "{window: 0s}                  | window: ",
        "{clock-skew: 2h}              | clock-skew: ",
        "{key: client}                 | key: \"client\"",
        "{replay: {remembered: 1}}     | replay.remembered: 1",
        "{replay: {redis: nowhere}}    | replay.redis: \"nowhere\"",
      })
  void settingsThatCouldNotWorkAreRefused(String settings, String problem) {
    List<String> problems = FilterHarness.problems("- anti-replay: " + settings);
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains(problem), problems::toString);
  }
}
