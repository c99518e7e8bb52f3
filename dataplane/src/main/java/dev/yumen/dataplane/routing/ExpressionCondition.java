package dev.yumen.dataplane.routing;

import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.yumen.api.InvalidValue;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An expression in CEL is true. It sees {@code request.method}, {@code request.path}, {@code
 * request.host} and {@code client} as strings, {@code request.query} and {@code request.headers}
 * (names in lower case) as maps of the first value of each name; nothing else, and nothing of the
 * process. A failure counts as false.
 */
final class ExpressionCondition implements Condition {
  private final String text;
  private final CelRuntime.Program program;
  private final boolean merged;
  private final ExpressionFailures failures;

  private ExpressionCondition(
      String text, CelRuntime.Program program, boolean merged, ExpressionFailures failures) {
    this.text = text;
    this.program = program;
    this.merged = merged;
    this.failures = failures;
  }

  /**
   * @param merged whether the rule sees the path without its empty segments
   * @throws InvalidValue if it is no expression with a boolean result
   */
  static ExpressionCondition of(String text, boolean merged, ExpressionFailures failures) {
    CelRuntime.Program program = Expressions.OF_ROUTES.compile("expression", text);
    return new ExpressionCondition(text, program, merged, failures);
  }

  @Override
  public boolean test(RoutingRequest request) {
    try {
      Object result = program.eval(name -> Optional.ofNullable(variable(request, name)));
      if (result instanceof Boolean yes) {
        return yes;
      }
      failed(request, "the result is no boolean");
    } catch (CelEvaluationException e) {
      failed(request, String.valueOf(e.getMessage()));
    }
    return false;
  }

  private void failed(RoutingRequest request, String reason) {
    if (!request.isRehearsal()) {
      failures.failed(text, reason);
    }
  }

  private @Nullable Object variable(RoutingRequest request, String name) {
    Target target = request.target();
    return name.equals("request.path")
        ? merged ? target.pathText() : target.unmergedPathText()
        : Expressions.ofRequest(request, name);
  }

  @Override
  public String setting() {
    return "expression";
  }

  @Override
  public String describe() {
    return "expression " + text;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ExpressionCondition that
        && text.equals(that.text)
        && merged == that.merged;
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }
}
