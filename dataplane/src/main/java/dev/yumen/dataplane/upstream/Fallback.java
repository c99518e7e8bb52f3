package dev.yumen.dataplane.upstream;

import dev.yumen.api.FailureCode;
import dev.yumen.api.FilterContext.Counter;
import dev.yumen.config.AnswerConfig;
import dev.yumen.config.FallbackConfig;
import dev.yumen.dataplane.observe.Metrics;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What takes the place of a service that fails, ready to be used.
 *
 * @param when when it does
 * @param answer the answer; null when another upstream is asked
 * @param upstream name of that one; null when there is an answer
 * @param used counts how often
 */
public record Fallback(
    FallbackConfig when,
    AnswerConfig.@Nullable Compiled answer,
    @Nullable String upstream,
    Counter used) {

  /** Whether it takes the place of a request that failed so. */
  public boolean insteadOf(FailureCode code) {
    return code == FailureCode.CIRCUIT_OPEN
        ? when.whenOpen()
        : code.source() == FailureCode.Source.UPSTREAM && when.whenFailed();
  }

  /** Whether it takes the place of an answer with this status. */
  public boolean insteadOf(int status) {
    return when.when(status);
  }

  static Fallback of(String name, FallbackConfig settings, Metrics metrics) {
    AnswerConfig answer = settings.respond();
    return new Fallback(
        settings,
        answer == null ? null : answer.compile(),
        settings.upstream() == null ? null : settings.upstream().text(),
        metrics.counter(
            "gateway_fallbacks",
            "Requests that got a fallback instead of their service.",
            List.of("kind", "upstream", "name", name)));
  }
}
