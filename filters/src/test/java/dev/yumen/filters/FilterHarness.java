package dev.yumen.filters;

import dev.yumen.api.FilterType;
import dev.yumen.config.ConfigReader;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.dataplane.Gateway;
import dev.yumen.dataplane.GatewaySurroundings;
import dev.yumen.dataplane.OfflineGateway;
import dev.yumen.dataplane.StartFailure;
import dev.yumen.filters.auth.Vouching;
import dev.yumen.filters.example.DelayFilter;
import dev.yumen.filters.example.MaintenanceFilter;
import dev.yumen.filters.example.RequireHeaderFilter;
import dev.yumen.filters.traffic.DistantCounts;
import dev.yumen.redis.LettuceRedis;
import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A real gateway with one route in front of a recording upstream: give it filters as YAML, send
 * requests, look at the answers and at what the upstream received.
 */
public final class FilterHarness implements AutoCloseable {
  private static final Path FOLDER = Path.of("target").toAbsolutePath();

  /** The filters of docs/extending.md and of tests, known here beside the built-in ones. */
  private static final List<FilterType<?>> MORE =
      List.of(
          DelayFilter.TYPE,
          DistantCounts.TYPE,
          MaintenanceFilter.TYPE,
          RequireHeaderFilter.TYPE,
          Vouching.TYPE);

  private final ScriptedUpstream upstream;
  private final Services services;
  private final Gateway gateway;

  private FilterHarness(ScriptedUpstream upstream, Services services, Gateway gateway) {
    this.upstream = upstream;
    this.services = services;
    this.gateway = gateway;
  }

  /** A route for every path with these filters, a YAML list. */
  public static FilterHarness of(String filters) {
    return of("/**", filters, "");
  }

  /** The same, with a clock that the filters see, such as a {@code ManualClock}. */
  public static FilterHarness of(String filters, InstantSource clock) {
    return run(configuration("/**", filters, ""), FOLDER, clock);
  }

  /**
   * A route with filters.
   *
   * @param path the route's path pattern
   * @param filters a YAML list
   * @param more further top-level settings
   */
  public static FilterHarness of(String path, String filters, String more) {
    return run(configuration(path, filters, more), FOLDER);
  }

  /**
   * A whole configuration; listeners on 8080, upstreams on 9001, a service for tokens on 9002, one
   * for authorization on 9003 and a Redis on 6379 get ports of this test.
   */
  public static FilterHarness run(String yaml, Path folder) {
    return run(yaml, folder, InstantSource.system());
  }

  /** The same, with a clock that the filters see. */
  public static FilterHarness run(String yaml, Path folder, InstantSource clock) {
    ScriptedUpstream upstream =
        ScriptedUpstream.start(Behaviours.respond(200, Map.of("Server", "scripted"), "hello"));
    Services services = new Services();
    try {
      LoadedConfig loaded = read(located(services.place(yaml, folder), upstream), folder);
      if (loaded.config() == null) {
        throw new AssertionError("the configuration has problems: " + loaded.problems());
      }
      return new FilterHarness(
          upstream,
          services,
          Gateway.start(
              loaded,
              GatewaySurroundings.OF_PROCESS.withClock(clock).withRedis(LettuceRedis::open)));
    } catch (StartFailure e) {
      upstream.close();
      services.close();
      throw new AssertionError(e);
    }
  }

  /** What is wrong with filters, each as one line. */
  public static List<String> problems(String filters) {
    return problems(filters, "");
  }

  /** As above, with further top-level settings. */
  public static List<String> problems(String filters, String more) {
    return problems(configuration("/**", filters, more), FOLDER);
  }

  /** What is wrong with a whole configuration, each as one line. */
  public static List<String> problems(String yaml, Path folder) {
    LoadedConfig loaded = read(yaml, folder);
    Set<Problem> problems = new LinkedHashSet<>(loaded.problems());
    problems.addAll(OfflineGateway.check(loaded));
    return problems.stream().map(Problem::toString).toList();
  }

  private static LoadedConfig read(String yaml, Path folder) {
    Map<String, FilterType<?>> catalogue = BuiltInFilters.byName();
    MORE.forEach(type -> catalogue.put(type.name(), type));
    return new ConfigReader(catalogue, Map.of()).readText("test.yaml", yaml, folder);
  }

  private static String configuration(String path, String filters, String more) {
    return """
        listeners: {http: {address: "127.0.0.1:8080"}}
        upstreams: {users: {endpoints: ["127.0.0.1:9001"]}}
        routes:
          - id: test
            match: {path: "%s"}
            to: users
            filters:
        %s
        %s
        """
        .formatted(path, filters.stripTrailing().indent(6), more);
  }

  private static String located(String yaml, ScriptedUpstream upstream) {
    String located =
        yaml.replaceAll("(0\\.0\\.0\\.0|127\\.0\\.0\\.1):8080", "127.0.0.1:0")
            .replace("127.0.0.1:9001", upstream.address());
    return located.contains("management:")
        ? located
        : located + "\nmanagement: {address: \"127.0.0.1:0\"}\n";
  }

  /** Makes another configuration live and returns what is wrong with it. */
  public List<Problem> reload(String filters) {
    return reload(filters, "");
  }

  /** As above, with further top-level settings. */
  public List<Problem> reload(String filters, String more) {
    return gateway.apply(read(located(configuration("/**", filters, more), upstream), FOLDER));
  }

  /** What the upstream does with the next request instead of answering 200. */
  public FilterHarness upstreamNext(Behaviour behaviour) {
    upstream.next(behaviour);
    return this;
  }

  /** The upstream's next answer: a status and header lines. */
  public FilterHarness upstreamAnswers(int status, String... headerLines) {
    StringBuilder answer = new StringBuilder("HTTP/1.1 " + status + " Answer\r\n");
    for (String line : headerLines) {
      answer.append(line).append("\r\n");
    }
    return upstreamNext(Behaviours.raw(answer + "Content-Length: 0\r\n\r\n"));
  }

  public RawResponse get(String target, String... headerLines) {
    return send("GET", target, headerLines);
  }

  /** A request without a body on a connection of its own. */
  public RawResponse send(String method, String target, String... headerLines) {
    StringBuilder request = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
    if (List.of(headerLines).stream().noneMatch(line -> line.startsWith("Host:"))) {
      request.append("Host: localhost\r\n");
    }
    for (String line : headerLines) {
      request.append(line).append("\r\n");
    }
    try (RawClient client = connect()) {
      return client.send(request.append("\r\n").toString()).readResponse(method);
    }
  }

  public RawClient connect() {
    return RawClient.connect(Objects.requireNonNull(gateway.addresses().get("http")));
  }

  /** The last request that the upstream received. */
  public Recorded seen() {
    return upstream.requests().getLast();
  }

  /** How many requests the upstream received. */
  public int forwarded() {
    return upstream.requests().size();
  }

  /** Waits until the gateway is connected to its Redis. */
  public FilterHarness awaitRedis() {
    Eventually.within(
        Duration.ofSeconds(10),
        "a connection to Redis",
        () -> metrics().lines().anyMatch(line -> line.matches("gateway_redis_up\\{.*} 1(\\.0)?")));
    return this;
  }

  /** What Prometheus reads. */
  public String metrics() {
    try (RawClient client =
        RawClient.connect(Objects.requireNonNull(gateway.addresses().get("management")))) {
      return client.get("/metrics").text();
    }
  }

  public Gateway gateway() {
    return gateway;
  }

  @Override
  public void close() {
    gateway.close();
    upstream.close();
    services.close();
  }
}
