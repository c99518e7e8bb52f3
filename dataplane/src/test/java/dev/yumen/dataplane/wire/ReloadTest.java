package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.await;
import static dev.yumen.testkit.Behaviours.echo;
import static dev.yumen.testkit.Behaviours.respond;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.AnyFilter;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Verdict;
import dev.yumen.config.Problem;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Another configuration while requests come: all of it at once, or nothing. */
class ReloadTest {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** What one configuration holds: an upstream, its endpoint, how that fares, the filter's own. */
  private static final int STATES = 4;

  private static final AtomicInteger OPEN_FILTERS = new AtomicInteger();
  private static final List<String> STATES_CLOSED = new CopyOnWriteArrayList<>();
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final ScriptedUpstream OTHER = ScriptedUpstream.start(respond(200, "other"));
  private static final String FIRST = config(UPSTREAM, "one");
  private static final GatewayFixture GATEWAY = GatewayFixture.start(FIRST, tagType());

  /** Settings of the test's filter. */
  @Describe("Settings of the test's filter.")
  record Settings(@Describe("Written into answers.") String value) {}

  /** State that lives as long as somebody asks for it. */
  private record State(String value) implements AutoCloseable {
    @Override
    public void close() {
      STATES_CLOSED.add(value);
    }
  }

  private static FilterType<Settings> tagType() {
    return new FilterType<>("tag", Settings.class, ReloadTest::tag);
  }

  private static AnyFilter tag(Settings settings, FilterContext context) {
    State state = context.state(State.class, settings.value(), () -> new State(settings.value()));
    if (settings.value().equals("invalid")) {
      throw new InvalidValue("value", settings.value(), "something else");
    }
    if (settings.value().equals("bug")) {
      throw new IllegalStateException("a bug in a factory");
    }
    OPEN_FILTERS.incrementAndGet();
    return new Filter() {
      @Override
      public Verdict onResponse(Exchange exchange, ResponseHead head) {
        head.headers().set("X-Tag", state.value());
        return Verdict.proceed();
      }

      @Override
      public void close() {
        OPEN_FILTERS.decrementAndGet();
      }
    };
  }

  private static String config(ScriptedUpstream service, String tag) {
    return """
    upstreams: {service: {endpoints: %s}}
    filters: [{tag: {value: %s}}]
    routes: [{id: all, match: {path: "/**"}, to: service}]
    """
        .formatted(service.address(), tag);
  }

  @BeforeEach
  void backToTheFirst() {
    UPSTREAM.dropQueued();
    assertEquals(List.of(), GATEWAY.apply(FIRST));
    GATEWAY.awaitIdle();
    Eventually.within(PATIENCE, "one open filter", () -> OPEN_FILTERS.get() == 1);
    Eventually.within(PATIENCE, "as many states", () -> GATEWAY.gateway().heldStates() == STATES);
    STATES_CLOSED.clear();
  }

  @AfterAll
  static void close() {
    GATEWAY.close();
    assertEquals(0, OPEN_FILTERS.get());
    UPSTREAM.close();
    OTHER.close();
  }

  @Test
  void aNewRouteIsThereAtOnceAndARemovedOneGone() {
    try (RawClient client = GATEWAY.connect()) {
      assertEquals(200, client.get("/new").status());
      assertEquals(
          List.of(),
          GATEWAY.apply(
              """
              upstreams: {service: {endpoints: %s}}
              routes: [{id: fixed, match: {path: /new}, respond: {body: fixed}}]
              """
                  .formatted(UPSTREAM.address())));
      // The same connection sees the new configuration with its next request.
      assertEquals("fixed", client.get("/new").text());
      assertEquals(404, client.get("/old").status());
    }
  }

