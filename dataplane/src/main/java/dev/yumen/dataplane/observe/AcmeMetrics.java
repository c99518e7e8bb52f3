package dev.yumen.dataplane.observe;

import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** How orders of certificates go. Written by who orders them, on any thread. */
public final class AcmeMetrics {

  /** How an order ended. */
  public enum Outcome {
    /** The certificate is there. */
    ISSUED,
    /** The authority refused, or could not see that the domain leads here. */
    FAILED,
    /** The authority asks for patience. */
    RATE_LIMITED,
    /** The authority could not be reached, or gave no sensible answer. */
    UNREACHABLE,
    /** The storage can not be read or written. */
    STORAGE;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private record Ended(String issuer, Outcome outcome) {}

  private record Domain(String issuer, String domain) {}

  private record Times(Instant next, Instant lastSuccess) {}

  private final Map<Ended, LongAdder> orders = new ConcurrentHashMap<>();
  private final Map<Domain, Times> domains = new ConcurrentHashMap<>();

  /** An authority is in use; its counters are there from now on, at 0. */
  public void issuer(String issuer) {
    for (Outcome outcome : Outcome.values()) {
      orders.computeIfAbsent(new Ended(issuer, outcome), _ -> new LongAdder());
    }
  }

  /** An order ended. */
  public void ended(String issuer, Outcome outcome) {
    orders.computeIfAbsent(new Ended(issuer, outcome), _ -> new LongAdder()).increment();
  }

  /**
   * How things stand with a domain.
   *
   * @param lastSuccess of this process; the epoch before the first
   */
  public void domain(String issuer, String domain, Instant next, Instant lastSuccess) {
    domains.put(new Domain(issuer, domain), new Times(next, lastSuccess));
  }

  /** The domain is no longer in the configuration. */
  public void gone(String issuer, String domain) {
    domains.remove(new Domain(issuer, domain));
  }

  void collect(Collected to) {
    orders.forEach(
        (ended, count) ->
            to.counter(Family.ACME_ORDERS, count.sum(), ended.issuer(), ended.outcome().label()));
    domains.forEach(
        (domain, times) -> {
          to.gauge(
              Family.ACME_NEXT_ORDER,
              times.next().getEpochSecond(),
              domain.issuer(),
              domain.domain());
          to.gauge(
              Family.ACME_LAST_SUCCESS,
              times.lastSuccess().getEpochSecond(),
              domain.issuer(),
              domain.domain());
        });
  }
}
