package dev.yumen.filters.oidc;

import dev.yumen.api.Verdict;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Verdicts at the end of something that was waited for already. */
final class Later {
  private Later() {}

  /** The verdict itself, once it is there. */
  static CompletionStage<Verdict> of(Verdict verdict) {
    return verdict instanceof Verdict.Await await
        ? await.later()
        : CompletableFuture.completedStage(verdict);
  }
}
