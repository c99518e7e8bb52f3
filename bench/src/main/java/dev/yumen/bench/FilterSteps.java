package dev.yumen.bench;

import dev.yumen.api.AnyFilter;
import dev.yumen.api.Ending;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.ResponseHead;
import dev.yumen.config.ConfigReader;
import dev.yumen.config.FilterConfig;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.filters.BuiltInFilters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
 * What filters cost one exchange: reading both heads anew, all steps, and the end. {@code none} is
 * the cost of the heads alone, to be taken off the others.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FilterSteps {
  private static final String REQUEST =
      String.join(
          "\r\n",
          "GET /api/user/7?full=1 HTTP/1.1",
          "Host: shop.example.com",
          "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0)",
          "Accept: application/json",
          "Accept-Language: en",
          "Accept-Encoding: gzip, br",
          "Origin: https://shop.example.com",
          "X-Client-ID: client-4711",
          "X-API-Key: key-of-ann",
          "Cookie: session=abc",
          "",
          "");
  private static final String RESPONSE =
      String.join(
          "\r\n",
          "HTTP/1.1 200 OK",
          "Content-Type: application/json",
          "Content-Length: 1024",
          "Server: nginx",
          "Date: Fri, 20 Nov 2026 23:15:07 GMT",
          "Vary: Accept-Encoding",
          "",
          "");
  private static final Ending ENDING =
      new Ending(200, -1, null, 1_234_567, 1_000_000, 0, 1024, 1, 0, "127.0.0.1:9001");

  /** Which filters run. */
  public enum Chain {
    NONE("[]"),
    TRACE_ID("[trace-id]"),
    REQUEST_HEADERS("[{request-headers: {set: {X-Gate: yumen}, remove: [Cookie]}}]"),
    REWRITE_FIXED_PREFIX("[{rewrite-path: {pattern: '^/api/user/(?<rest>.*)', to: '/${rest}'}}]"),
    REWRITE_EXPRESSION("[{rewrite-path: {pattern: '^/api/user/(?<rest>.+)', to: '/${rest}'}}]"),
    API_KEY("[api-key]"),
    CORS("[{cors: {allow-origins: 'https://shop.example.com', allow-credentials: true}}]"),
    RATE_LIMIT("[{rate-limit: {rate: 10000000/s, key: 'header:X-Client-ID', headers: false}}]"),
    RATE_LIMIT_WITH_HEADERS("[{rate-limit: {rate: 10000000/s, key: 'header:X-Client-ID'}}]"),
    ACCESS_LOG("[{access-log: {file: access.log, max-size: 1GiB, max-files: 0}}]"),
    /** The working chain of ARCHITECTURE.md without JWT. */
    WORKING(
        "[trace-id, {cors: {allow-origins: 'https://shop.example.com'}}, {request-headers: {set:"
            + " {X-Gate: yumen}}}, {rewrite-path: {pattern: '^/api/user/(?<rest>.*)', to:"
            + " '/${rest}'}}, {rate-limit: {rate: 10000000/s, key: 'header:X-Client-ID'}}]");

    private final String filters;

    Chain(String filters) {
      this.filters = filters;
    }
  }

  @Param public Chain chain = Chain.NONE;

  private final BenchExchange exchange = new BenchExchange(REQUEST, RESPONSE);
  private Filter[] filters = {};
  private BenchContext context = new BenchContext(Path.of("."), List.of());

  /** Makes the filters as a gateway would. */
  @Setup
  public void create() throws IOException {
    Path folder = Files.createTempDirectory("yumen-bench");
    Map<String, FilterType<?>> types = BuiltInFilters.byName();
    LoadedConfig loaded =
        new ConfigReader(types, Map.of())
            .readText(
                "bench.yaml",
                "filters: "
                    + chain.filters
                    + "\nconsumers: [{name: ann, credentials: [{api-key: key-of-ann}]}]\n"
                    + "routes: [{id: users, match: {path: /**}, respond: {}}]\n",
                folder);
    GatewayConfig config = Objects.requireNonNull(loaded.config(), loaded.problems()::toString);
    context = new BenchContext(folder, config.consumers());
    List<AnyFilter> made = new ArrayList<>();
    for (FilterConfig filter : config.filters()) {
      made.add(filter.type().create(filter.settings(), context));
    }
    filters = made.toArray(Filter[]::new);
  }

  /** Closes what filters opened and deletes what they wrote. */
  @TearDown
  public void close() throws Exception {
    context.close();
  }

  /** One exchange. */
  @Benchmark
  public ResponseHead exchange() {
    exchange.request("/api/user/7");
    for (Filter filter : filters) {
      filter.onRequest(exchange);
    }
    ResponseHead response = exchange.response();
    for (int i = filters.length - 1; i >= 0; i--) {
      filters[i].onResponse(exchange, response);
    }
    for (Filter filter : filters) {
      filter.onEnd(exchange, ENDING);
    }
    return response;
  }
}
