package dev.yumen.filters.traffic;

import dev.yumen.api.Ending;
import dev.yumen.api.FilterContext;
import dev.yumen.api.ResponseHead;

/** Charges for demands whose whole cost was not known when they were decided. */
final class Settlement {
  private final Counts counts;
  private final FilterContext.Counter badCosts;

  /**
   * @param badCosts counts answers that tell no cost
   */
  Settlement(Counts counts, FilterContext.Counter badCosts) {
    this.counts = counts;
    this.badCosts = badCosts;
  }

  /** Charges what is known already, and is more than could be taken at once. */
  void charge(Demand demand) {
    for (int i = 0; i < demand.size(); i++) {
      if (demand.debt(i) > 0) {
        counts.charge(demand, i, demand.debt(i));
      }
    }
  }

  /** Charges what the answer says that its request costs. */
  void charge(Demand demand, ResponseHead response) {
    for (int i = 0; i < demand.size(); i++) {
      String header = demand.limit(i).cost().responseHeader();
      String value = header == null ? null : response.headers().first(header);
      if (value == null || !demand.isOpen(i)) {
        continue;
      }
      demand.close(i);
      long cost = Cost.parse(value);
      if (cost < 0) {
        badCosts.add(1);
      } else if (cost != Cost.UNKNOWN) {
        counts.charge(demand, i, cost - Cost.UNKNOWN);
      }
    }
  }

  /** Charges for bodies whose length nobody told beforehand. */
  void charge(Demand demand, Ending ending) {
    for (int i = 0; i < demand.size(); i++) {
      Cost cost = demand.limit(i).cost();
      if (demand.isOpen(i) && cost.per() != null) {
        long more = cost.ofBody(ending.requestBytes()) - Cost.UNKNOWN;
        if (more > 0) {
          counts.charge(demand, i, more);
        }
      }
    }
  }
}
