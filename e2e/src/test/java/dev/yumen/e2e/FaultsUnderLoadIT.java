package dev.yumen.e2e;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.e2e.OpenLoad.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three services fail in turn, each in another way, while 1,000 requests a second come over 64
 * connections, every third of them a POST without an Idempotency-Key. Clients see nothing of it by
 * GET, no POST is done twice, and what is back is used again. Prints what was felt of it.
 */
@Tag("alone")
class FaultsUnderLoadIT {
  private static final int RATE = 1000;
  private static final int CONNECTIONS = 64;
  private static final int POST_EVERY = 3;

  private static final Duration WARM_UP = Duration.ofSeconds(Scale.of(2, 20));
  private static final Duration CALM = Duration.ofSeconds(Scale.of(2, 20));
  private static final Duration FAULT = Duration.ofSeconds(Scale.of(2, 5));
  private static final Duration AFTERWARDS = Duration.ofSeconds(Scale.of(3, 10));

  /** Of {@code health-check}. */
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  /** What a busy machine may add to an interval. */
  private static final Duration MARGIN = Duration.ofMillis(1500);

  /** How long shares are counted for. */
  private static final Duration WINDOW = Duration.ofMillis(250);

  private static final double FULL_SHARE = 0.8 / 3;

  @TempDir Path folder;

  /**
   * Something that went wrong for a while.
   *
   * @param from when it began, by {@link System#nanoTime}
   * @param to when the upstream was back
   */
  private record Fault(String name, String upstream, long from, long to) {}

  /** How one upstream is made to fail, and brought back. */
  @FunctionalInterface
  private interface Failing {
    void run(UpstreamProcess upstream);
  }

  private static String configuration(List<UpstreamProcess> upstreams) {
    String addresses =
        upstreams.stream().map(upstream -> '"' + upstream.address() + '"').collect(joining(", "));
    return """
    listeners: {http: {address: "127.0.0.1:0"}}
    management: {address: "127.0.0.1:0"}
    upstreams:
      orders:
        endpoints: [%s]
        health-check: {path: /health, interval: %dms, timeout: 500ms, healthy-after: 1}
        retry:
          attempts: 3
          on: [connect-failure, refused-stream, reset, timeout, 502, 503, 504]
          per-try-timeout: 500ms
    routes: [{id: orders, match: {path: "/orders/**"}, to: orders}]
    """
        .formatted(addresses, INTERVAL.toMillis());
  }

  @Test
  void getsSucceedAndPostsAreDoneOnceThroughEveryFault() {
    try (UpstreamProcess one = UpstreamProcess.start(folder, "one");
        UpstreamProcess two = UpstreamProcess.start(folder, "two");
        UpstreamProcess three = UpstreamProcess.start(folder, "three");
        GatewayProcess gateway =
            GatewayProcess.start(folder, configuration(List.of(one, two, three)));
        OpenLoad load =
            OpenLoad.start(
                new OpenLoad.Plan(gateway.port(), "/orders/1", RATE, CONNECTIONS, POST_EVERY))) {
      load.goOn(WARM_UP);
      long calmFrom = System.nanoTime();
      load.goOn(CALM);
      long calmTo = System.nanoTime();
      List<Fault> faults = new ArrayList<>();
      faults.add(fault("killed", one, load, UpstreamProcess::kill, UpstreamProcess::startAgain));
      faults.add(fault("stopped", two, load, UpstreamProcess::freeze, UpstreamProcess::thaw));
      faults.add(fault("503", three, load, upstream -> upstream.unavailable(FAULT), _ -> {}));
      faults.add(fault("resets", one, load, upstream -> upstream.resets(FAULT), _ -> {}));
      LoadFigures figures = load.end();

      double calm = figures.between(calmFrom, calmTo).p99();
      System.out.printf(
          "%d requests, GET %.4f %% of %d, POST %.4f %% of %d (%s); p50 %.1f ms, p99 %.1f ms when"
              + " calm; %.0f retries, %.0f refused by budget, %.0f ejections%n",
          figures.count(),
          figures.gets().availability(),
          figures.gets().count(),
          figures.posts().availability(),
          figures.posts().count(),
          figures.posts().failed().statuses(),
          figures.between(calmFrom, calmTo).millis(0.5),
          calm,
          gateway.metric("gateway_upstream_retries_total", ""),
          gateway.metric("gateway_upstream_retries_refused_total", ""),
          gateway.metric("gateway_upstream_ejections_total", ""));
      faults.forEach(fault -> print(fault, figures, calm));

      assertEquals(List.of(), figures.gets().failed().answers());
      assertDoneOnce(figures.posts(), List.of(one, two, three));
      for (Fault fault : faults) {
        long back = fullShareAfter(fault, figures);
        assertTrue(back <= INTERVAL.plus(MARGIN).toNanos(), fault + " had its share after " + back);
      }
    }
  }

