package dev.yumen.filters.validate;

import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.FilterContext;
import dev.yumen.api.Flaw;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What was found of requests: counted, and told to their clients. Any thread. */
final class Outcomes {
  private final Map<String, FilterContext.Counter> counters = new HashMap<>();
  private final int most;

  /**
   * @param most flaws that a client is told
   */
  Outcomes(FilterContext context, int most) {
    this.most = most;
    for (String result :
        List.of("valid", "unknown", "path", "query", "header", "cookie", "body", "busy")) {
      counters.put(
          result,
          context.counter(
              "gateway_validated_requests",
              "Requests held against a description, by what was found.",
              List.of("route", context.routeId(), "result", result)));
    }
  }

  private Outcomes(int most) {
    this.most = most;
  }

  /** The same for what nobody has sent: nothing is counted. */
  Outcomes uncounted() {
    return new Outcomes(most);
  }

  void count(String result) {
    FilterContext.Counter counter = counters.get(result);
    if (counter != null) {
      counter.add(1);
    }
  }

  /**
   * The failure of a request, counted by the part that the first of them stands in.
   *
   * @param flaws at least one
   */
  Failure invalid(List<Flaw> flaws) {
    List<Flaw> told = flaws.size() > most ? flaws.subList(0, most) : flaws;
    Flaw first = told.getFirst();
    count(first.in());
    String detail =
        "validate: %d flaws, first in %s at \"%s\": %s"
            .formatted(told.size(), first.in(), first.pointer(), first.rule());
    return Failure.of(FailureCode.REQUEST_INVALID, detail).flaws(told);
  }
}
