package dev.yumen.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Signed tokens under load: an issuer that renews its keys without notice and goes away for a
 * while, and a storm of tokens that each cost a check. Prints what came through and how long
 * requests took.
 */
@Tag("alone")
class TokensUnderLoadIT {
  private static final int RATE = Scale.of(100, 250);
  private static final int CONNECTIONS = 32;
  private static final int ROTATIONS = Scale.of(3, 10);
  private static final Duration STEP = Duration.ofMillis(Scale.of(1_500, 3_000));
  private static final Duration OUTAGE = Duration.ofSeconds(Scale.of(3, 60));
  private static final int STORM_RATE = Scale.of(1_000, 3_000);
  private static final Duration STORM = Duration.ofSeconds(Scale.of(2, 10));
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path folder;

  private static String configuration(KeyServer issuer, FixedUpstream service) {
    return """
    listeners: {http: {address: "127.0.0.1:0"}}
    management: {address: "127.0.0.1:0"}
    overload: {loop-delay: 10s}
    upstreams: {service: {endpoints: "%s"}}
    routes:
      - id: closed
        match: {path: /closed}
        filters:
          - jwt: {jwks: {url: "%s", allow-http: true, refetch: 500ms}}
        to: service
      - id: shut
        match: {path: /shut}
        filters: [{ip-restriction: {deny: 127.0.0.1}}]
        to: service
      - id: open
        match: {path: /open}
        to: service
    """
        .formatted(service.address(), issuer.url());
  }

  private static OpenLoad.Plan plan(GatewayProcess gateway, String path, int rate) {
    return new OpenLoad.Plan(gateway.port(), path, rate, CONNECTIONS, 0);
  }

  private static String bearer(String token) {
    return "Authorization: Bearer " + token + "\r\n";
  }

  @Test
  void keysAreRenewedAndTheirIssuerGoesAwayWithoutAFailedToken() {
    AtomicLong number = new AtomicLong();
    try (KeyServer issuer = new KeyServer();
        FixedUpstream service = new FixedUpstream("service");
        GatewayProcess gateway = GatewayProcess.start(folder, configuration(issuer, service));
        OpenLoad load =
            OpenLoad.start(
                plan(gateway, "/closed", RATE),
                () -> {
                  long each = number.incrementAndGet();
                  return bearer(issuer.signer(each).token(each));
                })) {
      load.goOn(STEP);
      for (int i = 0; i < ROTATIONS; i++) {
        issuer.rotate();
        load.goOn(STEP);
      }
      long down = System.nanoTime();
      issuer.goDown();
      load.goOn(OUTAGE);
      issuer.comeBack();
      long back = System.nanoTime();
      issuer.rotate();
      load.goOn(STEP);
      LoadFigures all = load.end();
      LoadFigures outage = all.between(down, back);
      System.out.printf(
          "keys: %d tokens, each another one: %s; %d rotations; p50 %.2f ms, p99 %.2f ms; %d of them"
              + " in %d s without the issuer: %s%n",
          all.count(),
          all.statuses(),
          ROTATIONS + 1,
          all.millis(0.5),
          all.p99(),
          outage.count(),
          OUTAGE.toSeconds(),
          outage.statuses());
      assertEquals(0, all.failed().count(), all::statuses);
      assertTrue(outage.count() > 0);
      double fetches = gateway.metric("gateway_key_fetches_total", "result=\"ok\"");
      assertTrue(fetches >= ROTATIONS + 2, "fetched " + fetches + " times");
    }
  }

  @Test
  void aStormOfForgedTokensLeavesOtherRequestsAndKnownTokensAlone() {
    AtomicLong number = new AtomicLong();
    try (KeyServer issuer = new KeyServer();
        FixedUpstream service = new FixedUpstream("service");
        GatewayProcess gateway = GatewayProcess.start(folder, configuration(issuer, service))) {
      String good = issuer.signer(1).token(1);
      Eventually.within(
          PATIENCE,
          "the keys are there",
          () -> gateway.get("/closed", "Authorization: Bearer " + good).status() == 200);
      storm(gateway, "/closed", good, () -> ""); // until code is compiled
      Storm cheap = storm(gateway, "/shut", good, () -> "");
      Storm dear =
          storm(
              gateway,
              "/closed",
              good,
              () -> bearer(KeyServer.forged(good, number.incrementAndGet())));
      System.out.printf("storm of refusals without a check: %s%n", cheap);
      System.out.printf("storm of forged ES256 tokens: %s%n", dear);
      assertEquals(0, dear.open.failed().count(), dear.open::statuses);
      assertEquals(0, dear.known.failed().count(), dear.known::statuses);
      assertEquals(
          0, dear.refused.where(answer -> answer.status() / 100 == 2).count(), dear::toString);
      assertTrue(gateway.metric("gateway_jwt_tokens_total", "result=\"signature\"") > 0);
    }
  }

  /** What a storm came to, and two small loads beside it. */
  private record Storm(LoadFigures refused, LoadFigures open, LoadFigures known, double delay) {
    @Override
    public String toString() {
      return ("%d offered in %d s: %s; beside them on an open route p50 %.2f ms, p99 %.2f ms (%s), with"
              + " a known token p50 %.2f ms, p99 %.2f ms (%s); longest delay of a loop %.2f ms")
          .formatted(
              refused.count(),
              STORM.toSeconds(),
              refused.statuses(),
              open.millis(0.5),
              open.p99(),
              open.statuses(),
              known.millis(0.5),
              known.p99(),
              known.statuses(),
              1_000 * delay);
    }
  }

  private static Storm storm(
      GatewayProcess gateway, String path, String good, Supplier<String> head) {
    int calm = STORM_RATE / 50;
    try (OpenLoad storm = OpenLoad.start(plan(gateway, path, STORM_RATE), head);
        OpenLoad open = OpenLoad.start(plan(gateway, "/open", calm));
        OpenLoad known = OpenLoad.start(plan(gateway, "/closed", calm), () -> bearer(good))) {
      double delay = 0;
      for (int second = 0; second < STORM.toSeconds(); second++) {
        storm.goOn(Duration.ofSeconds(1));
        delay = Math.max(delay, gateway.metric("gateway_overload_loop_delay_seconds", ""));
      }
      return new Storm(storm.end(), open.end(), known.end(), delay);
    }
  }
}
