package dev.yumen.control.diagnose;

import java.util.Locale;

/**
 * What can be seen, each with what it means, a page to read on, a text and, where there is
 * something to do, an advice in every language.
 */
public enum Sign {
  // network
  CONNECT_REFUSED(Verdict.FOUND, "operations.md#failure-codes-at-night"),
  CONNECT_TIMEOUT(Verdict.FOUND, "operations.md#failure-codes-at-night"),
  TLS_FAILED(Verdict.FOUND, "tls.md"),
  NO_ADDRESS(Verdict.FOUND, "upstreams.md"),
  SOME_CONNECTIONS_FAIL(Verdict.SUSPECT, "operations.md#failure-codes-at-night"),
  FAILED_SINCE_START(Verdict.SUSPECT, "replay.md"),
  REACHED(Verdict.GOOD, ""),
  PROBE_GOOD(Verdict.GOOD, ""),
  PROBE_REFUSED(Verdict.FOUND, "operations.md#failure-codes-at-night"),
  PROBE_TIMEOUT(Verdict.FOUND, "operations.md#failure-codes-at-night"),
  PROBE_UNKNOWN_NAME(Verdict.FOUND, "upstreams.md"),
  PROBE_FAILED(Verdict.FOUND, "operations.md#failure-codes-at-night"),

  // upstream
  NEVER_ANSWERS(Verdict.FOUND, "upstreams.md"),
  TIMED_OUT(Verdict.FOUND, "upstreams.md"),
  SOME_TIMED_OUT(Verdict.SUSPECT, "upstreams.md"),
  BREAKS_OFF(Verdict.FOUND, "operations.md#failure-codes-at-night"),
  SERVICE_504(Verdict.FOUND, "errors.md"),
  SERVICE_FAILS(Verdict.SUSPECT, "errors.md"),
  BREAKER_OPEN(Verdict.FOUND, "upstreams.md"),
  BREAKER_HALF_OPEN(Verdict.SUSPECT, "upstreams.md"),
  BREAKER_REFUSED(Verdict.FOUND, "filters/circuit-breaker.md"),
  NO_ENDPOINT_USED(Verdict.FOUND, "upstreams.md"),
  SOME_ENDPOINTS_ILL(Verdict.SUSPECT, "upstreams.md"),
  NOTHING_ENDED(Verdict.SUSPECT, ""),
  ANSWERED(Verdict.GOOD, ""),

  // the gateway's own time-outs
  LIMIT_TOO_SHORT(Verdict.FOUND, "upstreams.md"),
  LIMIT_NEAR(Verdict.SUSPECT, "upstreams.md"),
  LIMIT_FAR(Verdict.GOOD, ""),
  LIMITS(Verdict.GOOD, ""),
  FILTER_TOO_SLOW(Verdict.FOUND, "errors.md"),
  CLIENT_TOO_SLOW(Verdict.SUSPECT, "errors.md"),

  // resources
  OVERLOADED(Verdict.FOUND, "overload.md"),
  PLACES_TAKEN(Verdict.SUSPECT, "upstreams.md"),
  HEAP_FULL(Verdict.SUSPECT, "operations.md"),
  DIRECT_FULL(Verdict.SUSPECT, "operations.md"),
  FILES_FULL(Verdict.FOUND, "operations.md"),
  FILES_MANY(Verdict.SUSPECT, "operations.md"),
  CPU_BUSY(Verdict.SUSPECT, "overload.md"),
  ENOUGH(Verdict.GOOD, ""),

  // threads
  LOOP_STANDS(Verdict.FOUND, "admin.md#the-process"),
  LOOP_LATE(Verdict.SUSPECT, "admin.md#the-process"),
  DEADLOCK(Verdict.FOUND, "admin.md#the-process"),
  LOOPS_ANSWER(Verdict.GOOD, ""),

  // of either tree
  NOT_RECORDED(Verdict.NOT_KNOWN, "replay.md"),
  NO_REQUESTS(Verdict.NOT_KNOWN, ""),
  NOT_SAID(Verdict.NOT_KNOWN, ""),

