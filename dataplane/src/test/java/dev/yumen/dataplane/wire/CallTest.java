package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.close;
import static dev.yumen.testkit.Behaviours.raw;
import static dev.yumen.testkit.Behaviours.readBody;
import static dev.yumen.testkit.Behaviours.respond;
import static dev.yumen.testkit.Behaviours.stream;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.BlockingFilter;
import dev.yumen.api.Call;
import dev.yumen.api.CallAnswer;
import dev.yumen.api.CallFailed;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Response;
import dev.yumen.api.UpstreamName;
import dev.yumen.api.UpstreamRef;
import dev.yumen.api.Verdict;
import dev.yumen.testkit.Http2Service;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that filters make on their own. */
@Timeout(60)
class CallTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Call QUESTION =
      Call.of("GET", "/ask?a=1", PATIENCE).header("X-Asks", "yes").maxAnswer(1000);

  private final ScriptedUpstream asked = ScriptedUpstream.start(respond(200, "sure"));
  private final ScriptedUpstream service = ScriptedUpstream.start(respond(200, "service"));

  @AfterEach
  void closeServices() {
    asked.close();
    service.close();
  }

  /** Answers with what the other service said, or with the code of the failure. */
  private static Verdict tell(@Nullable CallAnswer answer, @Nullable Throwable thrown) {
    if (answer != null) {
      Response told = new Response(answer.status(), answer.headers(), answer.body());
      for (Response.Field trailer : answer.trailers()) {
        told = told.header("x-behind-" + trailer.name(), trailer.value());
      }
      return Verdict.respond(told.header("X-Told", "yes"));
    }
    String code =
        thrown instanceof CallFailed failed ? failed.failure().code().name() : "" + thrown;
    return Verdict.respond(Response.of(418).body("text/plain", code));
  }

  private static FilterType<TestFilters.Nothing> asking(String name, Call call) {
    return new FilterType<>(
        name,
        TestFilters.Nothing.class,
        (config, context) -> {
          UpstreamRef to = context.upstream(UpstreamName.parse("asked"));
          return new Filter() {
            @Override
            public Verdict onRequest(Exchange exchange) {
              return Verdict.await(exchange.call(to, call).handle(CallTest::tell));
            }
          };
        });
  }

  /** The same by a filter of blocking code. */
  private static FilterType<TestFilters.Nothing> waiting(String name, Call call) {
    return new FilterType<>(
        name,
        TestFilters.Nothing.class,
        (config, context) -> {
          UpstreamRef to = context.upstream(UpstreamName.parse("asked"));
          return new BlockingFilter() {
            @Override
            public Verdict onRequest(Exchange exchange) throws Exception {
              return tell(exchange.call(to, call).toCompletableFuture().get(), null);
            }
          };
        });
  }

  private GatewayFixture gateway(FilterType<?> filter, String... settings) {
    String endpoints = "'" + asked.address() + "'";
    return gateway(filter, endpoints, String.join("\n    ", settings));
  }

  private GatewayFixture gateway(FilterType<?> filter, String endpoints, String settings) {
    return GatewayFixture.start(
        """
        runtime: {loops: 1}
        upstreams:
          asked:
            endpoints: [%s]
            outlier-ejection: {consecutive-failures: 0}
            %s
          service: {endpoints: "%s"}
        routes:
          - {id: asking, match: {path: "/**"}, to: service, filters: [{%s: {}}]}
          - {id: direct, match: {path: "/direct"}, to: asked}
        """
            .formatted(endpoints, settings, service.address(), filter.name()),
        filter);
  }

  private static RawResponse get(GatewayFixture gateway) {
    try (RawClient client = gateway.connect()) {
      return client.get("/");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"loop", "blocking"})
  void aFilterSeesTheAnswer(String where) {
    asked.next(respond(403, Map.of("X-Reason", "closed"), "no"));
    FilterType<?> filter =
        where.equals("loop") ? asking("ask", QUESTION) : waiting("ask", QUESTION);
    try (GatewayFixture gateway = gateway(filter)) {
      RawResponse answer = get(gateway);
      assertEquals(403, answer.status());
      assertEquals("no", answer.text());
      assertEquals("closed", answer.header("x-reason"));
      assertEquals("yes", answer.header("x-told"));
      Recorded seen = asked.awaitRequest(1);
      assertEquals("/ask?a=1", seen.target());
      assertEquals("yes", seen.header("x-asks"));
      assertEquals(asked.address(), seen.header("host"));
      assertEquals(0, service.requests().size());
      assertEquals(
          1, gateway.metric("gateway_upstream_requests_total{upstream=\"asked\",result=\"4xx\"}"));
    }
  }

  @Test
  void aBodyIsSent() {
    Call post = new Call("POST", "/", List.of(), bytes("hello"), PATIENCE, 1000);
    try (GatewayFixture gateway = gateway(asking("ask", post))) {
      assertEquals("sure", get(gateway).text());
      assertEquals("hello", asked.awaitRequest(1).text());
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aCallOfGrpcTakesTrailersAndTheFilterSeesThem() {
    Call grpc =
        new Call("POST", "/a.B/C", List.of(), bytes("body"), PATIENCE, 1000)
            .header("content-type", "application/grpc");
    try (Http2Service service2 =
            Http2Service.answering(
                request ->
                    request
                        .awaitEnd()
                        .head(200, "content-type", "application/grpc")
                        .data("sure")
                        .trailers("grpc-status", "7", "grpc-message", "no"));
        GatewayFixture gateway =
            gateway(asking("ask", grpc), "'" + service2.address() + "'", "protocol: h2c")) {
      RawResponse answer = get(gateway);
      assertEquals("sure", answer.text());
      assertEquals("7", answer.header("x-behind-grpc-status"));
      assertEquals("no", answer.header("x-behind-grpc-message"));
      assertEquals("trailers", service2.request(1).header("te"));
      assertEquals("/a.B/C", service2.request(1).path());
    }
  }

  @Test
  void whatTheServiceHasRefusedIsSentAgainOnANewConnection() {
    int refusedStream = 7;
    Call post = new Call("POST", "/", List.of(), bytes("x"), PATIENCE, 1000);
    try (Http2Service service2 =
            Http2Service.answering(request -> request.awaitEnd().answer(200, "sure"));
        GatewayFixture gateway =
            gateway(asking("ask", post), "'" + service2.address() + "'", "protocol: h2c")) {
      assertEquals("sure", get(gateway).text());
      service2.answerNext(request -> request.awaitEnd().reset(refusedStream));
      assertEquals("sure", get(gateway).text());
      assertEquals(3, service2.requests());
    }
  }

  @Test
  void connectionsAreKept() {
    try (GatewayFixture gateway = gateway(asking("ask", QUESTION))) {
      assertEquals("sure", get(gateway).text());
      assertEquals("sure", get(gateway).text());
      assertEquals(1, asked.connections());
    }
  }

  @Test
  void aKeptConnectionThatIsGoneIsReplaced() {
    try (GatewayFixture gateway = gateway(asking("ask", QUESTION))) {
      assertEquals("sure", get(gateway).text());
      asked.next(close());
      assertEquals("sure", get(gateway).text());
      assertEquals(2, asked.connections());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PATCH"})
  void whatMayHaveHadAnEffectIsNotSentTwice(String method) {
    Call call = Call.of(method, "/ask", PATIENCE);
    try (GatewayFixture gateway = gateway(asking("ask", call))) {
      assertEquals("sure", get(gateway).text());
      asked.next(close());
      assertEquals(418, get(gateway).status());
      assertEquals(2, asked.requests().size());
    }
  }

  @Test
  void aPostIsSentAgainOnlyWhenTheFilterSaysSo() {
    Call post = new Call("POST", "/", List.of(), bytes("x"), PATIENCE, 1000);
    try (GatewayFixture gateway = gateway(asking("ask", post))) {
      assertEquals("sure", get(gateway).text());
      asked.next(close());
      assertEquals("UPSTREAM_RESET", get(gateway).text());
    }
    try (GatewayFixture gateway = gateway(asking("ask", post.mayRepeat()))) {
      assertEquals("sure", get(gateway).text());
      asked.next(close());
      assertEquals("sure", get(gateway).text());
    }
  }

  @Test
  void whatCanNotBeConnectedIsPassedOver() {
    String gone = "'127.0.0.1:" + ScriptedUpstream.unusedPort() + "'";
    try (GatewayFixture gateway =
        gateway(asking("ask", QUESTION), gone + ", '" + asked.address() + "'", "")) {
      for (int i = 0; i < 4; i++) {
        assertEquals("sure", get(gateway).text());
      }
    }
    try (GatewayFixture gateway = gateway(asking("ask", QUESTION), gone, "")) {
      assertEquals("UPSTREAM_CONNECT_REFUSED", get(gateway).text());
    }
  }

  @Test
  void anAnswerThatDoesNotComeIsATimeout() {
    asked.next(readBody());
    Call short1 = Call.of("GET", "/", Duration.ofMillis(50));
    try (GatewayFixture gateway = gateway(asking("ask", short1))) {
      assertEquals("UPSTREAM_TIMEOUT", get(gateway).text());
      asked.awaitOpenConnections(0);
      gateway.awaitIdle();
    }
  }

  @Test
  void anAnswerThatIsTooLargeIsRefused() {
    asked.next(stream(1001));
    try (GatewayFixture gateway = gateway(asking("ask", QUESTION))) {
      assertEquals("UPSTREAM_PROTOCOL", get(gateway).text());
      asked.next(stream(1000));
      assertEquals(1000, get(gateway).text().length());
    }
  }

  @Test
  void anAnswerThatIsCutIsAFailure() {
    asked.next(raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf").then(close()));
    try (GatewayFixture gateway = gateway(asking("ask", QUESTION))) {
      assertEquals("UPSTREAM_RESET", get(gateway).text());
    }
  }

  @Test
  void anOpenCircuitBreakerRefuses() {
    asked.next(close());
    try (GatewayFixture gateway =
        gateway(
            asking("ask", QUESTION), "circuit-breaker: {consecutive-errors: 1, open-time: 1m}")) {
      assertEquals("UPSTREAM_RESET", get(gateway).text());
      assertEquals("CIRCUIT_OPEN", get(gateway).text());
      assertEquals(1, asked.requests().size());
    }
  }

  @Test
  void aClientThatGoesEndsTheCall() {
    asked.next(readBody());
    try (GatewayFixture gateway = gateway(asking("ask", QUESTION))) {
      try (RawClient client = gateway.connect()) {
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        asked.awaitRequest(1);
      }
      asked.awaitOpenConnections(0);
      gateway.awaitIdle();
    }
  }

  @Test
  void whatCanNotBeSentIsRefused() {
    Duration second = Duration.ofSeconds(1);
    assertThrows(InvalidValue.class, () -> Call.of("get", "/", second));
    assertThrows(InvalidValue.class, () -> Call.of("GET", "no path", second));
    assertThrows(InvalidValue.class, () -> Call.of("GET", "/", Duration.ZERO));
    assertThrows(InvalidValue.class, () -> QUESTION.header("Content-Length", "1"));
    assertThrows(InvalidValue.class, () -> QUESTION.header("Host", "h"));
    Call split = QUESTION.header("X-Split", "a\r\nEvil: yes");
    try (GatewayFixture gateway = gateway(asking("ask", split))) {
      RawResponse answer = get(gateway);
      assertFalse(answer.text().contains("sure"), answer.text());
      assertTrue(answer.text().contains("FILTER_FAILED"), answer.text());
      assertEquals(0, asked.requests().size());
    }
  }
}
