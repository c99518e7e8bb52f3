package dev.yumen.control.diagnose;

import static dev.yumen.control.diagnose.LiveGateway.seen;
import static dev.yumen.control.diagnose.LiveGateway.step;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.Verdict;
import dev.yumen.config.ConfigReader;
import dev.yumen.control.ManagedGateway;
import dev.yumen.filters.BuiltInFilters;
import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.ScriptedUpstream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Services in trouble, behind a gateway that runs. */
class TimeoutTreeTest {
  private static final String ALL = "{\"tree\":\"timeouts\"}";
  private static final String GET = "GET /users HTTP/1.1\r\nHost: a\r\n\r\n";

  @TempDir Path folder;

  private static String users(int port, String more) {
    return """
    upstreams:
      users:
        endpoints: ["127.0.0.1:%d"]
        outlier-ejection: {consecutive-failures: 0}
        %s
    routes:
      - id: users
        match: {path: /users}
        to: users
      - id: hello
        match: {path: /hello}
        respond: {body: hello}
    """
        .formatted(port, more);
  }

  @Test
  void aServiceThatNeverAnswersIsTheService() throws Exception {
    try (ScriptedUpstream service = ScriptedUpstream.start(Behaviours.neverAnswer());
        LiveGateway gateway =
            LiveGateway.recording(folder, users(service.port(), "timeout: {header: 300ms}"))) {
      assertEquals(504, gateway.send("/users"));
      gateway.recorded(1);
      JsonNode told = gateway.diagnose("{\"tree\":\"timeouts\",\"route\":\"users\"}");

      assertEquals("upstream", told.get("conclusion").asString(), told::toString);
      assertEquals("found never-answers", seen(told, "upstream"));
      assertEquals("good reached", seen(told, "network"));
      assertEquals("good limits", seen(told, "gateway-timeout"));
      assertEquals("good loops-answer", seen(told, "blocked-threads"));
      JsonNode evidence = step(told, "upstream").at("/evidence/0");
      assertEquals("yumen.yaml:10", evidence.get("at").asString(), "the limit that ended it");
      assertTrue(evidence.get("advice").asString().contains("timeout.header (300ms)"));
      JsonNode other = gateway.diagnose("{\"tree\":\"timeouts\",\"route\":\"hello\"}");
      assertTrue(other.get("conclusion").isNull(), "that is another route");
      assertEquals("not-known no-requests", seen(other, "network"));
    }
  }

  @Test
  void whileItIsWaitedForThatIsSaid() throws Exception {
    try (ScriptedUpstream service = ScriptedUpstream.start(Behaviours.neverAnswer());
        LiveGateway gateway = LiveGateway.recording(folder, users(service.port(), ""));
        RawClient client = gateway.connect("http")) {
      client.send(GET);
      service.awaitRequest(1);
      JsonNode told = gateway.diagnose(ALL);
      assertEquals("suspect nothing-ended", seen(told, "upstream"), told::toString);
    }
  }

  @Test
  void aRefusedConnectionIsTheNetwork() throws Exception {
    int port = ScriptedUpstream.unusedPort();
    try (LiveGateway gateway = LiveGateway.recording(folder, users(port, ""))) {
      assertEquals(502, gateway.send("/users"));
      gateway.recorded(1);
      JsonNode told = gateway.diagnose("{\"tree\":\"timeouts\",\"upstream\":\"users\"}");

      assertEquals("network", told.get("conclusion").asString(), told::toString);
      assertEquals("found connect-refused", seen(told, "network"));
      String text = told.get("text").asString();
      assertTrue(text.contains("1 of 1 requests to users ended as 127.0.0.1:" + port), text);
    }
  }

  @Test
  void withoutARecordWhatIsCountedIsSaidAndWhenIsNot() throws Exception {
    int port = ScriptedUpstream.unusedPort();
    try (LiveGateway gateway = LiveGateway.forgetful(folder, users(port, ""))) {
      assertEquals(502, gateway.send("/users"));
      JsonNode told = gateway.diagnose(ALL);

      assertTrue(told.get("conclusion").isNull(), told::toString);
      assertEquals("suspect failed-since-start", seen(told, "network"));
      assertEquals("not-known not-recorded", seen(told, "upstream"));
    }
  }

