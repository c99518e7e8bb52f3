package dev.yumen.bench;

import dev.yumen.dataplane.balance.Balancer;
import dev.yumen.dataplane.balance.BoundedLoad;
import dev.yumen.dataplane.balance.HashRing;
import dev.yumen.dataplane.balance.KeyHash;
import dev.yumen.dataplane.balance.LeastRequest;
import dev.yumen.dataplane.balance.Load;
import dev.yumen.dataplane.balance.Maglev;
import dev.yumen.dataplane.balance.PeakEwma;
import dev.yumen.dataplane.balance.RandomChoice;
import dev.yumen.dataplane.balance.SmoothRoundRobin;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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

/** One choice among ten endpoints of different weights, of which some are busy. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class Balancers {
  private static final int ENDPOINTS = 10;

  /** How one is chosen. */
  public enum Way {
    ROUND_ROBIN,
    RANDOM,
    LEAST_REQUEST,
    PEAK_EWMA,
    MAGLEV,
    RING,
    MAGLEV_BOUNDED
  }

  @Param public Way way = Way.ROUND_ROBIN;

  private final String key = "tenant-4711";
  private Balancer balancer = new RandomChoice(new int[] {1});

  /** What the calling loop has under way; the same all the time. */
  private static final class Busy implements Load {
    private final int[] active = {3, 0, 1, 7, 2, 2, 0, 5, 1, 4};

    @Override
    public int active(int loop, int endpoint) {
      return active[endpoint];
    }

    @Override
    public double latencyNanos(int loop, int endpoint) {
      return 1_000_000.0 * (1 + endpoint);
    }
  }

  @Setup
  public void make() {
    int[] weights = IntStream.range(0, ENDPOINTS).map(i -> 1 + i % 3).toArray();
    List<String> names =
        IntStream.range(0, ENDPOINTS).mapToObj(i -> "10.0.0." + i + ":8080").toList();
    Load load = new Busy();
    balancer =
        switch (way) {
          case ROUND_ROBIN -> new SmoothRoundRobin(weights, 2);
          case RANDOM -> new RandomChoice(weights);
          case LEAST_REQUEST -> new LeastRequest(weights, load);
          case PEAK_EWMA -> new PeakEwma(weights, load);
          case MAGLEV -> new Maglev(names, weights);
          case RING -> new HashRing(names, weights);
          case MAGLEV_BOUNDED -> new BoundedLoad(new Maglev(names, weights), weights, 1.25, load);
        };
  }

  /** The choice, with the hash of a key where one is needed. */
  @Benchmark
  public int choose() {
    boolean hashing = way.compareTo(Way.MAGLEV) >= 0;
    return balancer.choose(0, hashing ? KeyHash.of(key) : 0);
  }
}
