package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.respond;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Exchange;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.Response.Field;
import dev.yumen.api.TakesCredentials;
import dev.yumen.api.Verdict;
import dev.yumen.dataplane.explain.Explanation;
import dev.yumen.dataplane.explain.Explanation.Result;
import dev.yumen.dataplane.explain.Phrase;
import dev.yumen.dataplane.explain.Saying;
import dev.yumen.dataplane.recording.RecordedRequest;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Requests that a gateway has seen, as it keeps them. */
class RecordingTest {
  private static final String ROUTES =
      """
      routes:
        - id: users
          match: {path: "/users/**"}
          to: service
          filters: [{edit: {}}]
        - {id: hello, match: {path: /hello}, respond: {status: 203}}
        - {id: door, match: {path: /door}, filters: [{door: {}}], respond: {status: 200}}
        - {id: beta, match: {path: /b, cookies: {beta: "1"}}, respond: {status: 201}}
        - {id: plain, match: {path: /b}, respond: {status: 202}}
      """;
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String ON = "recording: 1000\n";

  /** Lets in who knows the word, which stands under a name that tells nobody so. */
  private static final class Door implements Filter, LooksOnly, TakesCredentials {
    @Override
    public Set<String> credentialNames() {
      return Set.of("x-word");
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
      String word = exchange.request().headers().first("x-word");
      return word == null
          ? Verdict.fail(FailureCode.AUTH_MISSING, "no word")
          : word.equals("s3cret-word")
              ? Verdict.proceed()
              : Verdict.fail(FailureCode.FORBIDDEN, "wrong");
    }
  }

  private static final FilterType<?> DOOR = TestFilters.type("door", new Door());
  private static final FilterType<?> EDIT =
      TestFilters.onRequest(
          "edit",
          exchange -> {
            exchange.request().path("/changed");
            exchange.request().headers().set("X-A", "changed").remove("X-B");
            exchange.traceId("trace-of-edit");
            return Verdict.proceed();
          });

  private static GatewayFixture start(String yaml) {
    return GatewayFixture.start(yaml, DOOR, EDIT);
  }

  private static String upstream(ScriptedUpstream service) {
    return "upstreams: {service: {endpoints: [\"127.0.0.1:" + service.port() + "\"]}}\n";
  }

  private static RawResponse send(GatewayFixture gateway, String target, String... fields) {
    try (RawClient client = gateway.connect()) {
      String more = String.join("\r\n", fields) + (fields.length == 0 ? "" : "\r\n");
      return client
          .send("GET " + target + " HTTP/1.1\r\nHost: a.test\r\n" + more + "\r\n")
          .readResponse("GET");
    }
  }

  private static List<RecordedRequest> newest(GatewayFixture gateway) {
    return gateway.gateway().recording().newest(_ -> true, 1_000);
  }

  private static RecordedRequest only(GatewayFixture gateway) {
    Eventually.within(SOON, () -> !newest(gateway).isEmpty());
    assertEquals(1, newest(gateway).size());
    return newest(gateway).getFirst();
  }

  @Test
  void aRequestIsKeptAsItWasSentWithWhatBecameOfIt() {
    try (ScriptedUpstream service = ScriptedUpstream.start(respond(200, "hello"));
        GatewayFixture gateway = start(ON + upstream(service) + ROUTES)) {
      send(gateway, "/users/7?a=1", "X-A: first", "X-B: second");
      RecordedRequest request = only(gateway);
      assertEquals("trace-of-edit", request.id());
      assertEquals("http", request.way().listener());
      assertTrue(request.way().peer().isLoopbackAddress());
      assertEquals("/users/7?a=1", request.head().target());
      assertEquals("a.test", request.head().host());
      assertEquals(
          List.of(new Field("X-A", "first"), new Field("X-B", "second")), request.head().fields());
      assertEquals("users", request.result().route());
      assertEquals("service", request.result().upstream());
      assertEquals("127.0.0.1:" + service.port(), request.result().endpoint());
      assertEquals(200, request.result().status());
      assertNull(request.result().failure());
      assertTrue(request.result().nanos() > 0);
    }
  }

