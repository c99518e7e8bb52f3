package dev.yumen.dataplane.routing;

import static dev.yumen.dataplane.routing.SimpleRequest.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.InvalidValue;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExpressionConditionTest {
  private final List<String> failures = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "request.method == 'GET'",
        "request.path == '/a/b'",
        "request.path.startsWith('/a/')",
        "request.host == 'shop.test'",
        "request.query['q'] == 'a b'",
        "request.query.q == 'a b'",
        "!('z' in request.query)",
        "request.headers['x-plan'] in ['gold', 'silver']",
        "'x-plan' in request.headers && request.headers['x-plan'].matches('^g.ld$')",
        "has(request.headers.accept) == false",
        "client.startsWith('192.0.2.')",
        "int(request.query['n']) % 2 == 1",
        "request.headers.exists(name, name == 'x-plan')",
        "true",
      })
  void expressionSeesTheRequest(String expression) {
    assertTrue(evaluate(expression), () -> expression + " " + failures);
    assertEquals(List.of(), failures);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "request.headers['missing'] == 'x'",
        "int(request.query['q']) == 1",
        "1 / (request.path.size() - 4) == 1",
      })
  void failureCountsAsFalseAndIsReported(String expression) {
    assertFalse(evaluate(expression));
    assertEquals(1, failures.size());
    assertTrue(failures.getFirst().startsWith(expression), failures::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "request.method",
        "request.verb == 'GET'",
        "request.method = 'GET'",
        "request.method == 7",
        "java.lang.System.exit(1)",
        "1",
        "",
        "request.path.matches('(')",
        "request.path.matches('(a{1,300}){1,300}')",
        "request.path.matches(request.headers['x'])",
        "matches(request.path, request.query.q)",
        "timestamp('yesterday') < timestamp('2026-11-20T00:00:00Z')",
      })
  void whatIsNoConditionIsRefusedAtLoad(String expression) {
    InvalidValue refused = assertThrows(InvalidValue.class, () -> compile(expression));
    assertEquals("expression", refused.component());
  }

  @Test
  void comprehensionsAreBounded() {
    String ten = "[1,2,3,4,5,6,7,8,9,10]";
    String nested =
        ten + ".all(a, " + ten + ".all(b, " + ten + ".all(c, " + ten + ".all(d, a+b+c+d > 0))))";
    assertFalse(evaluate(nested));
    assertEquals(1, failures.size());
  }

  @Test
  void matchesRunsInLinearTime() {
    String input = "a".repeat(5_000);
    SimpleRequest request = get("h", "/").header("x", input + "!");
    assertFalse(compile("request.headers['x'].matches('^(a+)+$')").test(request));
    assertEquals(List.of(), failures);
  }

  private boolean evaluate(String expression) {
    return compile(expression)
        .test(get("Shop.test:8080", "/a/b?q=a+b&n=7").header("X-Plan", "gold"));
  }

  private ExpressionCondition compile(String expression) {
    return ExpressionCondition.of(
        expression, true, (text, reason) -> failures.add(text + " " + reason));
  }
}
