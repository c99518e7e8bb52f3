package dev.yumen.dataplane.routing;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.validator.CelValidator;
import dev.cel.validator.CelValidatorFactory;
import dev.cel.validator.validators.DurationLiteralValidator;
import dev.cel.validator.validators.TimestampLiteralValidator;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Regex;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An expression in CEL is true. It sees {@code request.method}, {@code request.path}, {@code
 * request.host} and {@code client} as strings, {@code request.query} and {@code request.headers}
 * (names in lower case) as maps of the first value of each name; nothing else, and nothing of the
 * process. Its cost is bounded: expressions are short, comprehensions end after {@value
 * #MOST_ITERATIONS} rounds, {@code matches} runs in linear time. A failure counts as false.
 */
final class ExpressionCondition implements Condition {
  private static final int MOST_ITERATIONS = 1_000;

  private static final CelOptions OPTIONS =
      CelOptions.current()
          .comprehensionMaxIterations(MOST_ITERATIONS)
          .maxExpressionCodePointSize(4_096)
          .maxParseRecursionDepth(32)
          .enableHeterogeneousNumericComparisons(true) // the planner runs with nothing else
          .build();

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
    try {
      CelAbstractSyntaxTree tree = Engine.COMPILER.compile(text).getAst();
      tree = Engine.VALIDATOR.validate(tree).getAst();
      checkPatterns(text, tree);
      CelRuntime.Program program = Engine.RUNTIME.createProgram(tree);
      return new ExpressionCondition(text, program, merged, failures);
    } catch (CelValidationException e) {
      String issues =
          e.getErrors().stream()
              .map(
                  issue -> "column " + issue.getSourceLocation().getColumn() + " " + message(issue))
              .collect(Collectors.joining("; "));
      throw new InvalidValue(
          "expression", text, "a CEL expression that is true or false: " + issues);
    } catch (CelEvaluationException e) {
      throw new InvalidValue("expression", text, "a CEL expression: " + e.getMessage());
    }
  }

  /** A pattern made from the request would let clients choose what is compiled each time. */
  private static void checkPatterns(String text, CelAbstractSyntaxTree tree) {
    CelNavigableAst.fromAst(tree)
        .getRoot()
        .allNodes()
        .map(CelNavigableExpr::expr)
        .filter(node -> node.getKind() == CelExpr.ExprKind.Kind.CALL)
        .map(CelExpr::call)
        .filter(call -> call.function().equals("matches"))
        .forEach(call -> checkPattern(text, call.args().getLast()));
  }

  private static void checkPattern(String text, CelExpr pattern) {
    if (pattern.getKind() != CelExpr.ExprKind.Kind.CONSTANT
        || pattern.constant().getKind() != CelConstant.Kind.STRING_VALUE) {
      throw new InvalidValue("expression", text, "matches() with a pattern written out");
    }
    Regex.compile("expression", pattern.constant().stringValue());
  }

  private static String message(CelIssue issue) {
    return issue.getMessage().lines().findFirst().orElse("");
  }

  @Override
  public boolean test(RoutingRequest request) {
    try {
      Object result = program.eval(name -> Optional.ofNullable(variable(request, name)));
      if (result instanceof Boolean yes) {
        return yes;
      }
      failures.failed(text, "the result is no boolean");
    } catch (CelEvaluationException e) {
      failures.failed(text, String.valueOf(e.getMessage()));
    }
    return false;
  }

  private @Nullable Object variable(RoutingRequest request, String name) {
    Target target = request.target();
    return switch (name) {
      case "request.method" -> request.method();
      case "request.path" -> merged ? target.pathText() : target.unmergedPathText();
      case "request.host" -> Hosts.text(request);
      case "request.query" -> Values.queries(target);
      case "request.headers" -> headers(request);
      case "client" -> request.clientAddress().getHostAddress();
      default -> null;
    };
  }

  private static Map<String, String> headers(RoutingRequest request) {
    Map<String, String> all = new HashMap<>();
    request
        .headers()
        .forEach((name, value) -> all.putIfAbsent(name.toLowerCase(Locale.ROOT), value));
    return all;
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

  /** Made at the first expression: it takes time and memory. */
  private static final class Engine {
    private static final CelType TEXTS = MapType.create(SimpleType.STRING, SimpleType.STRING);

    private static final CelCompiler COMPILER =
        CelCompilerFactory.standardCelCompilerBuilder()
            .setOptions(OPTIONS)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addVar("request.method", SimpleType.STRING)
            .addVar("request.path", SimpleType.STRING)
            .addVar("request.host", SimpleType.STRING)
            .addVar("request.query", TEXTS)
            .addVar("request.headers", TEXTS)
            .addVar("client", SimpleType.STRING)
            .setResultType(SimpleType.BOOL)
            .build();

    private static final CelRuntime RUNTIME =
        CelRuntimeFactory.plannerRuntimeBuilder().setOptions(OPTIONS).build();

    /** Finds literals that would fail at every request. */
    private static final CelValidator VALIDATOR =
        CelValidatorFactory.standardCelValidatorBuilder(COMPILER, RUNTIME)
            .addAstValidators(DurationLiteralValidator.INSTANCE, TimestampLiteralValidator.INSTANCE)
            .build();
  }
}
