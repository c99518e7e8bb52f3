package dev.yumen.control.admin;

import dev.yumen.api.Response;
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
   * @param scope what its caller sees of it
   * @param problems what is said of problems, which may be about a part of the document only
   * @throws Refused when nothing was changed
   */
  static Response of(
      Outcome outcome, Scope scope, UnaryOperator<List<Map<String, Object>>> problems)
      throws Refused {
    return switch (outcome) {
      case Outcome.Done done -> {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("number", done.number());
        if (scope.all()) {
          body.put("hash", done.hash());
        }
        body.put("changes", changes(done.step(), scope));
        body.put("problems", warnings(done.warnings(), scope, problems));
        yield tagged(done.tag(), Answers.json(body));
      }
      case Outcome.Good good -> {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("dry-run", true);
        body.put("changes", changes(good.step(), scope));
        body.put("problems", warnings(good.warnings(), scope, problems));
        yield Answers.json(body);
      }
      case Outcome.Invalid invalid ->
          throw new Refused(
              AdminError.INVALID,
              scope.all()
                  ? "the configuration has errors, nothing was changed"
                  : "the configuration would have errors elsewhere, nothing was changed",
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

  private static List<Map<String, Object>> changes(Outcome.Step step, Scope scope) {
    ConfigDiff diff = scope.between(step.before(), step.after());
    return PlanData.of(diff, scope.positions(step.before()), scope.positions(step.after()));
  }

  private static List<Map<String, Object>> warnings(
      List<Problem> warnings, Scope scope, UnaryOperator<List<Map<String, Object>>> problems) {
    List<Map<String, Object>> all = Answers.problems(warnings);
    return scope.all() ? all : problems.apply(all);
  }

  static Refused stale(String tag) {
    return new Refused(
        AdminError.PRECONDITION_FAILED,
        "it was changed meanwhile, nothing was written (expected: If-Match: \"" + tag + "\")");
  }

  static Response tagged(@Nullable String tag, Response answer) {
    return tag == null ? answer : answer.header("etag", '"' + tag + '"');
  }
}
