package dev.yumen.dataplane.exchange;

import dev.yumen.api.BodySink;
import dev.yumen.api.Verdict;
import dev.yumen.dataplane.http1.HeadTable;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rest of an answer that has come in full and that a filter still works on, on another thread.
 * The upstream's connection goes on to its next answer meanwhile.
 */
final class LateRest {
  private final ProxyExchange exchange;
  private final CompletionStage<Consumer<BodySink>> rest;
  private final HeadTable trailers = new HeadTable();
  private @Nullable Consumer<BodySink> found;

  LateRest(ProxyExchange exchange, CompletionStage<Consumer<BodySink>> rest) {
    this.exchange = exchange;
    this.rest = rest;
  }

  /**
   * Waits, as for any filter; then {@link Answering#goOnWithRest} is called.
   *
   * @param head of the answer; a copy that stays valid is given back
   * @param last the fields behind its body, which are copied
   */
  AnswerHead await(AnswerHead head, @Nullable HeadTable last) {
    if (last != null) {
      last.forEach(trailers::add);
    }
    HeadTable fields = new HeadTable();
    head.headers().forEach(fields::add);
    exchange.noUpstreamLimits();
    exchange.await(
        rest.thenApplyAsync(
            action -> {
              found = action;
              return Verdict.proceed();
            },
            exchange.executor()));
    return new AnswerHead(head.status(), fields);
  }

  Consumer<BodySink> found() {
    return Objects.requireNonNull(found);
  }

  /** For filters to edit; empty when there are none. */
  HeadTable trailers() {
    return trailers;
  }
}