  @Test
  void aProbeTellsWhatIsReachedNow() throws Exception {
    int port = ScriptedUpstream.unusedPort();
    try (ScriptedUpstream service = ScriptedUpstream.start(Behaviours.respond(200, ""));
        LiveGateway gateway =
            LiveGateway.recording(
                folder,
                """
                upstreams:
                  there: {endpoints: ["127.0.0.1:%d"]}
                  gone: {endpoints: ["127.0.0.1:%d"]}
                routes:
                  - {id: there, match: {path: /there}, to: there}
                  - {id: gone, match: {path: /gone}, to: gone}
                """
                    .formatted(service.port(), port))) {
      String probe = "{\"tree\":\"timeouts\",\"probe\":true,\"upstream\":\"%s\"}";
      JsonNode gone = gateway.diagnose(probe.formatted("gone"));
      assertEquals("found probe-refused", seen(gone, "network"));
      assertEquals("network", gone.get("conclusion").asString());
      JsonNode there = gateway.diagnose(probe.formatted("there"));
      assertTrue(there.toString().contains("probe-good"), there::toString);
      assertTrue(there.get("conclusion").isNull(), there::toString);
      assertTrue(service.requests().isEmpty(), "nothing is sent");
    }
  }

  @Test
  void aFullQueueIsAMatterOfResources() throws Exception {
    try (ScriptedUpstream service = ScriptedUpstream.start(Behaviours.neverAnswer());
        LiveGateway gateway =
            LiveGateway.recording(folder, users(service.port(), "concurrency: 1"));
        RawClient first = gateway.connect("http")) {
      first.send(GET);
      service.awaitRequest(1);
      assertEquals(503, gateway.send("/users"));
      gateway.recorded(1);
      JsonNode told = gateway.diagnose(ALL);

      assertEquals("resources", told.get("conclusion").asString(), told::toString);
      assertEquals("found overloaded", seen(told, "resources"));
      assertTrue(told.toString().contains("places-taken"), told::toString);
    }
  }

  @Test
  void anOpenBreakerIsSeen() throws Exception {
    try (ScriptedUpstream service = ScriptedUpstream.start(Behaviours.respond(500, "no"));
        LiveGateway gateway =
            LiveGateway.recording(
                folder,
                users(
                    service.port(),
                    "circuit-breaker: {minimum-calls: 2, error-ratio: 0.5, open-time: 1m}"))) {
      for (int i = 0; i < 4; i++) {
        gateway.send("/users");
      }
      assertEquals(503, gateway.send("/users"));
      gateway.recorded(5);
      JsonNode told = gateway.diagnose(ALL);

      assertEquals("upstream", told.get("conclusion").asString(), told::toString);
      assertTrue(told.toString().contains("\"breaker-open\""), told::toString);
      assertTrue(told.toString().contains("\"breaker-refused\""), told::toString);
    }
  }

