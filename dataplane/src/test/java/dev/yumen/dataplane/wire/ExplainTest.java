package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.await;
import static dev.yumen.testkit.Behaviours.respond;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Response.Field;
import dev.yumen.dataplane.explain.ExplainRequest;
import dev.yumen.dataplane.explain.Explanation;
import dev.yumen.dataplane.explain.Explanation.End;
import dev.yumen.dataplane.explain.Sentences;
import dev.yumen.dataplane.explain.Wording;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** What a gateway says that becomes of a request, against what becomes of it. */
class ExplainTest {
  private static final int CONFIGURATIONS = 12;
  private static final int REQUESTS = 40;

  private static Explanation explain(GatewayFixture gateway, String method, String target) {
    return gateway
        .gateway()
        .explain(ExplainRequest.of(method, "http://127.0.0.1" + target, List.of()));
  }

  /** The status that a client of this request gets, and the route that took it, if any. */
  private record Seen(int status, String route) {}

  @Test
  void whatIsToldIsWhatHappens() {
    long seed = ThreadLocalRandom.current().nextLong();
    Random random = new Random(seed);
    String first = configuration(random);
    try (GatewayFixture gateway = GatewayFixture.start(first)) {
      String yaml = first;
      for (int i = 0; i < CONFIGURATIONS; i++) {
        for (int j = 0; j < REQUESTS; j++) {
          compare(gateway, request(random), "seed " + seed + "\n" + yaml);
        }
        yaml = configuration(random);
        gateway.apply(yaml); // one with conflicts is refused, and the old one is asked again
      }
    }
  }

  private static void compare(GatewayFixture gateway, ExplainRequest asked, String about) {
    Explanation told = gateway.gateway().explain(asked);
    try (RawClient client = RawClient.connect(gateway.port())) {
      RawResponse got = client.send(asked.head()).readResponse(asked.method());
      String route = got.header("x-route");
      Seen seen = new Seen(got.status(), route == null ? "" : route);
      String toldRoute = told.route() == null ? "" : told.route().id();
      boolean named = told.outcome().end() == End.RESPOND;
      assertEquals(
          seen,
          new Seen(told.outcome().status(), named ? toldRoute : ""),
          () -> asked + "\n" + told + "\n" + about);
    }
  }

  /** Routes that answer with their name, of few words so that they overlap. */
  private static String configuration(Random random) {
    StringBuilder yaml = new StringBuilder("trusted-proxies: [127.0.0.1/32]\nroutes:\n");
    for (int i = 0; i < 12; i++) {
      List<String> match = new ArrayList<>();
      match.add("path: \"" + pick(random, "/a", "/a/**", "/a/{v}", "/a/b", "/b/**", "/**") + "\"");
      if (random.nextInt(3) == 0) {
        match.add("host: [" + pick(random, "x.test", "'*.test'", "127.0.0.1") + "]");
      }
      if (random.nextInt(3) == 0) {
        match.add("methods: [" + pick(random, "GET", "POST", "PUT") + "]");
      }
      if (random.nextInt(3) == 0) {
        match.add("headers: {X-A: \"" + pick(random, "1", "2") + "\"}");
      }
      if (random.nextInt(4) == 0) {
        match.add("client: [" + pick(random, "10.0.0.0/8", "127.0.0.0/8") + "]");
      }
      match.add("priority: " + i);
      yaml.append(
          "  - {id: r%d, match: {%s}, allow: [%s], respond: {status: %d, headers: {X-Route: r%d}}}\n"
              .formatted(
                  i,
                  String.join(", ", match),
                  random.nextInt(3) == 0 ? "encoded-slash" : "",
                  200 + random.nextInt(4),
                  i));
    }
    return yaml.toString();
  }

  private static ExplainRequest request(Random random) {
    String target =
        pick(
            random,
            "/a",
            "/a/b",
            "/a/c",
            "/b",
            "/b//c",
            "/c",
            "/%61",
            "/a/..",
            "/../a",
            "/a%2fb",
            "/a%00",
            "/a?x=%zz",
            "/health",
            "/a/%e4",
            "/a\\b");
    String method = pick(random, "GET", "GET", "HEAD", "POST", "PUT", "TRACE", "CONNECT", "G(T");
    List<Field> fields = new ArrayList<>();
    fields.add(new Field("Host", pick(random, "x.test", "y.test:80", "127.0.0.1", "a@b", "o.org")));
    if (random.nextInt(2) == 0) {
      fields.add(new Field("x-a", pick(random, "1", "2", "3")));
    }
    if (random.nextInt(3) == 0) {
      fields.add(new Field("X-Forwarded-For", pick(random, "10.1.2.3", "192.0.2.1", "nobody")));
    }
    if (random.nextInt(12) == 0) {
      fields.add(new Field(pick(random, "Expect", "Host", "X Y", "Content-Length"), "1"));
    }
    return ExplainRequest.of(method, "http://127.0.0.1" + target, fields)
        .from(InetAddress.ofLiteral("127.0.0.1"));
  }

