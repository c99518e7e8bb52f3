package dev.yumen.dataplane.explain;

/** What an explanation says beside what filters say: each has a text in every language. */
public enum Phrase {
  // the first line
  TO_ROUTE,
  TO_UPSTREAM,
  ANSWERED_BY,
  REFUSED_BY,
  ASSUMED,

  // rules
  CANDIDATES,
  NEAREST,
  MORE_RULES,
  NO_RULES,
  TAKES,
  OUTRANKED,
  MISSES,

  // filters
  FILTERS,
  PASSES,
  ANSWERS,
  REFUSES,
  UNTRIED,
  NOT_REACHED,
  EDITS_ANSWER,
  CHANGE_SET,
  CHANGE_REMOVED,

  // where it goes
  UPSTREAM,
  UPSTREAM_BY_SHARE,
  ENDPOINT_BY_CHANCE,
  ENDPOINT_KEPT_BY_COOKIE,
  NO_ENDPOINT,
  NAMES_NOT_LOOKED_UP,
  PANIC,
  USED,
  NOT_USED,
  EJECTED,
  UNHEALTHY,
  WARMING,
  LIMITS,
  BREAKER_OPEN,
  FALLBACK,

  // why
  WHY,
  NO_ROUTE,
  NO_OWN_ROUTE,
  OTHER_METHOD,
  REFUSED_ON_THE_WIRE,
  REFUSED_BEFORE_ROUTING,
  REDIRECTS_TO,
  HIDDEN_DECIDES
}
