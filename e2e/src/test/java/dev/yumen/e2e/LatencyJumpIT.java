package dev.yumen.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.e2e.OpenLoad.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The answers of one service take 2 s instead of 5 ms while requests go on coming: what is too much
 * for it is shed, the gateway does not grow, and another service is served as before. Prints what
 * that one's clients felt.
 */
@Tag("alone")
class LatencyJumpIT {
  private static final int RATE = Scale.of(1000, 2000);
  private static final int STEADY_RATE = 200;

  /** More than may be under way and pending, and than are being shed at one moment. */
  private static final int CONNECTIONS = 512;

  private static final int MAX = 100;
  private static final int MAX_PENDING = 50;

  private static final Duration WARM_UP = Duration.ofSeconds(Scale.of(4, 20));
  private static final Duration CALM = Duration.ofSeconds(Scale.of(4, 20));
  private static final Duration SLOW = Duration.ofSeconds(Scale.of(8, 30));
  private static final Duration SETTLING = Duration.ofSeconds(3);

  /** Bytes; requests that were kept waiting would soon take more. */
  private static final long GROWTH = 8 << 20;

  @TempDir Path folder;

  /** What the gateway takes up at one moment. */
  private record Size(long heap, int threads, int files, long residentKib) {
    static Size of(GatewayProcess gateway) {
      return new Size(
          gateway.liveHeap(), gateway.threads(), gateway.openFiles(), gateway.residentKib());
    }
  }

  private static String configuration(UpstreamProcess jumping, UpstreamProcess steady) {
    return """
    listeners: {http: {address: "127.0.0.1:0"}}
    management: {address: "127.0.0.1:0"}
    upstreams:
      jumping:
        endpoints: ["%s"]
        concurrency: {max: %d, max-pending: %d, pending-timeout: 200ms}
      steady: {endpoints: ["%s"]}
    routes:
    - {id: jumping, match: {path: /jumping}, to: jumping}
    - {id: steady, match: {path: /steady}, to: steady}
    """
        .formatted(jumping.address(), MAX, MAX_PENDING, steady.address());
  }

  @Test
  void othersAreServedAndTheGatewayDoesNotGrow() {
    try (UpstreamProcess jumping = UpstreamProcess.start(folder, "jumping");
        UpstreamProcess steady = UpstreamProcess.start(folder, "steady");
        GatewayProcess gateway = GatewayProcess.start(folder, configuration(jumping, steady));
        OpenLoad others =
            OpenLoad.start(new OpenLoad.Plan(gateway.port(), "/steady", STEADY_RATE, 64, 0));
        OpenLoad load =
            OpenLoad.start(new OpenLoad.Plan(gateway.port(), "/jumping", RATE, CONNECTIONS, 0))) {
      load.goOn(WARM_UP);
      Size before = Size.of(gateway);
      long calm = System.nanoTime();
      load.goOn(CALM);
      long jump = System.nanoTime();
      jumping.takes(Duration.ofSeconds(2));
      load.goOn(SLOW);
      long back = System.nanoTime();
      Size after = Size.of(gateway);
      jumping.takes(Duration.ofMillis(FaultyUpstream.USUAL_MILLIS));
      load.goOn(SETTLING);
      long settled = System.nanoTime();
      load.goOn(CALM);
      LoadFigures figures = load.end();
      LoadFigures steadily = others.end();

      LoadFigures shed = figures.between(jump, back).failed();
      double calmP99 = usualP99(steadily, calm, jump);
      double slowP99 = usualP99(steadily, jump, back);
      System.out.printf(
          "%d requests/s: %d of %d were shed, p50 %.2f ms, p99 %.2f ms; others p50 %.2f to %.2f ms,"
              + " median p99 of a second %.2f to %.2f ms (%.2f x); heap %d to %d KiB, threads %d to %d, files %d to"
              + " %d, resident %d to %d KiB%n",
          RATE,
          shed.count(),
          figures.between(jump, back).count(),
          shed.millis(0.5),
          shed.p99(),
          steadily.between(calm, jump).millis(0.5),
          steadily.between(jump, back).millis(0.5),
          calmP99,
          slowP99,
          slowP99 / calmP99,
          before.heap() / 1024,
          after.heap() / 1024,
          before.threads(),
          after.threads(),
          before.files(),
          after.files(),
          before.residentKib(),
          after.residentKib());
      assertFalse(shed.answers().isEmpty());
      assertEquals(List.of(), shed.where(answer -> !shedWell(answer)).answers());
      double again = figures.between(settled, settled + CALM.toNanos()).availability();
      assertTrue(again > 90, "answered when quick again: " + again + " %");
      assertEquals(List.of(), steadily.failed().answers());
      assertTrue(after.heap() < before.heap() + GROWTH, before + " to " + after);
      assertTrue(after.threads() <= before.threads() + 8, before + " to " + after);
      assertTrue(after.files() <= before.files() + MAX + 16, before + " to " + after);
    }
  }

  /** The median of the seconds, some of which a busy machine spends on something else. */
  private static double usualP99(LoadFigures figures, long from, long to) {
    double[] seconds = figures.p99EachSecond(from, to);
    Arrays.sort(seconds);
    return seconds[seconds.length / 2];
  }

  private static boolean shedWell(Answer answer) {
    return answer.status() == 503 && answer.told().contains("\r\nretry-after:");
  }
}
