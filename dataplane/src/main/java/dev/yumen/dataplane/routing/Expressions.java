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
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
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
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Compiles CEL over the variables that one kind of place has. Its cost is bounded: expressions are
 * short, comprehensions end after {@value #MOST_ITERATIONS} rounds, {@code matches} runs in linear
 * time.
 */
final class Expressions {
  private static final int MOST_ITERATIONS = 1_000;
  private static final CelType TEXTS = MapType.create(SimpleType.STRING, SimpleType.STRING);

  private static final CelOptions OPTIONS =
      CelOptions.current()
          .comprehensionMaxIterations(MOST_ITERATIONS)
          .maxExpressionCodePointSize(4_096)
          .maxParseRecursionDepth(32)
          .enableHeterogeneousNumericComparisons(true) // the planner runs with nothing else
          .build();

  /** What routes are chosen by. */
  static final Expressions OF_ROUTES = new Expressions(() -> ofRequests().build());

  /** What filters decide by once it is known who is asking. */
  static final Expressions OF_CLIENTS =
      new Expressions(
          () ->
              ofRequests()
                  .addVar("consumer.name", SimpleType.STRING)
                  .addVar("consumer.groups", ListType.create(SimpleType.STRING))
                  .addVar("consumer.tags", TEXTS)
                  .addVar("consumer.tier", SimpleType.STRING)
                  .addVar("scopes", ListType.create(SimpleType.STRING))
                  .addVar("claims", MapType.create(SimpleType.STRING, SimpleType.DYN))
                  .addVar("path", TEXTS)
                  .build());

  private final Supplier<CelCompiler> compilers;
  private @Nullable Engine engine;

  private Expressions(Supplier<CelCompiler> compilers) {
    this.compilers = compilers;
  }

  private static CelCompilerBuilder ofRequests() {
    return CelCompilerFactory.standardCelCompilerBuilder()
        .setOptions(OPTIONS)
        .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
        .addVar("request.method", SimpleType.STRING)
        .addVar("request.path", SimpleType.STRING)
        .addVar("request.host", SimpleType.STRING)
        .addVar("request.query", TEXTS)
        .addVar("request.headers", TEXTS)
        .addVar("client", SimpleType.STRING)
        .setResultType(SimpleType.BOOL);
  }

  /**
   * A program that comes to a boolean.
   *
   * @param component the setting that the expression stands in
   * @throws InvalidValue if it is no expression with a boolean result
   */
  CelRuntime.Program compile(String component, String text) {
    Engine made = engine();
    try {
      CelAbstractSyntaxTree tree = made.compiler.compile(text).getAst();
      tree = made.validator.validate(tree).getAst();
      checkPatterns(component, text, tree);
      return made.runtime.createProgram(tree);
    } catch (CelValidationException e) {
      String issues =
          e.getErrors().stream()
              .map(
                  issue -> "column " + issue.getSourceLocation().getColumn() + " " + message(issue))
              .collect(Collectors.joining("; "));
      throw new InvalidValue(component, text, "a CEL expression that is true or false: " + issues);
    } catch (CelEvaluationException e) {
      throw new InvalidValue(component, text, "a CEL expression: " + e.getMessage());
    }
  }

  /** Made at the first expression: it takes time and memory. */
  private synchronized Engine engine() {
    Engine made = engine;
    if (made == null) {
      made = Engine.of(compilers.get());
      engine = made;
    }
    return made;
  }

  /** A pattern made from the request would let clients choose what is compiled each time. */
  private static void checkPatterns(String component, String text, CelAbstractSyntaxTree tree) {
    CelNavigableAst.fromAst(tree)
        .getRoot()
        .allNodes()
        .map(CelNavigableExpr::expr)
        .filter(node -> node.getKind() == CelExpr.ExprKind.Kind.CALL)
        .map(CelExpr::call)
        .filter(call -> call.function().equals("matches"))
        .forEach(call -> checkPattern(component, text, call.args().getLast()));
  }

  private static void checkPattern(String component, String text, CelExpr pattern) {
    if (pattern.getKind() != CelExpr.ExprKind.Kind.CONSTANT
        || pattern.constant().getKind() != CelConstant.Kind.STRING_VALUE) {
      throw new InvalidValue(component, text, "matches() with a pattern written out");
    }
    Regex.compile(component, pattern.constant().stringValue());
  }

  private static String message(CelIssue issue) {
    return issue.getMessage().lines().findFirst().orElse("");
  }

  /** The value of a variable that every request has; null for another one. */
  static @Nullable Object ofRequest(RoutingRequest request, String name) {
    return switch (name) {
      case "request.method" -> request.method();
      case "request.path" -> request.target().pathText();
      case "request.host" -> Hosts.text(request);
      case "request.query" -> Values.queries(request.target());
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

  /**
   * What compiles and runs.
   *
   * @param validator finds literals that would fail at every request
   */
  private record Engine(CelCompiler compiler, CelRuntime runtime, CelValidator validator) {
    static Engine of(CelCompiler compiler) {
      CelRuntime runtime = CelRuntimeFactory.plannerRuntimeBuilder().setOptions(OPTIONS).build();
      CelValidator validator =
          CelValidatorFactory.standardCelValidatorBuilder(compiler, runtime)
              .addAstValidators(
                  DurationLiteralValidator.INSTANCE, TimestampLiteralValidator.INSTANCE)
              .build();
      return new Engine(compiler, runtime, validator);
    }
  }
}
