package dev.yumen.dataplane.wire;

import static dev.yumen.dataplane.wire.TestFilters.edit;
import static dev.yumen.dataplane.wire.TestFilters.onRequest;
import static dev.yumen.dataplane.wire.TestFilters.onResponse;
import static dev.yumen.dataplane.wire.TestFilters.type;
import static dev.yumen.testkit.Behaviours.echo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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

/** The filters that {@link FilterContractTest} puts into a gateway, and what they have seen. */
abstract class ContractFilters {
  static final Duration PATIENCE = Duration.ofSeconds(5);
  static final List<Ending> ENDINGS = new CopyOnWriteArrayList<>();
  static final List<String> CALLS = new CopyOnWriteArrayList<>();
  static final LinkedBlockingQueue<CompletableFuture<Verdict>> AWAITED =
      new LinkedBlockingQueue<>();
  static final LinkedBlockingQueue<Exchange> LATE = new LinkedBlockingQueue<>();
  static final AtomicInteger INTERRUPTED = new AtomicInteger();
  static final CountDownLatch RELEASE_STUBBORN = new CountDownLatch(1);

  static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  static final GatewayFixture GATEWAY = GatewayFixture.start(yaml("30s"), filters());

  /** The same, where filters have no time. */
  static final GatewayFixture IMPATIENT = GatewayFixture.start(yaml("400ms"), filters());

  @SuppressWarnings({
    "NullAway",
    "TypeParameterUnusedInFormals"
  }) // a filter that breaks its contract is what is tested
  static <T> T nothing() {
    return null;
  }

  @SuppressWarnings("TypeParameterUnusedInFormals") // stands where a value of any type would
  private static <T> T boom() {
    throw new IllegalStateException("boom");
  }

  static FilterType<?>[] filters() {
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

  static CompletableFuture<Verdict> await() {
    CompletableFuture<Verdict> later = new CompletableFuture<>();
    AWAITED.add(later);
    return later;
  }

  static Verdict mark(Exchange exchange) {
    exchange.request().headers().set("X-Mark", "1");
    return Verdict.proceed();
  }

  static Verdict badEdit(Exchange exchange) {
    exchange.request().headers().set("X-Mark", "1\r\nX-Smuggled: 2");
    return Verdict.proceed();
  }

  static Verdict status(ResponseHead head, int status) {
    head.status(status);
    return Verdict.proceed();
  }

  static Verdict add(ResponseHead head) {
    head.headers().add("X-Added", "1");
    return Verdict.proceed();
  }

  static final class Endings implements Filter {
    @Override
    public void onEnd(Exchange exchange, Ending ending) {
      ENDINGS.add(ending);
    }
  }

  record Recording(String name) implements Filter {
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

  static final class Blocking implements BlockingFilter {
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
  static final class Stubborn implements BlockingFilter {
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

  static String yaml(String filterTimeout) {
    return """
            limits: {filter-timeout: %s, drain: 64KiB}
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
            .formatted(filterTimeout, UPSTREAM.address())
        + TestFilters.routes(List.of(filters()));
  }

  @BeforeEach
  void forget() {
    UPSTREAM.dropQueued();
    GATEWAY.awaitIdle();
    IMPATIENT.awaitIdle();
    ENDINGS.clear();
    CALLS.clear();
    AWAITED.clear();
  }

  @AfterAll
  static void close() {
    RELEASE_STUBBORN.countDown();
    GATEWAY.close();
    IMPATIENT.close();
    UPSTREAM.close();
  }

  static void assertFailed(RawResponse answer, int status, String code) {
    assertEquals(status, answer.status(), answer::toString);
    assertTrue(answer.text().contains("\"code\":\"" + code + "\""), answer::text);
    assertFalse(answer.text().contains("boom"));
  }

  static Ending lastEnding() {
    return Eventually.valueWithin(
        PATIENCE, "an ending", () -> ENDINGS.isEmpty() ? null : ENDINGS.getLast());
  }

  static <T> T taken(Supplier<@Nullable T> queue) {
    return Eventually.valueWithin(PATIENCE, "something waiting", queue);
  }
}
