package dev.yumen.dataplane.wire;

import static dev.yumen.dataplane.wire.TestFilters.edit;
import static dev.yumen.dataplane.wire.TestFilters.onRequest;
import static dev.yumen.dataplane.wire.TestFilters.onResponse;
import static dev.yumen.dataplane.wire.TestFilters.type;
import static dev.yumen.testkit.Behaviours.echo;
import static dev.yumen.testkit.Behaviours.raw;
import static dev.yumen.testkit.Behaviours.respond;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.BlockingFilter;
import dev.yumen.api.BodyFilter;
import dev.yumen.api.BodyTreatment;
import dev.yumen.api.Ending;
import dev.yumen.api.Exchange;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.Response;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Verdict;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.ScriptedUpstream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What filters may rely on, and what they can not do to others. */
class FilterContractTest {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final List<Ending> ENDINGS = new CopyOnWriteArrayList<>();
  private static final List<String> CALLS = new CopyOnWriteArrayList<>();
  private static final LinkedBlockingQueue<CompletableFuture<Verdict>> AWAITED =
      new LinkedBlockingQueue<>();
  private static final LinkedBlockingQueue<Exchange> LATE = new LinkedBlockingQueue<>();
  private static final AtomicInteger INTERRUPTED = new AtomicInteger();
  private static final CountDownLatch RELEASE_STUBBORN = new CountDownLatch(1);

  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final GatewayFixture GATEWAY = GatewayFixture.start(yaml(), filters());

  @SuppressWarnings({
    "NullAway",
    "TypeParameterUnusedInFormals"
  }) // a filter that breaks its contract is what is tested
  private static <T> T nothing() {
    return null;
  }

  @SuppressWarnings("TypeParameterUnusedInFormals") // stands where a value of any type would
  private static <T> T boom() {
    throw new IllegalStateException("boom");
  }

  private static FilterType<?>[] filters() {
    List<FilterType<?>> types = new ArrayList<>();
    types.add(type("ending", new Endings()));
    types.add(type("first", new Recording("first")));
    types.add(type("second", new Recording("second")));
    types.add(type("third", new Recording("third")));
    types.add(onRequest("throws", _ -> boom()));
    types.add(
        onRequest(
            "throws-error",
            _ -> {
              throw new StackOverflowError();
            }));
    types.add(onRequest("null", _ -> nothing()));
    types.add(onRequest("awaits-null", _ -> new Verdict.Await(nothing())));
    types.add(
        onRequest(
            "awaits-boom",
            _ -> Verdict.await(CompletableFuture.failedFuture(new IllegalStateException("boom")))));
    types.add(
        onRequest(
            "awaits-await",
            _ ->
                Verdict.await(
                    CompletableFuture.completedFuture(Verdict.await(new CompletableFuture<>())))));
    types.add(
        onRequest(
            "comes-to-null", _ -> Verdict.await(CompletableFuture.completedFuture(nothing()))));
    types.add(onRequest("never", _ -> Verdict.await(new CompletableFuture<>())));
    types.add(onRequest("awaits", _ -> Verdict.await(await())));
    types.add(
        onRequest(
            "teapot",
            _ -> Verdict.respond(Response.of(418).body("text/plain", "short and stout"))));
    types.add(onRequest("forbids", _ -> Verdict.fail(FailureCode.FORBIDDEN, "no")));
    types.add(
        onRequest(
            "bad-answer",
            _ -> Verdict.respond(Response.of(200).header("x", "a\r\nset-cookie: b"))));
    types.add(onRequest("marks", FilterContractTest::mark));
    types.add(onRequest("bad-edit", FilterContractTest::badEdit));
    types.add(onResponse("throws-on-response", (_, _) -> boom()));
    types.add(onResponse("null-on-response", (_, _) -> nothing()));
    types.add(onResponse("never-on-response", (_, _) -> Verdict.await(new CompletableFuture<>())));
    types.add(onResponse("awaits-on-response", (_, _) -> Verdict.await(await())));
    types.add(
        onResponse(
            "answers-on-response",
            (_, _) -> Verdict.respond(Response.of(299).body("text/plain", "instead"))));
    types.add(onResponse("to-200", (_, head) -> status(head, 200)));
    types.add(onResponse("to-204", (_, head) -> status(head, 204)));
    types.add(onResponse("adds", (_, head) -> add(head)));
    types.add(
        type(
            "throws-at-the-end",
            new Filter() {
              @Override
              public void onEnd(Exchange exchange, Ending ending) {
                boom();
              }
            }));
    types.add(
        type(
            "throws-for-body",
            new BodyFilter() {
              @Override
              public BodyTreatment requestBody(Exchange exchange) {
                return boom();
              }
            }));
    types.add(
        type(
            "throws-for-answer-body",
            new BodyFilter() {
              @Override
              public BodyTreatment responseBody(Exchange exchange, ResponseHead head) {
                return boom();
              }
            }));
    types.add(
        TestFilters.onRequestBody(
            "throws-in-body", _ -> new BodyTreatment.Stream((_, _) -> boom())));
    types.add(
        TestFilters.onResponseBody(
            "throws-in-answer-body", _ -> new BodyTreatment.Stream((_, _) -> boom())));
    types.add(
        TestFilters.onResponseBody(
            "throws-in-whole-answer-body", _ -> new BodyTreatment.Whole(1000, (_, _) -> boom())));
    types.add(
        TestFilters.onRequestBody(
            "holds-body",
            _ ->
                new BodyTreatment.Whole(
                    200_000, edit(text -> text.toUpperCase(java.util.Locale.ROOT)))));
    types.add(type("blocking", new Blocking()));
    types.add(
        type(
            "blocking-boom",
            new BlockingFilter() {
              @Override
              public Verdict onRequest(Exchange exchange) throws Exception {
                throw new java.io.IOException("boom");
              }
            }));
    types.add(type("stubborn", new Stubborn()));
    types.add(
        type(
            "blocking-null",
            new BlockingFilter() {
              @Override
              public Verdict onRequest(Exchange exchange) {
                return nothing();
              }
            }));
    return types.toArray(FilterType<?>[]::new);
  }

