package dev.yumen.bench;

import dev.yumen.config.MetricsConfig;
import dev.yumen.dataplane.observe.LoopMetrics;
import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.dataplane.observe.TrafficTable;
import dev.yumen.dataplane.observe.TrafficTotals;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What counting costs a request, and what a scrape costs, by number of routes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MetricsRecording {

  /** Routes that take turns. */
  @Param({"10", "10000"})
  public int routes;

  private Metrics metrics =
      new Metrics(new MetricsConfig(true, 100_000, false), PooledByteBufAllocator.DEFAULT);
  private LoopMetrics loop = metrics.forLoop(0);
  private int[] slots = new int[0];
  private int[] names = new int[0];
  private int upstream;
  private int next;

  /** Makes each route known and counts one request for it. */
  @Setup
  public void learn() {
    metrics = new Metrics(new MetricsConfig(true, 100_000, false), PooledByteBufAllocator.DEFAULT);
    loop = metrics.forLoop(0);
    upstream = metrics.upstreamSlot("users");
    slots = new int[routes];
    names = new int[routes];
    for (int i = 0; i < routes; i++) {
      slots[i] = metrics.pathSlot("/api/" + i + "/{id}");
      names[i] = metrics.routeSlot("route-" + i);
      loop.request(slots[i], upstream, "GET", 200, 1);
      loop.routed(names[i], 200, 1);
    }
  }

  /** Everything that is counted for one forwarded request. */
  @Benchmark
  public void forwardedRequest() {
    int route = next++ % routes;
    loop.requestStarted();
    loop.upstreamActive(upstream, 1);
    loop.upstreamAnswered(upstream, 200, 900_000);
    loop.upstreamActive(upstream, -1);
    loop.sent(1024);
    loop.request(slots[route], upstream, "GET", 200, 1_100_000);
    loop.routed(names[route], 200, 1_100_000);
    loop.requestEnded();
  }

  /** The request counter and its histogram alone. */
  @Benchmark
  public void request() {
    loop.request(slots[next++ % routes], upstream, "GET", 200, 1_100_000);
  }

  /** What live figures add: the histogram of the route alone. */
  @Benchmark
  public void routed() {
    loop.routed(names[next++ % routes], 200, 1_100_000);
  }

  /** One look at the totals, which is taken each second. */
  @Benchmark
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  public TrafficTotals totals() {
    return TrafficTotals.of(metrics);
  }

  /** One look at all routes, which is taken each second while somebody wants to know. */
  @Benchmark
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  public TrafficTable routeTable() {
    return TrafficTable.routes(metrics);
  }

  /** One scrape in the text format, compressed. */
  @Benchmark
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  public byte[] scrape() {
    return metrics.scrape("text/plain", "gzip").body();
  }
}
