package dev.yumen.dataplane.routing;

import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.yumen.api.Consumer;
import dev.yumen.api.Exchange;
import dev.yumen.api.Identity;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.RequestExpression;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An expression that a filter decides by once it is known who is asking. */
public final class ClientExpression implements RequestExpression {
  private final String text;
  private final CelRuntime.Program program;
  private final ExpressionFailures failures;

  /**
   * @param component the setting that the expression stands in
   * @param failures is told of every failure, which counts as false
   * @throws InvalidValue if it is no expression with a boolean result
   */
  public ClientExpression(String component, String text, ExpressionFailures failures) {
    this.text = text;
    this.failures = failures;
    program = Expressions.OF_CLIENTS.compile(component, text);
  }

  @Override
  public boolean test(Exchange exchange, Map<String, String> path) {
    RoutingRequest request = new AsMatched((RoutedRequest) exchange);
    Identity identity = exchange.identity();
    try {
      Object result =
          program.eval(name -> Optional.ofNullable(value(name, request, identity, path)));
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

  private static @Nullable Object value(
      String name, RoutingRequest request, @Nullable Identity identity, Map<String, String> path) {
    Consumer who = identity == null ? null : identity.consumer();
    return switch (name) {
      case "path" -> path;
      case "consumer.name" -> who == null ? "" : who.name();
      case "consumer.groups" -> who == null ? List.of() : who.groups();
      case "consumer.tags" -> who == null ? Map.of() : who.tags();
      case "consumer.tier" -> who == null || who.tier() == null ? "" : who.tier();
      case "scopes" -> identity == null ? List.of() : List.copyOf(identity.scopes());
      case "claims" -> identity == null ? Map.of() : identity.claims();
      default -> Expressions.ofRequest(request, name);
    };
  }
}
