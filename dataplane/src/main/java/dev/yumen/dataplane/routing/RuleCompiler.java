package dev.yumen.dataplane.routing;

import dev.yumen.api.InvalidValue;
import dev.yumen.config.MatchConfig;
import dev.yumen.config.MatchConfig.ValueMatch;
import dev.yumen.dataplane.routing.ValueCondition.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Turns one rule into what is tested on requests. */
final class RuleCompiler<T> {
  private static final Condition[] NONE = {};

  private final Rule<T> rule;
  private final ExpressionFailures failures;
  private final List<Condition> conditions = new ArrayList<>();

  RuleCompiler(Rule<T> rule, ExpressionFailures failures) {
    this.rule = rule;
    this.failures = failures;
  }

  /**
   * @param previous the rule of this id in an older table; used again when only the payload differs
   * @throws InvalidValue naming the setting within {@code match}
   */
  Entry<T> compile(@Nullable Entry<T> previous) {
    if (previous != null && matchesAlike(previous.rule)) {
      return new Entry<>(rule, previous.path, previous.methods, previous.conditions);
    }
    MatchConfig match = rule.match();
    PathPattern path = PathSyntax.read(match.path(), rule.mergeSlashes(), rule.allow());
    // cheapest first: the order changes no outcome
    if (match.time() != null) {
      conditions.add(TimeCondition.of(match.time()));
    }
    if (!match.client().isEmpty()) {
      conditions.add(new ClientCondition(match.client()));
    }
    values(Source.HEADER, "headers", match.headers());
    if (!match.contentType().isEmpty()) {
      conditions.add(ContentTypeCondition.of(match.contentType()));
    }
    values(Source.COOKIE, "cookies", match.cookies());
    values(Source.QUERY, "query", match.query());
    if (match.percentage() != null) {
      conditions.add(PercentageCondition.of(match.percentage(), path, rule.mergeSlashes()));
    }
    if (match.expression() != null) {
      conditions.add(ExpressionCondition.of(match.expression(), rule.mergeSlashes(), failures));
    }
    MethodCondition methods =
        match.methods().isEmpty() ? null : MethodCondition.of(match.methods());
    return new Entry<>(
        rule, path, methods, conditions.isEmpty() ? NONE : conditions.toArray(Condition[]::new));
  }

  private boolean matchesAlike(Rule<T> other) {
    return rule.match().equals(other.match())
        && rule.allow().equals(other.allow())
        && rule.mergeSlashes() == other.mergeSlashes();
  }

  private void values(Source source, String setting, Map<String, ValueMatch> values) {
    if (values.isEmpty()) {
      return;
    }
    new TreeMap<>(values) // so that equal rules have equal conditions
        .forEach(
            (name, match) ->
                conditions.add(
                    ValueCondition.of(source, name, TextTest.of(match, setting + "." + name))));
  }
}
