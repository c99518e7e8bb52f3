package dev.yumen.bench;

import dev.yumen.api.Filter;
import dev.yumen.api.Verdict;
import dev.yumen.config.ConfigReader;
import dev.yumen.config.FilterConfig;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.filters.BuiltInFilters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One check of a limit that lets the request through, with a key that is always the same: the whole
 * request step of {@code rate-limit}, the clock and the hash of the key included.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RateLimits {

  /** What is checked; no run comes near the rates. */
  public enum Kind {
    TOKEN_BUCKET("rate: 999999999/day, algorithm: token-bucket"),
    SLIDING_WINDOW("rate: 999999999/day, algorithm: sliding-window"),
    FIXED_WINDOW("rate: 999999999/day, algorithm: fixed-window"),
    BY_CLIENT("rate: 999999999/day, key: client"),
    TWO_LIMITS("limits: [{rate: 999999999/day}, {rate: 999999999/month}]"),
    IN_A_QUEUE("rate: 999999999/day, mode: queue");

    private final String settings;

    Kind(String settings) {
      this.settings = settings;
    }
  }

  @Param public Kind kind = Kind.TOKEN_BUCKET;

  private final BenchExchange exchange =
      new BenchExchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n");
  private BenchContext context = new BenchContext(Path.of("."), List.of());
  private Filter filter = new Filter() {};

  /** Makes the filter as a gateway would. */
  @Setup
  public void create() throws IOException {
    Path folder = Files.createTempDirectory("yumen-bench");
    String key = kind == Kind.BY_CLIENT ? "" : ", key: route";
    LoadedConfig loaded =
        new ConfigReader(BuiltInFilters.byName(), Map.of())
            .readText(
                "bench.yaml",
                "filters: [{rate-limit: {"
                    + kind.settings
                    + key
                    + ", headers: false}}]\n"
                    + "routes: [{id: users, match: {path: /**}, respond: {}}]\n",
                folder);
    GatewayConfig config = Objects.requireNonNull(loaded.config(), loaded.problems()::toString);
    context = new BenchContext(folder, config.consumers());
    FilterConfig limit = config.filters().getFirst();
    filter = (Filter) limit.type().create(limit.settings(), context);
    exchange.request("/");
  }

  /** Deletes the folder. */
  @TearDown
  public void close() throws Exception {
    context.close();
  }

  /** One check. */
  @Benchmark
  public Verdict check() {
    return filter.onRequest(exchange);
  }
}
