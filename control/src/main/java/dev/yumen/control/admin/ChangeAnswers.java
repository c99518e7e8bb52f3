package dev.yumen.control.admin;

import dev.yumen.api.Response;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.control.change.Outcome;
import dev.yumen.control.history.ConfigDiff;
import dev.yumen.control.plan.PlanData;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What is answered when a change was wished. */
final class ChangeAnswers {
  private ChangeAnswers() {}

  /**
   * The answer.
   *
   * @param before what was live before
   * @param after what is live now
   * @param problems what is said of problems, which may be about a part of the document only
   * @throws Refused when nothing was changed
   */
  static Response of(
      Outcome outcome,
      LoadedConfig before,
      LoadedConfig after,
      UnaryOperator<List<Map<String, Object>>> problems)
      throws Refused {
    return switch (outcome) {
      case Outcome.Done done -> {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("number", done.number());
        body.put("hash", done.hash());
        yield tagged(done.tag(), Answers.json(judged(body, before, after, done.warnings())));
      }
      case Outcome.Good good -> {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("dry-run", true);
        yield Answers.json(judged(body, before, good.after(), good.warnings()));
      }
      case Outcome.Invalid invalid ->
          throw new Refused(
              AdminError.INVALID,
              "the configuration has errors, nothing was changed",
              problems.apply(Answers.problems(invalid.problems())));
      case Outcome.Stale stale -> throw stale(stale.tag());
      case Outcome.ReadOnly readOnly -> throw new Refused(AdminError.READ_ONLY, readOnly.why());
      case Outcome.Waiting waiting ->
          throw new Refused(
              AdminError.UNCONFIRMED,
              "version "
                  + waiting.pending().number()
                  + " waits until "
                  + waiting.pending().until()
                  + " (expected: POST /versions/"
                  + waiting.pending().number()
                  + "/confirm, or a rollback, first)");
      case Outcome.Unavailable unavailable ->
          throw new Refused(AdminError.UNAVAILABLE, unavailable.why());
    };
  }

  static Refused stale(String tag) {
    return new Refused(
        AdminError.PRECONDITION_FAILED,
        "it was changed meanwhile, nothing was written (expected: If-Match: \"" + tag + "\")");
  }

  static Response tagged(@Nullable String tag, Response answer) {
    return tag == null ? answer : answer.header("etag", '"' + tag + '"');
  }

  private static Map<String, Object> judged(
      Map<String, Object> body, LoadedConfig before, LoadedConfig after, List<Problem> warnings) {
    ConfigDiff diff = ConfigDiff.between(before, after);
    body.put("changes", PlanData.of(diff, before.positions(), after.positions()));
    body.put("problems", Answers.problems(warnings));
    return body;
  }
}