  private static Fault fault(
      String name, UpstreamProcess upstream, OpenLoad load, Failing begin, Failing end) {
    long from = System.nanoTime();
    begin.run(upstream);
    load.goOn(FAULT);
    end.run(upstream);
    Fault fault = new Fault(name, upstream.name(), from, System.nanoTime());
    load.goOn(AFTERWARDS);
    return fault;
  }

  private static void print(Fault fault, LoadFigures figures, double calm) {
    long end = fault.to() + AFTERWARDS.toNanos();
    double[] seconds = figures.p99EachSecond(fault.from(), end);
    int calmAgain = 0;
    while (calmAgain < seconds.length && seconds[calmAgain] > 2 * calm) {
      calmAgain++;
    }
    System.out.printf(
        "%s for %.1f s: p99 of each second since it began %s ms, below twice the calm one in"
            + " second %d; share back after %.2f s, then %.1f %%; POSTs: %s%n",
        fault.name(),
        (fault.to() - fault.from()) / 1e9,
        Arrays.stream(seconds).mapToObj("%.0f"::formatted).collect(joining(" ")),
        calmAgain,
        fullShareAfter(fault, figures) / 1e9,
        100 * figures.between(fault.to() + INTERVAL.toNanos(), end).shareOf(fault.upstream()),
        figures.between(fault.from(), end).posts().statuses());
  }

  /** Nanoseconds from the end of a fault to the end of the first window with a full share. */
  private static long fullShareAfter(Fault fault, LoadFigures figures) {
    long step = WINDOW.toNanos() / 5;
    long after = WINDOW.toNanos();
    for (; after < AFTERWARDS.toNanos(); after += step) {
      long end = fault.to() + after;
      if (figures.between(end - WINDOW.toNanos(), end).shareOf(fault.upstream()) >= FULL_SHARE) {
        return after;
      }
    }
    return Long.MAX_VALUE;
  }

  private static void assertDoneOnce(LoadFigures posts, List<UpstreamProcess> upstreams) {
    Map<Long, Integer> executed = new HashMap<>();
    for (UpstreamProcess upstream : upstreams) {
      for (long number : upstream.executed()) {
        executed.merge(number, 1, Integer::sum);
      }
    }
    List<Long> twice =
        executed.entrySet().stream()
            .filter(entry -> entry.getValue() > 1)
            .map(Map.Entry::getKey)
            .toList();
    assertEquals(List.of(), twice, "POSTs that were executed more than once");
    List<Answer> promised =
        posts.answers().stream()
            .filter(answer -> answer.status() == 200 && !executed.containsKey(answer.number()))
            .toList();
    assertEquals(List.of(), promised, "POSTs that were answered with 200 but not executed");
    System.out.printf(
        "%d POSTs were executed, %d of them without a good answer%n",
        executed.size(), executed.size() - posts.where(answer -> answer.status() == 200).count());
  }
}
