package dev.yumen.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.e2e.OpenLoad.Answer;
import dev.yumen.testkit.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * All endpoints of a service die under load and come back: the circuit breaker opens, refuses at
 * once, and closes by itself. Prints how long refused requests waited.
 */
@Tag("alone")
class BreakerUnderLoadIT {
  private static final int RATE = 500;
  private static final int CONNECTIONS = 64;
  private static final Duration CALM = Duration.ofSeconds(Scale.of(3, 20));
  private static final Duration DOWN = Duration.ofSeconds(Scale.of(5, 20));
  private static final Duration WINDOW = Duration.ofSeconds(Scale.of(2, 10));
  private static final Duration OPEN = Duration.ofSeconds(Scale.of(2, 5));

  /** Requests this shortly before the end of the endpoints may still be under way then. */
  private static final Duration IN_FLIGHT = Duration.ofSeconds(1);

  /** What is promised. */
  private static final Duration CLOSES_WITHIN = Duration.ofSeconds(10);

  @TempDir Path folder;

  private static String configuration(UpstreamProcess one, UpstreamProcess two) {
    return """
    listeners: {http: {address: "127.0.0.1:0"}}
    management: {address: "127.0.0.1:0"}
    upstreams:
      users:
        endpoints: ["%s", "%s"]
        health-check: {path: /health, interval: 1s, timeout: 500ms, healthy-after: 1}
        circuit-breaker: {error-ratio: 0.5, window: %ds, open-time: %ds}
    routes:
      - {id: users, match: {path: "/users/{id}"}, to: users}
      - {id: fixed, match: {path: "/fixed"}, respond: {status: 503, body: "not now"}}
    """
        .formatted(one.address(), two.address(), WINDOW.toSeconds(), OPEN.toSeconds());
  }

  private static boolean refused(Answer answer) {
    return answer.status() == 503 && answer.told().contains("CIRCUIT_OPEN");
  }

  @Test
  void opensWhenAllEndpointsAreDeadAndClosesWhenTheyAreBack() {
    try (UpstreamProcess one = UpstreamProcess.start(folder, "one");
        UpstreamProcess two = UpstreamProcess.start(folder, "two");
        GatewayProcess gateway = GatewayProcess.start(folder, configuration(one, two))) {
      comparison(gateway);
      try (OpenLoad load = load(gateway, "/users/42")) {
        opensAndCloses(one, two, gateway, load);
      }
    }
  }

  private static OpenLoad load(GatewayProcess gateway, String path) {
    return OpenLoad.start(new OpenLoad.Plan(gateway.port(), path, RATE, CONNECTIONS, 0));
  }

  /** Nothing is refused faster than a fixed answer is given; the rest is the machine's. */
  private static void comparison(GatewayProcess gateway) {
    try (OpenLoad load = load(gateway, "/fixed")) {
      load.goOn(CALM);
      load.goOn(CALM);
      LoadFigures warm = load.end();
      warm = warm.between(System.nanoTime() - CALM.toNanos(), System.nanoTime());
      System.out.printf(
          "a fixed answer: p50 %.2f ms, p90 %.2f ms, p99 %.2f ms%n",
          warm.millis(0.5), warm.millis(0.9), warm.p99());
    }
  }

  private static void opensAndCloses(
      UpstreamProcess one, UpstreamProcess two, GatewayProcess gateway, OpenLoad load) {
    load.goOn(CALM);
    long down = System.nanoTime();
    one.kill();
    two.kill();
    load.goOn(DOWN);
    double opened = gateway.metric("gateway_circuit_breaker_opened_total", "");
    long starting = System.nanoTime();
    one.startAgain();
    two.startAgain();
    long back = System.nanoTime();
    Eventually.within(CLOSES_WITHIN, "the breaker closes", () -> closed(gateway));
    long closed = System.nanoTime();
    load.goOn(Duration.ofSeconds(1));
    LoadFigures figures = load.end();

    LoadFigures refused = figures.where(BreakerUnderLoadIT::refused);
    assertFalse(refused.answers().isEmpty());
    long first = refused.answers().stream().mapToLong(a -> a.due() - down).min().orElseThrow();
    LoadFigures open = refused.between(down + first, starting);
    LoadFigures last = figures.where(answer -> answer.due() - back >= 0).failed();
    System.out.printf(
        "calm p50 %.2f ms, p99 %.2f ms; first refused %.2f s after the end of the endpoints,"
            + " until then %s; %d refused, p50 %.2f ms, p90 %.2f ms, p99 %.2f ms; opened %.0f"
            + " times; closed %.2f s after they were back, %d failed until then%n",
        figures.between(down - CALM.toNanos() / 2, down).millis(0.5),
        figures.between(down - CALM.toNanos() / 2, down).p99(),
        first / 1e9,
        figures.between(down, down + first).failed().statuses(),
        refused.count(),
        open.millis(0.5),
        open.millis(0.9),
        open.p99(),
        opened,
        (closed - back) / 1e9,
        last.count());
    long calm = down - IN_FLIGHT.toNanos();
    assertEquals(List.of(), figures.between(down - CALM.toNanos(), calm).failed().answers());
    assertTrue(opened >= 1, "opened " + opened + " times");
    assertTrue(
        refused.answers().stream().allMatch(answer -> answer.told().contains("\r\nretry-after:")),
        "every refused request is told when to come again");
    assertEquals(List.of(), figures.where(answer -> answer.due() - closed >= 0).failed().answers());
  }

  private static boolean closed(GatewayProcess gateway) {
    return gateway.management("/upstreams").text().contains("\"circuit-breaker\":\"closed\"");
  }
}
