package dev.yumen.filters.validate;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one method of one path takes and answers.
 *
 * @param queryNames those that a query may have, beside members of objects that are named so
 * @param body null when nothing is said of it
 * @param responses by {@code 200}, {@code 2XX} and {@code default}
 */
record Operation(
    List<Parameter> parameters,
    Set<String> queryNames,
    @Nullable BodyRule body,
    Map<String, BodyRule> responses) {

  /** Whether a query may have this name. */
  boolean takesQuery(String name) {
    return queryNames.contains(name)
        || parameters.stream().anyMatch(one -> one.isDeep() && one.memberIn(name) != null);
  }

  /** What is said of answers with this status; null when nothing is. */
  @Nullable BodyRule response(int status) {
    BodyRule rule = responses.get(Integer.toString(status));
    if (rule == null) {
      rule = responses.get(status / 100 + "XX");
    }
    return rule == null ? responses.get("default") : rule;
  }
}