  private static String pick(Random random, String... words) {
    return words[random.nextInt(words.length)];
  }

  @Test
  void explainingMovesNothing() {
    try (ScriptedUpstream a = ScriptedUpstream.start(respond(200, "a"));
        ScriptedUpstream b = ScriptedUpstream.start(respond(200, "b"));
        GatewayFixture gateway =
            GatewayFixture.start(
                """
                runtime: {loops: 1}
                upstreams: {robin: {endpoints: ["%s", "%s"]}}
                routes: [{id: all, match: {path: /**}, to: robin}]
                """
                    .formatted(a.address(), b.address()));
        RawClient client = gateway.connect()) {
      assertEquals("a", client.get("/").text());
      gateway.awaitIdle();
      String before = requests(gateway);
      for (int i = 0; i < 50; i++) {
        Explanation told = explain(gateway, "GET", "/");
        assertEquals(b.address(), endpoint(told));
        assertNull(told.outcome().code());
        assertEquals(404, explain(gateway, "GET", "/health/no").outcome().status() + 404);
      }
      assertEquals(before, requests(gateway));
      assertEquals(0, b.connections());
      assertEquals("b", client.get("/").text());
    }
  }

  private static String endpoint(Explanation told) {
    return String.valueOf(Objects.requireNonNull(told.destination()).endpoints().endpoint());
  }

  private static String requests(GatewayFixture gateway) {
    return gateway.failed("NO_ROUTE")
        + " "
        + gateway.metric("gateway_requests_in_flight")
        + " "
        + gateway.metric(
            "gateway_requests_total{method=\"GET\",path=\"/**\",status=\"200\",upstream=\"robin\"}");
  }

  @Test
  void theLessBusyEndpointIsNamedWithWhatIsUnderWay() {
    CountDownLatch hold = new CountDownLatch(1);
    try (ScriptedUpstream a = ScriptedUpstream.start(await(hold).then(respond(200, "a")));
        ScriptedUpstream b = ScriptedUpstream.start(await(hold).then(respond(200, "b")));
        GatewayFixture gateway =
            GatewayFixture.start(
                """
                runtime: {loops: 1}
                upstreams: {least: {balance: least-request, endpoints: ["%s", "%s"]}}
                routes: [{id: all, match: {path: /**}, to: least}]
                """
                    .formatted(a.address(), b.address()));
        RawClient client = gateway.connect()) {
      assertEquals("null", endpoint(explain(gateway, "GET", "/")));
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      gateway.awaitMetric("gateway_requests_in_flight", 1);
      Explanation told = explain(gateway, "GET", "/");
      String busy = endpoint(told).equals(a.address()) ? b.address() : a.address();
      String why = String.join("\n", new Sentences(Wording.of("en")).why(told));
      assertTrue(why.contains(busy + " has 1 under way"), why);
      assertTrue(why.contains(endpoint(told) + " has 0 under way"), why);
      hold.countDown();
      assertEquals(200, client.readResponse("GET").status());
    }
  }

  @Test
  void settingsAreToldByFileAndLine() {
    try (GatewayFixture gateway =
        GatewayFixture.start(
            """
            listeners: {http: {address: "127.0.0.1:0"}}
            management: {address: "127.0.0.1:0"}
            upstreams:
              one: {endpoints: "127.0.0.1:1"}
            routes:
              - id: a
                match:
                  path: /a
                  headers: {X-A: "1"}
                to: one
              - id: b
                match: {path: /a}
                to: one
            """)) {
      Explanation told = explain(gateway, "GET", "/a");
      assertEquals("test.yaml:11", Objects.requireNonNull(told.route()).at());
      assertEquals("test.yaml:4", Objects.requireNonNull(told.destination()).at());
      assertEquals(
          List.of("test.yaml:11", "test.yaml:9"),
          told.candidates().stream().map(c -> c.at()).toList());
      assertNotNull(told.destination());
    }
  }
}
