package dev.yumen.filters.traffic;

import dev.yumen.api.Attribute;
import dev.yumen.api.Exchange;
import dev.yumen.filters.traffic.RateLimitFilter.MissingKey;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;

/** One limit of a filter: which requests count together, how much each, and against what rate. */
final class Limit {
  /** What a request has that does not count. */
  static final long NO_KEY = 0;

  private final Attribute[] key;
  private final MissingKey missingKey;
  private final long cost;
  private final SipHash hash;
  private final Tier tier;

  /**
   * @param config with every setting
   * @param name of its policy
   * @param route that it is for; empty for all of them
   */
  Limit(LimitConfig config, String name, String route, Counts counts) {
    List<Attribute> attributes = Objects.requireNonNull(config.key());
    Algorithm algorithm = Objects.requireNonNull(config.algorithm());
    key = attributes.toArray(Attribute[]::new);
    missingKey = Objects.requireNonNull(config.missingKey());
    cost = Objects.requireNonNull(config.cost());
    hash = counts.hash();
    tier =
        tier(Terms.of(algorithm, config.rate(), config.burst()), attributes, name, route, counts);
  }

  private static Tier tier(
      Terms terms, List<Attribute> key, String name, String route, Counts counts) {
    Rate rate = terms.rate();
    String quoted = '"' + name + '"';
    return new Tier(
        counts.limiter(terms),
        counts.hash().hash(0, route + ' ' + terms.algorithm() + ' ' + rate + ' ' + key),
        quoted,
        quoted + ";q=" + rate.count() + ";w=" + rate.unit().length().toSeconds(),
        "more than " + rate + " by " + key);
  }

  /** The rate for a request. */
  Tier tier() {
    return tier;
  }

  /** How much a request counts. */
  long cost() {
    return cost;
  }

  /** Whether a request without key is refused. */
  boolean needsKey() {
    return missingKey == MissingKey.REJECT;
  }

  /** Itself, for the log. */
  String detail() {
    return tier.detail();
  }

  /** What stands for a request's key; {@link #NO_KEY} if it has none and its address is none. */
  long key(Exchange exchange) {
    long sum = tier.identity();
    for (Attribute attribute : key) {
      if (attribute.kind() == Attribute.Kind.CLIENT) {
        sum = hash.hash(sum, network(exchange.clientAddress()));
        continue;
      }
      String value = attribute.of(exchange);
      if (value == null || value.isEmpty()) {
        return missingKey == MissingKey.ADDRESS
            ? some(hash.hash(tier.identity(), ~network(exchange.clientAddress())))
            : NO_KEY;
      }
      sum = hash.hash(sum, value);
    }
    return some(sum);
  }

  private static long some(long sum) {
    return sum == NO_KEY ? 1 : sum;
  }

  /**
   * An IPv4 address, or the first 64 bits of an IPv6 one: the network that one subscriber is given,
   * in which it can choose any address it likes (RFC 6177).
   */
  private static long network(InetAddress address) {
    long number = 0;
    byte[] bytes = address.getAddress();
    for (int i = 0; i < Math.min(bytes.length, 8); i++) {
      number = number << 8 | (bytes[i] & 0xff);
    }
    return number;
  }
}
