package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.UpstreamName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What clients get instead of a service that fails. */
@Describe("What clients get instead of a service that fails: an answer, or that of another one.")
public record FallbackConfig(
    @Describe("A fixed answer.") @Nullable AnswerConfig respond,
    @Describe("Another upstream, which the request goes to instead.")
        @Nullable UpstreamName upstream,
    @Describe(
            "When: open while the breaker is open, failure when a call got no answer, or statuses"
                + " of the service such as 503.")
        @OneOrMany
        @Default("open")
        List<FallbackCondition> on) {

  public FallbackConfig {
    on = List.copyOf(on);
    if ((respond == null) == (upstream == null)) {
      throw InvalidValue.found(
          "", respond == null ? "neither" : "both", "exactly one of respond, upstream");
    }
    if (on.isEmpty()) {
      throw InvalidValue.found("on", "nothing", "open, failure or a status");
    }
  }

  /** Whether it is for when the breaker is open. */
  public boolean whenOpen() {
    return has(FallbackCondition.Kind.OPEN);
  }

  /** Whether it is for calls that got no answer. */
  public boolean whenFailed() {
    return has(FallbackCondition.Kind.FAILURE);
  }

  /** Whether it is for answers of this status. */
  public boolean when(int status) {
    for (FallbackCondition condition : on) {
      if (condition.status() != null && condition.status().contains(status)) {
        return true;
      }
    }
    return false;
  }

  private boolean has(FallbackCondition.Kind kind) {
    for (FallbackCondition condition : on) {
      if (condition.kind() == kind) {
        return true;
      }
    }
    return false;
  }
}
