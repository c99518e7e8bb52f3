package dev.yumen.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.Redis;
import dev.yumen.api.Response;
import dev.yumen.api.Verdict;
import dev.yumen.config.ConfigReader;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.dataplane.Gateway;
import dev.yumen.dataplane.GatewaySurroundings;
import dev.yumen.dataplane.OfflineGateway;
import dev.yumen.dataplane.StartFailure;
import dev.yumen.testkit.LocalServer;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.RedisServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A filter that uses a Redis of the configuration, in a gateway as the program starts it. */
class RedisInGatewayTest {
  private static final FilterType<Settings> COUNTER =
      new FilterType<>("count", Settings.class, CountFilter::new);

  @TempDir Path folder;

  /** Settings of the test's filter. */
  @Describe("Settings of the test's filter.")
  record Settings(@Describe("Name of a Redis.") String redis) {}

  /** Answers with how many requests there were. */
  private static final class CountFilter implements Filter {
    private final Redis redis;

    CountFilter(Settings settings, FilterContext context) {
      redis = context.redis("redis", settings.redis());
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
      return Verdict.await(
          redis
              .run(RedisUnderTest.COUNT, List.of("requests"), List.of("1"))
              .handle(
                  (answer, failure) ->
                      failure == null
                          ? Verdict.respond(text(answer.getFirst()))
                          : Verdict.fail(FailureCode.OVERLOADED, failure.toString())));
    }

    private static Response text(long count) {
      return Response.of(200).body(Long.toString(count).getBytes(StandardCharsets.UTF_8));
    }
  }

  private LoadedConfig config(String redis, String route, String name) {
    String yaml =
        """
        listeners: {http: {address: "127.0.0.1:0"}}
        management: {address: "127.0.0.1:0"}
        redis: {%s}
        routes:
          - id: %s
            respond: {}
            filters: [count: {redis: %s}]
        """
            .formatted(redis, route, name);
    return new ConfigReader(Map.of("count", COUNTER), Map.of()).readText("test.yaml", yaml, folder);
  }

  private static Gateway start(LoadedConfig loaded) throws StartFailure {
    return Gateway.start(loaded, GatewaySurroundings.OF_PROCESS.withRedis(LettuceRedis::open));
  }

  private static String get(Gateway gateway, String listener, String path) {
    try (RawClient client =
        RawClient.connect(Objects.requireNonNull(gateway.addresses().get(listener)))) {
      client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
      RawResponse answer = client.readResponse("GET");
      return answer.text();
    }
  }

  @Test
  void filtersCountTogetherAndTheConnectionOutlivesAReload() throws StartFailure {
    try (RedisServer server = RedisServer.start(folder)) {
      String main = "main: {nodes: \"" + server.address() + "\", timeout: 10s}";
      try (Gateway gateway = start(config(main, "one", "main"))) {
        assertEquals("1", get(gateway, "http", "/"));
        String connected = server.ask("INFO", "stats");
        assertEquals(List.of(), gateway.apply(config(main, "two", "main")));
        assertEquals("2", get(gateway, "http", "/"));
        assertEquals(connections(connected) + 1, connections(server.ask("INFO", "stats")));
        String metrics = get(gateway, "management", "/metrics");
        assertTrue(metrics.contains("gateway_redis_up{redis=\"main\"} 1"), metrics);
        assertTrue(
            metrics.contains("gateway_redis_calls_total{redis=\"main\",result=\"ok\"} 2"), metrics);
      }
    }
  }

  private static int connections(String stats) {
    String field = "total_connections_received:";
    int start = stats.indexOf(field) + field.length();
    return Integer.parseInt(stats.substring(start, stats.indexOf('\r', start)));
  }

  @Test
  void withoutTheServerEveryCallEndsAtOnceAndTheGatewayGoesOn() throws StartFailure {
    String main = "main: \"127.0.0.1:" + LocalServer.freePort() + "\"";
    try (Gateway gateway = start(config(main, "one", "main"))) {
      assertTrue(get(gateway, "http", "/").contains(FailureCode.OVERLOADED.name()));
      String metrics = get(gateway, "management", "/metrics");
      assertTrue(metrics.contains("gateway_redis_up{redis=\"main\"} 0"), metrics);
      assertTrue(
          metrics.contains("gateway_redis_calls_total{redis=\"main\",result=\"gone\"} 1"), metrics);
    }
  }

  @Test
  void aNameThatNobodyGaveIsAProblemWhereItStands() {
    LoadedConfig loaded = config("main: \"127.0.0.1:1\"", "one", "mian");
    assertEquals(
        List.of(
            "test.yaml:7:30 routes[0].filters[0].count.redis: \"mian\" (expected: a name under the"
                + " top-level redis: main)"),
        OfflineGateway.check(loaded).stream().map(Problem::toString).toList());
  }

  @Test
  void aCheckConnectsToNobody() {
    try (RedisServer server = RedisServer.start(folder)) {
      int before = connections(server.ask("INFO", "stats"));
      LoadedConfig loaded = config("main: \"" + server.address() + "\"", "one", "main");
      assertEquals(List.of(), OfflineGateway.check(loaded));
      assertEquals(before + 1, connections(server.ask("INFO", "stats")));
    }
  }
}