  private static CompletableFuture<Verdict> await() {
    CompletableFuture<Verdict> later = new CompletableFuture<>();
    AWAITED.add(later);
    return later;
  }

  private static Verdict mark(Exchange exchange) {
    exchange.request().headers().set("X-Mark", "1");
    return Verdict.proceed();
  }

  private static Verdict badEdit(Exchange exchange) {
    exchange.request().headers().set("X-Mark", "1\r\nX-Smuggled: 2");
    return Verdict.proceed();
  }

  private static Verdict status(ResponseHead head, int status) {
    head.status(status);
    return Verdict.proceed();
  }

  private static Verdict add(ResponseHead head) {
    head.headers().add("X-Added", "1");
    return Verdict.proceed();
  }

  private static final class Endings implements Filter {
    @Override
    public void onEnd(Exchange exchange, Ending ending) {
      ENDINGS.add(ending);
    }
  }

  private record Recording(String name) implements Filter {
    @Override
    public Verdict onRequest(Exchange exchange) {
      CALLS.add(name + " request");
      return Verdict.proceed();
    }

    @Override
    public Verdict onResponse(Exchange exchange, ResponseHead response) {
      CALLS.add(name + " response " + response.status());
      return Verdict.proceed();
    }

    @Override
    public void onEnd(Exchange exchange, Ending ending) {
      CALLS.add(name + " end");
    }
  }

  private static final class Blocking implements BlockingFilter {
    @Override
    public Verdict onRequest(Exchange exchange) throws InterruptedException {
      if (!Thread.currentThread().isVirtual()) {
        return boom();
      }
      String mark = exchange.request().headers().first("x-wait");
      if (mark != null) {
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException e) {
          INTERRUPTED.incrementAndGet();
          throw e;
        }
      }
      exchange.request().headers().set("X-Blocking", "done");
      return Verdict.proceed();
    }