  @Test
  void failuresAreKeptWithTheirCode() {
    try (GatewayFixture gateway = start(ON + ROUTES.replace("to: service", "respond: {}"))) {
      RawResponse answer = send(gateway, "/nowhere");
      RecordedRequest request = only(gateway);
      assertEquals(FailureCode.NO_ROUTE, request.result().failure());
      assertEquals(404, request.result().status());
      assertEquals("", request.result().route());
      assertTrue(answer.text().contains(request.id()), answer::text);
      assertEquals(request, gateway.gateway().recording().find(request.id()));
      assertNull(gateway.gateway().recording().find("another"));
    }
  }

  @Test
  void nothingIsKeptUnlessAskedFor() {
    try (GatewayFixture gateway = start(ROUTES.replace("to: service", "respond: {}"))) {
      send(gateway, "/hello");
      assertEquals(List.of(), newest(gateway));
      assertFalse(gateway.gateway().recording().active());
    }
  }

  @Test
  void itLivesAcrossReloadsUntilItsSizeChanges() {
    String routes = ROUTES.replace("to: service", "respond: {}");
    try (GatewayFixture gateway = start(ON + routes)) {
      send(gateway, "/hello");
      gateway.apply("recording: {requests: 1000, hide: [X-A]}\n" + routes);
      assertEquals(1, newest(gateway).size());
      send(gateway, "/hello", "X-A: s3cret-a");
      assertEquals(2, newest(gateway).size());
      assertFalse(newest(gateway).toString().contains("s3cret"));
      gateway.apply("recording: 500\n" + routes);
      assertEquals(0, newest(gateway).size());
      send(gateway, "/hello");
      gateway.apply(routes);
      assertEquals(0, newest(gateway).size());
    }
  }

  @Test
  void whatAFilterTakesForACredentialIsNotKeptAndTheFilterIsNotTried() {
    try (GatewayFixture gateway = start(ON + ROUTES.replace("to: service", "respond: {}"))) {
      assertEquals(200, send(gateway, "/door", "X-Word: s3cret-word").status());
      RecordedRequest knows = only(gateway);
      assertFalse(knows.toString().contains("s3cret"), knows::toString);
      Explanation told = gateway.gateway().explain(knows.asked());
      assertEquals(Result.UNTRIED, told.filters().getFirst().result());
      assertEquals(200, told.outcome().status());
      assertFalse(told.outcome().sure());

      assertEquals(401, send(gateway, "/door").status());
      RecordedRequest silent = newest(gateway).getFirst();
      Explanation refused = gateway.gateway().explain(silent.asked());
      assertEquals(401, refused.outcome().status());
      assertTrue(refused.outcome().sure());
    }
  }

  @Test
  void aRouteThatAsksForWhatIsNotKeptIsSaidToBePossible() {
    try (GatewayFixture gateway = start(ON + ROUTES.replace("to: service", "respond: {}"))) {
      assertEquals(201, send(gateway, "/b", "Cookie: beta=1").status());
      Explanation told = gateway.gateway().explain(only(gateway).asked(), 0);
      assertEquals("plain", Objects.requireNonNull(told.route()).id());
      assertFalse(told.outcome().sure());
      assertEquals(List.of(Saying.of(Phrase.HIDDEN_DECIDES, "cookies.beta", "beta")), told.why());

      assertEquals(202, send(gateway, "/b").status());
      assertTrue(gateway.gateway().explain(newest(gateway).getFirst().asked(), 0).outcome().sure());
    }
  }

  @Test
  void hostileHeadsAreKeptInPart() {
    String limits = "limits: {header-line: 70KiB, header-bytes: 80KiB}\n";
    try (GatewayFixture gateway =
        start(ON + limits + ROUTES.replace("to: service", "respond: {}"))) {
      assertEquals(203, send(gateway, "/hello", "X-A: " + "a".repeat(65_000)).status());
      RecordedRequest cut = only(gateway);
      assertTrue(cut.cut());
      assertEquals("hello", cut.result().route());
      assertEquals(203, send(gateway, "/hello", "X-B: \u00ff\u0080").status());
      RecordedRequest odd = newest(gateway).getFirst();
      assertNotNull(gateway.gateway().explain(odd.asked()).route());
    }
  }
}
