package dev.yumen.filters.auth;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Response;
import dev.yumen.api.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One yes is enough. */
final class FirstYes implements Round {
  private final List<Response.Field> challenges = new ArrayList<>();
  private @Nullable Failure missing;
  private @Nullable Verdict last;

  @Override
  public void asking() {}

  @Override
  public @Nullable Verdict heard(String name, Verdict verdict) {
    if (verdict instanceof Verdict.Proceed) {
      return verdict;
    }
    if (verdict instanceof Verdict.Fail fail
        && fail.answer() == null
        && fail.failure().code() == FailureCode.AUTH_MISSING) {
      missing = fail.failure();
      fail.failure().headers().stream()
          .filter(field -> field.name().equalsIgnoreCase("www-authenticate"))
          .forEach(challenges::add);
    } else {
      last = verdict;
    }
    return null;
  }

  /** Of the last filter that found credentials; else what all of them ask for. */
  @Override
  public Verdict end() {
    Failure nothing = missing;
    if (last != null || nothing == null) {
      return Objects.requireNonNull(last);
    }
    return Verdict.fail(new Failure(FailureCode.AUTH_MISSING, nothing.detail(), challenges, null));
  }
}