  @Test
  void aBreakerThatTriesTheServiceIsNotSaidToRefuseEverything() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    try (ScriptedUpstream service = ScriptedUpstream.start(Behaviours.respond(500, "no"));
        LiveGateway gateway =
            LiveGateway.recording(
                folder,
                users(
                    service.port(),
                    "circuit-breaker: {minimum-calls: 2, error-ratio: 0.5, open-time: 100ms}"))) {
      gateway.send("/users");
      gateway.send("/users");
      service.next(Behaviours.await(held).then(Behaviours.respond(200, "well")));
      try (RawClient probing = gateway.connect("http")) {
        Eventually.within(
            Duration.ofSeconds(10),
            () -> {
              probing.send(GET); // each is refused, until one is taken for a try
              return gateway.managed().gateway().upstreamsJson().contains("half-open");
            });
        JsonNode told = gateway.diagnose(ALL);
        String text = step(told, "upstream").toString();
        assertTrue(text.contains("\"breaker-half-open\""), text);
        assertTrue(text.contains("some requests go to the service to try it"), text);
        assertFalse(text.contains("\"breaker-open\""), text);
      } finally {
        held.countDown();
      }
    }
  }

  @Test
  void whereNoRequestWentToAServiceThatIsSaid() throws Exception {
    try (ScriptedUpstream service = ScriptedUpstream.start(Behaviours.respond(200, "yes"));
        LiveGateway gateway = LiveGateway.recording(folder, users(service.port(), ""))) {
      gateway.send("/hello");
      gateway.recorded(1);
      JsonNode told = gateway.diagnose(ALL);
      assertEquals("not-known not-said", seen(told, "network"));
      assertTrue(
          step(told, "network").toString().contains("none of the requests that were looked at"),
          told::toString);
    }
  }

  @Test
  void aLimitWithinUsualTimesIsTheGatewaysOwn() throws Exception {
    Behaviour pause = request -> LockSupport.parkNanos(Duration.ofMillis(2_500).toNanos());
    Behaviour slow = pause.then(Behaviours.respond(200, "late"));
    try (ScriptedUpstream service = ScriptedUpstream.start(slow);
        LiveGateway gateway =
            LiveGateway.recording(folder, users(service.port(), "timeout: {header: 4s}"))) {
      service.next(Behaviours.neverAnswer());
      assertEquals(504, gateway.send("/users"));
      assertEquals(200, gateway.send("/users"));
      gateway.recorded(2);
      JsonNode told = gateway.diagnose(ALL);
      assertEquals("gateway-timeout", told.get("conclusion").asString(), told::toString);
      assertEquals("found limit-too-short", seen(told, "gateway-timeout"));
      assertEquals("suspect some-timed-out", seen(told, "upstream"));
    }
  }

  /** Holds the event loop until it is let go. */
  private record Hold() {}

  @Test
  void aBlockedEventLoopIsNamedWithItsPlace() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch letGo = new CountDownLatch(1);
    Filter blocks =
        new Filter() {
          @Override
          public Verdict onRequest(Exchange exchange) {
            held.countDown();
            try {
              letGo.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            return Verdict.proceed();
          }
        };
    Map<String, FilterType<?>> filters = new HashMap<>(BuiltInFilters.byName());
    filters.put("hold", new FilterType<>("hold", Hold.class, (config, context) -> blocks));
    String yaml =
        """
        listeners: {http: {address: "127.0.0.1:0"}}
        management: {enabled: false}
        admin: {enabled: false}
        runtime: {loops: 1}
        routes:
          - {id: a, match: {path: /users}, filters: [hold: {}], respond: {body: a}}
        """;
    Path file = Files.writeString(folder.resolve("yumen.yaml"), yaml);
    try (ManagedGateway gateway =
            ManagedGateway.start(file, new ConfigReader(filters, Map.of()), _ -> {});
        RawClient client =
            RawClient.connect(Objects.requireNonNull(gateway.gateway().addresses().get("http")))) {
      client.send(GET);
      held.await();
      Diagnosis told =
          new TimeoutTree(gateway.gateway(), InstantSource.system())
              .walk(new Extent(null, null, Extent.USUAL), List.of());
      letGo.countDown();

      Diagnosis.Step found = Objects.requireNonNull(told.conclusion(), told::toString);
      assertEquals(Check.BLOCKED_THREADS, found.check());
      Evidence stands = found.evidence().getFirst();
      assertEquals(Sign.LOOP_STANDS, stands.sign());
      assertEquals("WAITING", stands.details().get("state"));
      assertTrue(String.valueOf(stands.details().get("frame")).contains("park"));
    } finally {
      letGo.countDown();
    }
  }

  @Test
  void answersThatComeAreWell() throws Exception {
    try (ScriptedUpstream service = ScriptedUpstream.start(Behaviours.respond(200, "hi"));
        LiveGateway gateway = LiveGateway.recording(folder, users(service.port(), ""))) {
      for (int i = 0; i < 5; i++) {
        assertEquals(200, gateway.send("/users"));
      }
      gateway.recorded(5);
      JsonNode told = gateway.diagnose(ALL);
      assertTrue(told.get("conclusion").isNull(), told::toString);
      assertEquals("good reached", seen(told, "network"));
      assertEquals("good answered", seen(told, "upstream"));
      assertEquals("good limit-far", seen(told, "gateway-timeout"));
      assertEquals(Duration.ofMinutes(5).toMinutes() + "m", told.at("/about/since").asString());
    }
  }
}
