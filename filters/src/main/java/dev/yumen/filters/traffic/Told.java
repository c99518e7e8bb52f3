package dev.yumen.filters.traffic;

import dev.yumen.api.ResponseHead;

/** What an answer tells of limits: {@code RateLimit-Policy} and {@code RateLimit}. */
record Told(String policy, String left) {

  /** What there is to tell of a demand that was decided, on at least one limit. */
  static Told of(Demand demand) {
    Tier first = demand.tier(0);
    if (demand.size() == 1) {
      return new Told(first.policy(), first.left(demand.left(0), demand.resetIn(0)));
    }
    StringBuilder policy = new StringBuilder();
    StringBuilder left = new StringBuilder();
    for (int i = 0; i < demand.size(); i++) {
      Tier tier = demand.tier(i);
      policy.append(i == 0 ? "" : ", ").append(tier.policy());
      left.append(i == 0 ? "" : ", ").append(tier.left(demand.left(i), demand.resetIn(i)));
    }
    return new Told(policy.toString(), left.toString());
  }

  /** Adds both fields, so that those of the service and of other filters stay. */
  void addTo(ResponseHead response) {
    response.headers().add("ratelimit-policy", policy).add("ratelimit", left);
  }
}