  // the route of a request
  NO_ROUTE(Verdict.FOUND, "explain.md"),
  REFUSED_BEFORE(Verdict.FOUND, "explain.md"),
  TAKEN(Verdict.GOOD, ""),

  // what filters say
  LOOKED_GOOD(Verdict.GOOD, ""),
  NOBODY_ASKS(Verdict.GOOD, ""),
  NOT_ASKED(Verdict.NOT_KNOWN, ""),
  NOT_LOOKED(Verdict.NOT_KNOWN, ""),
  WOULD_ASK(Verdict.NOT_KNOWN, "replay.md"),
  UNTRIED(Verdict.NOT_KNOWN, "explain.md"),
  NOT_REACHED(Verdict.NOT_KNOWN, ""),
  RULES_GOOD(Verdict.GOOD, ""),
  RECORDED_REFUSAL(Verdict.SUSPECT, "troubleshooting-auth.md"),
  SENDS_TO_LOGIN(Verdict.SUSPECT, "troubleshooting-auth.md#oidc-login"),
  NO_CREDENTIAL("troubleshooting-auth.md"),
  SEVERAL_CREDENTIALS("troubleshooting-auth.md"),
  NOT_READABLE("troubleshooting-auth.md"),
  NOT_SIGNED_SO("troubleshooting-auth.md#jwt"),
  NO_SUCH_KEY("troubleshooting-auth.md#jwt"),
  OTHER_ALGORITHM("troubleshooting-auth.md#jwt"),
  UNKNOWN_CREDENTIAL("troubleshooting-auth.md"),
  NOT_COVERED("troubleshooting-auth.md#hmac-auth"),
  CANNOT_CHECK("troubleshooting-auth.md"),
  EXPIRED("troubleshooting-auth.md"),
  NOT_YET_VALID("troubleshooting-auth.md"),
  NO_EXPIRY("troubleshooting-auth.md#jwt"),
  CLOCKS("troubleshooting-auth.md"),
  USED_BEFORE("troubleshooting-auth.md"),
  OTHER_AUDIENCE("troubleshooting-auth.md#jwt"),
  OTHER_ISSUER("troubleshooting-auth.md#jwt"),
  OTHER_TYPE("troubleshooting-auth.md#jwt"),
  CLAIM_MISSING("troubleshooting-auth.md#jwt"),
  NO_CONSUMER("troubleshooting-auth.md"),
  SCOPE_MISSING("troubleshooting-auth.md#jwt"),
  NOT_ALLOWED("troubleshooting-auth.md"),
  CROSS_SITE("troubleshooting-auth.md#csrf"),
  WRONG_ORIGIN("troubleshooting-auth.md#cors"),
  TOO_MANY_CHECKS("troubleshooting-auth.md"),
  REFUSED_OTHERWISE("errors.md"),

  // the service behind
  SERVICE_REFUSED(Verdict.FOUND, "troubleshooting-auth.md#where-to-look"),
  SERVICE_DECIDES(Verdict.NOT_KNOWN, ""),
  SERVICE_LETS_IN(Verdict.GOOD, ""),
  GATEWAY_ANSWERS(Verdict.GOOD, ""),
  RECORDED_OTHERWISE(Verdict.SUSPECT, "explain.md");

  private final Verdict verdict;
  private final String page;
  private final boolean refusal;

  Sign(Verdict verdict, String page) {
    this.verdict = verdict;
    this.page = page;
    this.refusal = false;
  }

  /** Of a filter that refuses; all have one text and an advice each. */
  Sign(String page) {
    this.verdict = Verdict.FOUND;
    this.page = page;
    this.refusal = true;
  }

  public Verdict verdict() {
    return verdict;
  }

  /** Where to read on, below {@code docs/}; empty for nowhere. */
  public String page() {
    return page;
  }

  /** Its name where programs look. */
  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  String textKey() {
    return refusal ? "refused" : code();
  }

  String adviceKey() {
    return code() + ".advice";
  }
}