  @Test
  void aRequestKeepsTheConfigurationThatItBeganWith() {
    CountDownLatch slow = new CountDownLatch(1);
    UPSTREAM.next(await(slow).then(respond(200, "old")));
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n");
      UPSTREAM.awaitRequest(before + 1);
      GATEWAY.apply(config(OTHER, "two"));
      assertEquals(2, OPEN_FILTERS.get());
      slow.countDown();
      RawResponse old = client.readResponse();
      assertEquals("old", old.text());
      assertEquals("one", old.header("x-tag"));
      RawResponse next = client.readResponse();
      assertEquals("other", next.text());
      assertEquals("two", next.header("x-tag"));
    }
    Eventually.within(PATIENCE, "the old filter closed", () -> OPEN_FILTERS.get() == 1);
    Eventually.within(PATIENCE, () -> GATEWAY.gateway().heldStates() == STATES);
    assertEquals(List.of("one"), STATES_CLOSED);
  }

  @Test
  void stateThatBothUseIsKept() {
    GATEWAY.apply(config(OTHER, "one"));
    Eventually.within(PATIENCE, () -> OPEN_FILTERS.get() == 1);
    Eventually.within(PATIENCE, () -> GATEWAY.gateway().heldStates() == STATES);
    assertEquals(List.of(), STATES_CLOSED);
  }

  @Test
  void connectionsToAnUnchangedUpstreamAreKept() {
    try (RawClient client = GATEWAY.connect()) {
      client.get("/");
      int connection = UPSTREAM.requests().getLast().connection();
      GATEWAY.apply(config(UPSTREAM, "two"));
      assertEquals("two", client.get("/").header("x-tag"));
      assertEquals(connection, UPSTREAM.requests().getLast().connection());
    }
  }

  @Test
  void connectionsToAnUpstreamThatIsGoneAreClosed() {
    try (RawClient client = GATEWAY.connect()) {
      client.get("/");
      assertTrue(UPSTREAM.openConnections() > 0);
      GATEWAY.apply(config(OTHER, "one"));
      UPSTREAM.awaitOpenConnections(0);
      assertEquals("other", client.get("/").text());
    }
    assertEquals(1, GATEWAY.metric("gateway_upstream_endpoints{upstream=\"service\"}"));
  }

  @Test
  void aConnectionInUseOfAnUpstreamThatIsGoneIsClosedAfterItsAnswer() {
    CountDownLatch slow = new CountDownLatch(1);
    UPSTREAM.next(await(slow).then(respond(200, "old")));
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      UPSTREAM.awaitRequest(before + 1);
      GATEWAY.apply(config(OTHER, "one"));
      slow.countDown();
      assertEquals("old", client.readResponse().text());
    }
    UPSTREAM.awaitOpenConnections(0);
  }

  @Test
  void whatCanNotBeCompiledChangesNothing() {
    String twins =
        """
        upstreams: {service: {endpoints: %s}}
        filters: [{tag: {value: two}}]
        routes:
          - {id: a, match: {path: /same}, to: service}
          - {id: b, match: {path: /same}, to: service}
        """
            .formatted(UPSTREAM.address());
    for (String bad : List.of(config(OTHER, "invalid"), config(OTHER, "bug"), twins)) {
      List<Problem> problems = GATEWAY.gateway().apply(GATEWAY.load(bad));
      assertTrue(
          problems.stream().anyMatch(problem -> problem.severity() == Problem.Severity.ERROR), bad);
      try (RawClient client = GATEWAY.connect()) {
        assertEquals("one", client.get("/same").header("x-tag"));
      }
      assertEquals(1, OPEN_FILTERS.get());
      assertEquals(STATES, GATEWAY.gateway().heldStates());
    }
    GATEWAY.forgetLog("could not be made");
  }

  @Test
  void listenersComeAndGo() {
    String two =
        "listeners: {http: {address: \"127.0.0.1:0\"}, more: {address: \"127.0.0.1:0\"}}\n";
    int port = GATEWAY.port();
    assertEquals(List.of(), GATEWAY.apply(two + FIRST));
    assertEquals(port, GATEWAY.port());
    int more = GATEWAY.port("more");
    try (RawClient idle = RawClient.connect(more);
        RawClient kept = GATEWAY.connect()) {
      assertEquals(200, idle.get("/").status());
      assertEquals(200, kept.get("/").status());
      assertEquals(List.of(), GATEWAY.apply(FIRST));
      assertEquals(RawClient.End.CLOSED, idle.readEnd());
      assertThrows(UncheckedIOException.class, () -> RawClient.connect(more));
      assertEquals(200, kept.get("/").status());
    }
    assertEquals(Map.of("http", true, "management", true), present());
  }

  private static Map<String, Boolean> present() {
    Map<String, Boolean> present = new java.util.TreeMap<>();
    GATEWAY.gateway().addresses().keySet().forEach(name -> present.put(name, true));
    return present;
  }

  @Test
  void aGatewayThatIsClosedTakesNoConfiguration() {
    GatewayFixture gateway = GatewayFixture.start(FIRST, tagType());
    gateway.close();
    assertThrows(IllegalStateException.class, () -> gateway.apply(FIRST));
  }

  @Test
  void aPortThatIsTakenRejectsTheWholeConfiguration() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String clash =
          "listeners: {http: {address: \"127.0.0.1:0\"}, free: {address: \"127.0.0.1:0\"}, more: {address: \"127.0.0.1:%d\"}}\n"
              .formatted(taken.getLocalPort());
      List<Problem> problems = GATEWAY.gateway().apply(GATEWAY.load(clash + config(OTHER, "two")));
      assertEquals(1, problems.size());
      assertTrue(problems.getFirst().message().contains("the port is in use"));
      try (RawClient client = GATEWAY.connect()) {
        assertEquals("one", client.get("/").header("x-tag"));
      }
      assertEquals(Map.of("http", true, "management", true), present());
      Eventually.within(PATIENCE, () -> GATEWAY.gateway().heldStates() == STATES);
      assertEquals(1, OPEN_FILTERS.get());
    }
  }

  @Test
  void manyReloadsUnderLoadFailNoRequest() throws InterruptedException {
    AtomicBoolean done = new AtomicBoolean();
    List<String> failures = new CopyOnWriteArrayList<>();
    AtomicInteger served = new AtomicInteger();
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      clients.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (RawClient client = GATEWAY.connect()) {
                      while (!done.get()) {
                        RawResponse answer = client.get("/");
                        if (answer.status() != 200) {
                          failures.add(answer.toString());
                        }
                        served.incrementAndGet();
                      }
                    } catch (RuntimeException e) {
                      failures.add(e.toString());
                    }
                  }));
    }
    for (int i = 0; i < 100; i++) {
      assertEquals(List.of(), GATEWAY.apply(config(i % 3 == 0 ? OTHER : UPSTREAM, "tag" + i % 5)));
    }
    Eventually.within(PATIENCE, () -> served.get() > 200);
    done.set(true);
    for (Thread client : clients) {
      client.join();
    }
    assertEquals(List.of(), failures);
    Eventually.within(
        PATIENCE, "filters of replaced configurations closed", () -> OPEN_FILTERS.get() == 1);
    Eventually.within(PATIENCE, () -> GATEWAY.gateway().heldStates() == STATES);
    assertNotEquals(0, served.get());
    assertFalse(GATEWAY.gateway().config().routes().isEmpty());
  }
}