    @Override
    public Verdict onResponse(Exchange exchange, ResponseHead response) {
      response.headers().set("X-Blocking", "done");
      return Verdict.proceed();
    }
  }

  /** Goes on after it was given up, and edits what it holds. */
  private static final class Stubborn implements BlockingFilter {
    @Override
    public Verdict onRequest(Exchange exchange) {
      LATE.add(exchange);
      boolean released = false;
      while (!released) {
        try {
          RELEASE_STUBBORN.await();
          released = true;
        } catch (InterruptedException e) {
          // goes on all the same
        }
      }
      return Verdict.proceed();
    }
  }

  private static String yaml() {
    StringBuilder yaml =
        new StringBuilder(
            """
            limits: {filter-timeout: 400ms, drain: 64KiB}
            upstreams: {service: {endpoints: %s}}
            filters: [{ending: {}}]
            routes:
              - {id: plain, match: {path: "/plain"}, to: service}
              - {id: order, match: {path: "/order"}, to: service, filters: [{first: {}}, {second: {}}, {third: {}}]}
              - {id: stop, match: {path: "/stop"}, to: service, filters: [{first: {}}, {teapot: {}}, {third: {}}]}
              - {id: break, match: {path: "/break"}, to: service, filters: [{first: {}}, {throws: {}}, {third: {}}]}
              - {id: late, match: {path: "/late"}, to: service, filters: [{first: {}}, {answers-on-response: {}}, {third: {}}]}
              - {id: wait-then-hold, match: {path: "/wait-then-hold"}, to: service, filters: [{awaits: {}}, {holds-body: {}}]}
              - {id: wait-fixed, match: {path: "/wait-fixed"}, respond: {body: fixed}, filters: [{awaits: {}}]}
            """
                .formatted(UPSTREAM.address()));
    for (FilterType<?> type : filters()) {
      yaml.append(
          "  - {id: x-%1$s, match: {path: /%1$s}, to: service, filters: [{%1$s: {}}]}\n"
              .formatted(type.name()));
    }
    return yaml.toString();
  }

  @BeforeEach
  void forget() {
    UPSTREAM.dropQueued();
    GATEWAY.awaitIdle();
    ENDINGS.clear();
    CALLS.clear();
    AWAITED.clear();
  }

  @AfterAll
  static void close() {
    RELEASE_STUBBORN.countDown();
    GATEWAY.close();
    UPSTREAM.close();
  }

  private static void assertFailed(RawResponse answer, int status, String code) {
    assertEquals(status, answer.status(), answer::toString);
    assertTrue(answer.text().contains("\"code\":\"" + code + "\""), answer::text);
    assertFalse(answer.text().contains("boom"));
  }

  private static Ending lastEnding() {
    return Eventually.valueWithin(
        PATIENCE, "an ending", () -> ENDINGS.isEmpty() ? null : ENDINGS.getLast());
  }

  private static <T> T taken(Supplier<@Nullable T> queue) {
    return Eventually.valueWithin(PATIENCE, "something waiting", queue);
  }

  // ---- request steps ----

  @ParameterizedTest
  @ValueSource(
      strings = {
        "throws",
        "throws-error",
        "null",
        "awaits-null",
        "awaits-boom",
        "awaits-await",
        "comes-to-null",
        "bad-edit",
        "bad-answer",
        "blocking-boom",
        "blocking-null",
        "throws-for-body"
      })
  void aBrokenRequestStepCostsOneRequest(String filter) {
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      assertFailed(client.get("/" + filter), 500, "FILTER_FAILED");
      assertEquals(before, UPSTREAM.requests().size());
      assertEquals(200, client.get("/plain").status());
    }
    assertEquals(2, ENDINGS.size());
    assertEquals(500, ENDINGS.getFirst().status());
  }

  @Test
  void aFilterThatNeverDecidesIsGivenUp() {
    try (RawClient client = GATEWAY.connect()) {
      assertFailed(client.get("/never"), 504, "FILTER_TIMEOUT");
      assertEquals(200, client.get("/plain").status());
    }
  }

  @Test
  void aBlockingFilterRunsOnAVirtualThreadAndIsInterruptedInTime() {
    int before = INTERRUPTED.get();
    try (RawClient client = GATEWAY.connect()) {
      RawResponse answer = client.get("/blocking");
      assertEquals(200, answer.status());
      assertEquals("done", answer.header("x-blocking"));
      assertEquals("done", UPSTREAM.requests().getLast().header("x-blocking"));
      assertFailed(client.get("/blocking", "X-Wait: 1"), 504, "FILTER_TIMEOUT");
      Eventually.within(PATIENCE, () -> INTERRUPTED.get() == before + 1);
      assertEquals(200, client.get("/plain").status());
    }
  }

  @Test
  void aFilterThatWasGivenUpSeesNothingOfTheNextRequest() {
    try (RawClient client = GATEWAY.connect()) {
      assertFailed(client.get("/stubborn", "X-Secret: first"), 504, "FILTER_TIMEOUT");
      Exchange late = taken(LATE::poll);
      UPSTREAM.next(
          request -> {
            late.request().headers().set("X-Late", "edit");
            request.respond(200, java.util.Map.of(), new byte[0]);
          });
      client.send("GET /plain HTTP/1.1\r\nHost: h\r\nX-Secret: second\r\n\r\n");
      assertEquals(200, client.readResponse().status());
      assertEquals("first", late.request().headers().first("x-secret"));
      assertEquals(200, client.get("/plain").status());
      assertNull(UPSTREAM.requests().getLast().header("x-late"));
    }
  }

  @Test
  void aVerdictMayComeFromAnyThread() {
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET /awaits HTTP/1.1\r\nHost: h\r\n\r\n");
      CompletableFuture<Verdict> later = taken(AWAITED::poll);
      Thread.ofPlatform().start(() -> later.complete(Verdict.proceed()));
      assertEquals(200, client.readResponse().status());
      client.send("GET /awaits HTTP/1.1\r\nHost: h\r\n\r\n");
      taken(AWAITED::poll).complete(Verdict.fail(FailureCode.FORBIDDEN, "no"));
      assertFailed(client.readResponse(), 403, "FORBIDDEN");
      client.send("GET /awaits HTTP/1.1\r\nHost: h\r\n\r\n");
      taken(AWAITED::poll).complete(Verdict.respond(Response.of(202)));
      assertEquals(202, client.readResponse().status());
    }
  }

  @Test
  void othersAreServedWhileOneWaits() {
    try (RawClient waiting = GATEWAY.connect();
        RawClient other = GATEWAY.connect()) {
      waiting.send("GET /awaits HTTP/1.1\r\nHost: h\r\n\r\n");
      CompletableFuture<Verdict> later = taken(AWAITED::poll);
      for (int i = 0; i < 5; i++) {
        assertEquals(200, other.get("/plain").status());
      }
      later.complete(Verdict.proceed());
      assertEquals(200, waiting.readResponse().status());
    }
  }

  @Test
  void aClientThatLeavesEndsTheWaiting() {
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET /awaits HTTP/1.1\r\nHost: h\r\n\r\n");
      CompletableFuture<Verdict> later = taken(AWAITED::poll);
      client.reset();
      GATEWAY.awaitIdle();
      later.complete(Verdict.proceed());
    }
    assertEquals(499, lastEnding().status());
    assertEquals(1, ENDINGS.size());
  }

  @Test
  void filtersRunInOrderAndBackwardsAndEndOnce() {
    try (RawClient client = GATEWAY.connect()) {
      client.get("/order");
    }
    GATEWAY.awaitIdle();
    assertEquals(
        List.of(
            "first request",
            "second request",
            "third request",
            "third response 200",
            "second response 200",
            "first response 200",
            "first end",
            "second end",
            "third end"),
        CALLS);
  }

  @Test
  void anAnswerOfAFilterPassesOnlyTheFiltersBefore() {
    int before = UPSTREAM.requests().size();
    try (RawClient client = GATEWAY.connect()) {
      RawResponse answer = client.get("/stop");
      assertEquals(418, answer.status());
      assertEquals("short and stout", answer.text());
      assertEquals(List.of("first request", "first response 418"), CALLS.subList(0, 2));
      CALLS.clear();
      assertFailed(client.get("/break"), 500, "FILTER_FAILED");
      assertEquals(List.of("first request", "first response 500"), CALLS.subList(0, 2));
    }
    assertEquals(before, UPSTREAM.requests().size());
  }

  @Test
  void whatAFilterAnswersInsteadGoesThroughTheFiltersThatAreLeft() {
    UPSTREAM.next(raw("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nleak"));
    try (RawClient client = GATEWAY.connect()) {
      RawResponse answer = client.get("/late");
      assertEquals(299, answer.status());
      assertEquals("instead", answer.text());
      assertEquals(
          List.of("first request", "third request", "third response 200", "first response 299"),
          CALLS.subList(0, 4));
      assertFalse(client.received().contains("leak"));
      assertEquals(200, client.get("/plain").status());
    }
  }

  // ---- response steps ----

  @ParameterizedTest
  @ValueSource(
      strings = {
        "throws-on-response",
        "null-on-response",
        "throws-for-answer-body",
        "throws-in-whole-answer-body"
      })
  void aBrokenResponseStepCostsOneRequest(String filter) {
    UPSTREAM.next(respond(200, "leak"));
    try (RawClient client = GATEWAY.connect()) {
      assertFailed(client.get("/" + filter), 500, "FILTER_FAILED");
      assertFalse(client.received().contains("leak"));
      assertEquals(200, client.get("/plain").status());
    }
    assertEquals(2, ENDINGS.size());
  }

  @Test
  void aBodyFilterThatThrowsInTheMiddleCutsTheAnswer() {
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET /throws-in-answer-body HTTP/1.1\r\nHost: h\r\n\r\n");
      assertTrue(client.isClosedByPeer());
      assertFalse(client.received().endsWith("0\r\n\r\n"));
    }
    assertNotNull(lastEnding().failure());
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST /throws-in-body HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
      assertFailed(client.readResponse(), 500, "FILTER_FAILED");
      assertEquals(200, client.get("/plain").status());
    }
  }

  @Test
  void aResponseStepThatNeverDecidesIsGivenUp() {
    UPSTREAM.next(respond(200, "leak"));
    try (RawClient client = GATEWAY.connect()) {
      assertFailed(client.get("/never-on-response"), 504, "FILTER_TIMEOUT");
      assertFalse(client.received().contains("leak"));
      assertEquals(200, client.get("/plain").status());
    }
  }

  @Test
  void theAnswersBodyWaitsForTheVerdict() {
    for (String end : List.of("", "Connection: close\r\n")) {
      UPSTREAM.next(
          raw("HTTP/1.1 200 OK\r\n" + end + "Content-Length: 4\r\n\r\nbody")
              .then(
                  request -> {
                    if (!end.isEmpty()) {
                      request.close();
                    }
                  }));
      try (RawClient client = GATEWAY.connect()) {
        client.send("GET /awaits-on-response HTTP/1.1\r\nHost: h\r\n\r\n");
        CompletableFuture<Verdict> later = taken(AWAITED::poll);
        assertTrue(client.isQuietFor(Duration.ofMillis(100)));
        later.complete(Verdict.proceed());
        assertEquals("body", client.readResponse().text());
        assertEquals(200, client.get("/plain").status());
      }
    }
  }

  @Test
  void anUpstreamThatBreaksOffWhileItsHeadIsLookedAtIsBadGateway() {
    UPSTREAM.next(
        raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf").then(request -> request.reset()));
    try (RawClient client = GATEWAY.connect()) {
      client.send("GET /awaits-on-response HTTP/1.1\r\nHost: h\r\n\r\n");
      CompletableFuture<Verdict> later = taken(AWAITED::poll);
      // Nobody reads of it until the verdict is there; then it shows.
      later.complete(Verdict.proceed());
      assertTrue(client.isClosedByPeer() && !client.received().contains("\r\n\r\nhalf".repeat(2)));
    }
    GATEWAY.awaitIdle();
  }

  @Test
  void aChangedStatusStillTellsWhereTheBodyEnds() {
    try (RawClient client = GATEWAY.connect()) {
      UPSTREAM.next(raw("HTTP/1.1 204 No Content\r\n\r\n"));
      RawResponse answer = client.get("/to-200");
      assertEquals(200, answer.status());
      assertEquals("0", answer.header("content-length"));
      UPSTREAM.next(raw("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n"));
      assertEquals("0", client.get("/to-200").header("content-length"));
      RawResponse none = client.get("/to-204");
      assertEquals(204, none.status());
      assertNull(none.header("content-length"));
      assertEquals(200, client.get("/plain").status());
    }
  }

  @Test
  void responseStepsSeeTheGatewaysOwnErrors() {
    UPSTREAM.next(raw("nonsense\r\n\r\n"));
    try (RawClient client = GATEWAY.connect()) {
      RawResponse answer = client.get("/adds");
      assertFailed(answer, 502, "UPSTREAM_PROTOCOL");
      assertEquals("1", answer.header("x-added"));
    }
  }

  // ---- bodies that come while a filter is waited for ----

  @Test
  void aBodyThatComesBeforeTheVerdictIsNotLostAndTheConnectionGoesOn() {
    String body = "b".repeat(65_536 + 1000);
    try (RawClient client = GATEWAY.connect()) {
      client.send("POST /awaits HTTP/1.1\r\nHost: h\r\nContent-Length: 66536\r\n\r\n" + body);
      CompletableFuture<Verdict> later = taken(AWAITED::poll);
      assertTrue(client.isQuietFor(Duration.ofMillis(100)));
      later.complete(Verdict.proceed());
      assertEquals(200, client.readResponse().status());
      assertEquals(body, UPSTREAM.requests().getLast().text());
      assertEquals(200, client.get("/plain").status());
      client.send("POST /wait-fixed HTTP/1.1\r\nHost: h\r\nContent-Length: 66536\r\n\r\n" + body);
      later = taken(AWAITED::poll);
      assertTrue(client.isQuietFor(Duration.ofMillis(100)));
      later.complete(Verdict.proceed());
      assertEquals("fixed", client.readResponse().text());
      assertEquals(200, client.get("/plain").status());
    }
  }

  @Test
  void aBodyThatComesBeforeTheVerdictPassesTheBodyFilters() {
    String body = "b".repeat(100_000);
    for (String framing :
        List.of(
            "Content-Length: 100000\r\n\r\n" + body,
            "Transfer-Encoding: chunked\r\n\r\n186a0\r\n" + body + "\r\n0\r\n\r\n",
            "Content-Length: 5\r\n\r\nbbbbb")) {
      try (RawClient client = GATEWAY.connect()) {
        client.send("POST /wait-then-hold HTTP/1.1\r\nHost: h\r\n" + framing);
        CompletableFuture<Verdict> later = taken(AWAITED::poll);
        assertTrue(client.isQuietFor(Duration.ofMillis(50)));
        later.complete(Verdict.proceed());
        RawResponse answer = client.readResponse();
        assertEquals(200, answer.status(), answer::toString);
        String seen = UPSTREAM.requests().getLast().text();
        assertFalse(seen.contains("b"));
        assertTrue(seen.length() == 100_001 || seen.equals("BBBBB."), seen);
        assertEquals(200, client.get("/plain").status());
      }
    }
  }

  // ---- the end ----

  @Test
  void whatIsThrownAtTheEndHurtsNobody() {
    try (RawClient client = GATEWAY.connect()) {
      assertEquals(200, client.get("/throws-at-the-end").status());
      assertEquals(200, client.get("/plain").status());
    }
    assertEquals(2, ENDINGS.size());
  }

  @Test
  void theEndTellsWhatHappened() {
    try (RawClient client = GATEWAY.connect()) {
      UPSTREAM.next(respond(201, "answer"));
      client.send("POST /plain HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
      client.readResponse();
      Ending ending = lastEnding();
      assertEquals(201, ending.status());
      assertNull(ending.failure());
      assertEquals(4, ending.requestBytes());
      assertEquals(6, ending.responseBytes());
      assertEquals(1, ending.attempts());
      assertEquals(UPSTREAM.address(), ending.endpoint());
      assertTrue(ending.upstreamNanos() > 0 && ending.upstreamNanos() <= ending.durationNanos());
    }
  }
}
