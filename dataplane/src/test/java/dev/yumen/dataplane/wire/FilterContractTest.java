package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.raw;
import static dev.yumen.testkit.Behaviours.respond;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Ending;
import dev.yumen.api.Exchange;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Response;
import dev.yumen.api.Verdict;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What filters may rely on, and what they can not do to others. */
class FilterContractTest extends ContractFilters {
  private static final String BYTES = "gateway_bytes_total{direction=\"%s\"}";

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
    try (RawClient client = IMPATIENT.connect()) {
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
    }
    try (RawClient client = IMPATIENT.connect()) {
      assertFailed(client.get("/blocking", "X-Wait: 1"), 504, "FILTER_TIMEOUT");
      Eventually.within(PATIENCE, () -> INTERRUPTED.get() == before + 1);
      assertEquals(200, client.get("/plain").status());
    }
  }

  @Test
  void aFilterThatWasGivenUpSeesNothingOfTheNextRequest() {
    try (RawClient client = IMPATIENT.connect()) {
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
    try (RawClient client = IMPATIENT.connect()) {
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
    long received = GATEWAY.metric(BYTES.formatted("received"));
    long sent = GATEWAY.metric(BYTES.formatted("sent"));
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
      assertEquals(0, ending.failedAttempts());
      assertEquals(UPSTREAM.address(), ending.endpoint());
      assertTrue(ending.upstreamNanos() > 0 && ending.upstreamNanos() <= ending.durationNanos());
    }
    GATEWAY.awaitMetric(BYTES.formatted("received"), received + 4);
    GATEWAY.awaitMetric(BYTES.formatted("sent"), sent + 6);
  }
}
