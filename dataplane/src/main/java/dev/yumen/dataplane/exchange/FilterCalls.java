package dev.yumen.dataplane.exchange;

import dev.yumen.api.BlockingFilter;
import dev.yumen.api.BodyFilter;
import dev.yumen.api.BodySink;
import dev.yumen.api.BodyTreatment;
import dev.yumen.api.Ending;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.Verdict;
import dev.yumen.dataplane.chain.BodyPipe;
import dev.yumen.dataplane.chain.FilterChain;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls filters so that whatever they do costs one exchange: what they throw becomes a failure,
 * what they wait for has a limit, and what blocks does so on a virtual thread. A result that comes
 * after the exchange went on without it is dropped.
 */
final class FilterCalls {
  private static final Logger LOG = LoggerFactory.getLogger(FilterCalls.class);

  private final ProxyExchange exchange;

  /** Odd while something is waited for; every wait has its own number. */
  private int wait;

  private boolean abandoned;
  private @Nullable Thread blocked;
  private String waitingFor = "";

  FilterCalls(ProxyExchange exchange) {
    this.exchange = exchange;
  }

  /** The verdict, or null when it is waited for; {@link ProxyExchange#resume} is called then. */
  @Nullable Verdict onRequest(FilterChain.Step step) {
    waitingFor = step.name();
    try {
      return switch (step.filter()) {
        case Filter filter -> now(filter.onRequest(exchange));
        case BlockingFilter filter -> later(() -> filter.onRequest(exchange));
      };
    } catch (Throwable e) {
      return threw(e);
    }
  }

  @Nullable Verdict onResponse(FilterChain.Step step, AnswerHead head) {
    waitingFor = step.name();
    try {
      return switch (step.filter()) {
        case Filter filter -> now(filter.onResponse(exchange, head));
        case BlockingFilter filter -> later(() -> filter.onResponse(exchange, head));
      };
    } catch (Throwable e) {
      return threw(e);
    }
  }

  @SuppressWarnings("NullAway") // a filter may break its contract; this is where it is noticed
  private @Nullable Verdict now(Verdict verdict) {
    if (verdict == null) {
      return failed("returned null", null);
    }
    if (verdict instanceof Verdict.Await await) {
      return await(await.later());
    }
    return verdict;
  }

  /** Waits; the verdict goes to {@link ProxyExchange#resume}. */
  @Nullable Verdict await(@Nullable CompletionStage<Verdict> later) {
    if (later == null) {
      return failed("waits for null", null);
    }
    int number = begin();
    later.whenComplete(
        (verdict, thrown) -> exchange.executor().execute(() -> completed(number, verdict, thrown)));
    return null;
  }

  /** Runs blocking work on a virtual thread; the verdict goes to {@link ProxyExchange#resume}. */
  @Nullable Verdict later(Callable<Verdict> work) {
    int number = begin();
    blocked =
        Thread.ofVirtual().name("filter-" + waitingFor).start(() -> runBlocking(number, work));
    return null;
  }

  private void runBlocking(int number, Callable<Verdict> work) {
    Verdict verdict = null;
    Throwable thrown = null;
    try {
      verdict = work.call();
    } catch (Throwable e) {
      thrown = e;
    }
    Verdict result = verdict;
    Throwable cause = thrown;
    exchange.executor().execute(() -> completed(number, result, cause));
  }

  private int begin() {
    exchange.filterDue(exchange.snapshot().filterNanos());
    return ++wait;
  }

  private void completed(int number, @Nullable Verdict verdict, @Nullable Throwable thrown) {
    if (number != wait || exchange.ended()) {
      return;
    }
    wait++;
    blocked = null;
    exchange.filterDone();
    Verdict result;
    if (thrown != null) {
      result = threw(thrown);
    } else if (verdict == null || verdict instanceof Verdict.Await) {
      result = failed(verdict == null ? "came to null" : "waits twice", null);
    } else {
      result = verdict;
    }
    exchange.resume(result);
  }

  /** Whatever is still waited for is not wanted any more. */
  void noLongerWaiting() {
    if ((wait & 1) == 0) {
      return;
    }
    wait++;
    abandoned = true;
    exchange.filterDone();
    if (blocked != null) {
      blocked.interrupt();
      blocked = null;
    }
  }

  /** Whether some filter may still hold the exchange although it went on without it. */
  boolean abandoned() {
    return abandoned;
  }

  private Verdict threw(Throwable thrown) {
    return failed("threw " + thrown, thrown);
  }

  private Verdict failed(String how, @Nullable Throwable cause) {
    return Verdict.fail(
        new Failure(FailureCode.FILTER_FAILED, waitingFor + " " + how, List.of(), cause));
  }

  // ---- bodies ----

  /** The way of the request's body, or null when no filter looks at it. */
  @Nullable BodyPipe requestPipe(FilterChain chain, BodySink end) {
    List<BodyTreatment> wanted = new ArrayList<>();
    for (int i = 0; i < chain.size(); i++) {
      if (chain.step(i).filter() instanceof BodyFilter filter) {
        waitingFor = chain.step(i).name();
        BodyTreatment treatment = filter.requestBody(exchange);
        if (!(treatment instanceof BodyTreatment.Pass)) {
          wanted.add(treatment);
        }
      }
    }
    return BodyPipe.of(wanted, FailureCode.PAYLOAD_TOO_LARGE, end);
  }

  /** The way of the answer's body through the first {@code reached} filters, in reverse. */
  @Nullable BodyPipe responsePipe(FilterChain chain, int reached, Answering end) {
    List<BodyTreatment> wanted = new ArrayList<>();
    for (int i = reached - 1; i >= 0; i--) {
      if (chain.step(i).filter() instanceof BodyFilter filter) {
        waitingFor = chain.step(i).name();
        BodyTreatment treatment = filter.responseBody(exchange, end.head());
        if (!(treatment instanceof BodyTreatment.Pass)) {
          wanted.add(treatment);
        }
      }
    }
    return BodyPipe.of(wanted, FailureCode.ANSWER_REFUSED, end);
  }

  /** The failure of a filter that threw while it was asked about a body. */
  Failure bodyFailure(RuntimeException thrown) {
    return Failure.of(FailureCode.FILTER_FAILED, waitingFor + " threw " + thrown, thrown);
  }

  // ---- the end ----

  void onEnd(FilterChain chain, Ending ending) {
    for (int i = 0; i < chain.size(); i++) {
      FilterChain.Step step = chain.step(i);
      if (!step.ends()) {
        continue;
      }
      try {
        switch (step.filter()) {
          case Filter filter -> filter.onEnd(exchange, ending);
          case BlockingFilter filter -> filter.onEnd(exchange, ending);
        }
      } catch (Throwable e) {
        LOG.warn("{}: filter {} threw at the end", exchange.id(), step.name(), e);
      }
    }
  }
}
