package dev.yumen.bench;

import dev.yumen.config.MatchConfig;
import dev.yumen.config.MatchConfig.PathMatch;
import dev.yumen.dataplane.routing.ExpressionFailures;
import dev.yumen.dataplane.routing.RouteMatch;
import dev.yumen.dataplane.routing.RouteTable;
import dev.yumen.dataplane.routing.Rule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
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

/**
 * What finding the route costs a request, and what making and changing the table costs a reload, by
 * number of routes: over 100 hosts, wildcards and no host, six in ten exact paths, two templates,
 * two prefixes, one in eight for some methods only. Requests go to 10,000 routes drawn at random,
 * so most of the table is not in the processor's first caches.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx2g", "-XX:+UseCompactObjectHeaders"})
public class Routing {
  private static final int REQUESTS = 10_000;

  /** Routes in the table. */
  @Param({"10", "100", "1000", "10000", "100000"})
  public int routes;

  private final List<Rule<String>> rules = new ArrayList<>();
  private final RoutingCase request = new RoutingCase();
  private final byte[] pool = new byte[REQUESTS * 150];
  private final int[] starts = new int[REQUESTS + 1];
  private final int[] hostLengths = new int[REQUESTS];
  private final RouteMatch<String> match = new RouteMatch<>();
  private RouteTable<String> table = RouteTable.empty();
  private int next;

  /** Makes the table and the requests. */
  @Setup
  public void prepare() {
    Random random = new Random(7);
    for (int i = 0; i < routes; i++) {
      rules.add(rule(i, "v" + i));
    }
    RouteTable.Compiled<String> compiled = RouteTable.compile(rules);
    if (!compiled.problems().isEmpty()) {
      throw new IllegalStateException(compiled.problems().toString());
    }
    table = compiled.table();
    for (int i = 0; i < REQUESTS; i++) {
      int wanted = random.nextInt(routes);
      byte[] host = host(wanted, random).getBytes(StandardCharsets.US_ASCII);
      byte[] target = path(wanted, random).getBytes(StandardCharsets.US_ASCII);
      starts[i + 1] = starts[i] + host.length + target.length;
      hostLengths[i] = host.length;
      System.arraycopy(host, 0, pool, starts[i], host.length);
      System.arraycopy(target, 0, pool, starts[i] + host.length, target.length);
      if (!match() || !match.rule().id().equals("r" + wanted)) {
        throw new IllegalStateException("route " + wanted + " does not take " + request);
      }
    }
  }

  /** Brings the target into normal form and finds the route. */
  @Benchmark
  @OutputTimeUnit(TimeUnit.NANOSECONDS)
  public boolean match() {
    int i = next;
    next = i + 1 == REQUESTS ? 0 : i + 1;
    int hostLength = hostLengths[i];
    request.take(pool, starts[i], hostLength, starts[i + 1] - starts[i] - hostLength);
    return table.match(request, match);
  }

  /** Makes the whole table. */
  @Benchmark
  @OutputTimeUnit(TimeUnit.MILLISECONDS)
  public RouteTable<String> build() {
    return RouteTable.compile(rules).table();
  }

  /** Changes one route. */
  @Benchmark
  @OutputTimeUnit(TimeUnit.MILLISECONDS)
  public RouteTable<String> changeOne() {
    return table
        .with(Set.of(), List.of(rule(routes / 2, "new")), ExpressionFailures.IGNORED)
        .table();
  }

  /** Finds out by itself that one route of all changed, and changes it. */
  @Benchmark
  @OutputTimeUnit(TimeUnit.MILLISECONDS)
  public RouteTable<String> recompileWithOneChanged() {
    List<Rule<String>> changed = new ArrayList<>(rules);
    changed.set(routes / 2, rule(routes / 2, "new"));
    return RouteTable.recompile(table, changed, ExpressionFailures.IGNORED).table();
  }

  private static Rule<String> rule(int i, String payload) {
    int hostKind = i % 100;
    List<String> hosts =
        hostKind < 90
            ? List.of("shop" + hostKind + ".example.com")
            : hostKind < 95 ? List.of("*.region" + hostKind + ".example.com") : List.of();
    String path =
        switch (i / 100 % 10) {
          case 0, 1 -> base(i) + "/{id}/parts/{part}";
          case 2, 3 -> base(i) + "/**";
          default -> base(i);
        };
    List<String> methods = i % 8 == 0 ? List.of("GET", "POST") : List.of();
    MatchConfig match =
        new MatchConfig(
            new PathMatch(path, null),
            hosts,
            methods,
            Map.of(),
            Map.of(),
            Map.of(),
            List.of(),
            List.of(),
            null,
            null,
            null,
            0);
    return new Rule<>("r" + i, match, Set.of(), true, payload);
  }

  private static String base(int i) {
    return "/api/v" + i % 3 + "/service-" + i / 1000 + "/resource-" + i;
  }

  private static String host(int i, Random random) {
    int hostKind = i % 100;
    if (hostKind < 90) {
      return "shop" + hostKind + ".example.com";
    }
    return hostKind < 95
        ? "t" + random.nextInt(1000) + ".region" + hostKind + ".example.com"
        : "shop" + random.nextInt(90) + ".example.com";
  }

  private static String path(int i, Random random) {
    return switch (i / 100 % 10) {
      case 0, 1 -> base(i) + "/" + random.nextInt(1_000_000) + "/parts/" + random.nextInt(100);
      case 2, 3 -> base(i) + "/img/" + random.nextInt(1_000_000) + ".png";
      default -> base(i) + "?page=" + random.nextInt(100);
    };
  }
}
