package dev.yumen.control.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.ConfigReader;
import dev.yumen.control.ManagedGateway;
import dev.yumen.filters.BuiltInFilters;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TrafficResourcesTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final JsonMapper JSON = new JsonMapper();
  private static final String CONFIG =
      """
      listeners: {http: {address: "127.0.0.1:0"}}
      management: {enabled: false}
      runtime: {loops: 2}
      admin: {address: "127.0.0.1:0"}
      upstreams:
        users: {endpoints: ["127.0.0.1:1"]}
      routes:
        - {id: hello, match: {path: /hello}, respond: {status: 200, body: hello}}
        - {id: idle, match: {path: /idle}, respond: {status: 200}}
        - {id: users, match: {path: "/users/**"}, to: users}
      """;

  @TempDir Path folder;

  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  @Test
  void whatGoesThroughIsToldByRouteAndByWhoFailed() throws Exception {
    ManagedGateway gateway = start();
    JsonNode seen = seen(gateway, List.of("/hello", "/hello", "/users/1", "/none"));

    assertTrue(Instant.parse(seen.get("time").asString()).isAfter(Instant.EPOCH));
    assertTrue(seen.get("interval").asDouble() > 0, seen.toString());
    assertTrue(seen.get("in-flight").isInt() && seen.get("connections").isInt(), seen.toString());
    assertTrue(seen.at("/statuses/2xx").asDouble() > 0, seen.toString());
    assertTrue(seen.at("/statuses/4xx").asDouble() > 0, seen.toString());
    assertTrue(seen.at("/statuses/5xx").asDouble() > 0, seen.toString());
    assertTrue(seen.at("/errors-per-second/client").asDouble() > 0, seen.toString());
    assertTrue(seen.at("/errors-per-second/upstream").asDouble() > 0, seen.toString());
    assertEquals(0, seen.at("/errors-per-second/gateway").asDouble());
    assertTrue(seen.at("/latency-ms/p99").asDouble() > 0, seen.toString());
    assertEquals("hello", seen.at("/routes/0/route").asString());
    assertEquals("users", seen.at("/routes/1/route").asString());
    assertTrue(seen.at("/routes/1/errors-per-second").asDouble() > 0, seen.toString());
    assertEquals("users", seen.at("/upstreams/0/upstream").asString());
    assertTrue(seen.at("/upstreams/0/p99").isNull(), "no attempt was answered");
  }

  @Test
  void withoutRequestsThereIsNoLatency() throws Exception {
    JsonNode now = json(get(start(), "/api/v1/traffic"));

    assertEquals(0, now.get("requests-per-second").asDouble());
    assertTrue(now.get("latency-ms").isNull(), now.toString());
    assertEquals(0, now.get("routes").size());
  }

  @Test
  void aRouteHasFiguresOfItsOwn() throws Exception {
    ManagedGateway gateway = start();
    Eventually.within(
        SOON,
        () -> {
          ask(gateway, "/hello");
          JsonNode hello = json(get(gateway, "/api/v1/routes/hello/traffic"));
          return hello.get("requests-per-second").asDouble() > 0 && hello.get("p50").isNumber();
        });
    JsonNode idle = json(get(gateway, "/api/v1/routes/idle/traffic"));
    assertEquals("idle", idle.get("route").asString());
    assertEquals(0, idle.get("requests-per-second").asDouble());
    assertTrue(idle.get("p99").isNull(), idle.toString());
    assertEquals(404, get(gateway, "/api/v1/routes/nowhere/traffic").status());
  }

  @Test
  void secondsBeforeAreKept() throws Exception {
    ManagedGateway gateway = start();
    ask(gateway, "/hello");
    Eventually.within(
        SOON, () -> json(get(gateway, "/api/v1/traffic/history")).get("items").size() >= 2);

    JsonNode history = json(get(gateway, "/api/v1/traffic/history"));
    assertEquals(1.0, history.get("interval").asDouble());
    int busy = 0;
    for (JsonNode item : history.get("items")) {
      busy += item.get("requests-per-second").asDouble() > 0 ? 1 : 0;
    }
    assertEquals(1, busy, history.toString());
    assertTrue(history.at("/items/0/errors-per-second/client").isNumber(), history.toString());
  }

  @Test
  void aStreamTellsEverySecondUntilThePortCloses() throws Exception {
    ManagedGateway gateway = start();
    BufferedReader stream = stream(gateway);

    assertEquals("event: traffic", next(stream, "event:"));
    JsonNode first = JSON.readTree(next(stream, "data: ").substring("data: ".length()));
    JsonNode second = JSON.readTree(next(stream, "data: ").substring("data: ".length()));
    Instant one = Instant.parse(first.get("time").asString());
    Instant other = Instant.parse(second.get("time").asString());
    assertTrue(other.isAfter(one), other + " after " + one);

    gateway.close();
    Eventually.within(SOON, () -> ended(stream));
  }

  @Test
  void streamsAreBoundedAndAreGivenBack() throws Exception {
    ManagedGateway gateway = start();
    List<BufferedReader> streams = new ArrayList<>();
    for (int i = 0; i < StreamPlaces.MOST; i++) {
      BufferedReader stream = stream(gateway);
      next(stream, ": ");
      streams.add(stream);
    }
    RawResponse refused = get(gateway, "/api/v1/traffic/stream");
    assertEquals(503, refused.status());
    assertEquals("UNAVAILABLE", json(refused).get("code").asString());
    for (int i = 0; i < 2 * StreamPlaces.MOST; i++) {
      assertEquals(200, head(gateway).status());
    }

    streams.getFirst().close();
    Eventually.within(
        SOON,
        () -> {
          try (RawClient client = RawClient.connect(admin(gateway))) {
            client.send("GET /api/v1/traffic/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
            return client.readHead().contains(" 200 ");
          }
        });
  }

  private static RawResponse head(ManagedGateway gateway) {
    try (RawClient client = RawClient.connect(admin(gateway))) {
      client.send("HEAD /api/v1/traffic/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
      return client.readResponse("HEAD");
    }
  }

  /** Figures of a second in which all of this was done, over and over. */
  private static JsonNode seen(ManagedGateway gateway, List<String> paths) {
    return Eventually.valueWithin(
        SOON,
        "a second with all of " + paths,
        () -> {
          paths.forEach(path -> ask(gateway, path));
          JsonNode now = json(get(gateway, "/api/v1/traffic"));
          boolean all =
              now.at("/statuses/2xx").asDouble() > 0
                  && now.at("/statuses/4xx").asDouble() > 0
                  && now.at("/statuses/5xx").asDouble() > 0;
          return all ? now : null;
        });
  }

  private BufferedReader stream(ManagedGateway gateway) throws IOException {
    InetSocketAddress at = admin(gateway);
    Socket socket = new Socket(at.getAddress(), at.getPort());
    opened.add(socket);
    socket.setSoTimeout((int) SOON.toMillis());
    socket
        .getOutputStream()
        .write(
            "GET /api/v1/traffic/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
                .getBytes(StandardCharsets.UTF_8));
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }

  private static String next(BufferedReader stream, String beginning) throws IOException {
    String line = stream.readLine();
    while (line != null && !line.startsWith(beginning)) {
      line = stream.readLine();
    }
    return Objects.requireNonNull(line, "the stream has ended");
  }

  private static boolean ended(BufferedReader stream) {
    try {
      return stream.readLine() == null;
    } catch (IOException _) {
      return true;
    }
  }

  private ManagedGateway start() throws Exception {
    Path file = Files.writeString(folder.resolve("yumen.yaml"), CONFIG);
    ManagedGateway gateway =
        ManagedGateway.start(
            file, new ConfigReader(BuiltInFilters.byName(), Map.of()), loaded -> {});
    opened.add(gateway);
    return gateway;
  }

  private static InetSocketAddress admin(ManagedGateway gateway) {
    return Objects.requireNonNull(gateway.gateway().addresses().get("admin"));
  }

  private static void ask(ManagedGateway gateway, String path) {
    InetSocketAddress http = Objects.requireNonNull(gateway.gateway().addresses().get("http"));
    try (RawClient client = RawClient.connect(http)) {
      client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
      client.readResponse("GET");
    }
  }

  private static RawResponse get(ManagedGateway gateway, String target) {
    try (RawClient client = RawClient.connect(admin(gateway))) {
      client.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
      return client.readResponse("GET");
    }
  }

  private static JsonNode json(RawResponse answer) {
    return JSON.readTree(answer.text());
  }
}
