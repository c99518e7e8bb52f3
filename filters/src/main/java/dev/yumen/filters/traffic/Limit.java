package dev.yumen.filters.traffic;

import dev.yumen.api.Attribute;
import dev.yumen.api.Consumer;
import dev.yumen.api.Exchange;
import dev.yumen.filters.traffic.RateLimitFilter.MissingKey;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One limit of a filter: which requests count together, how much each, and against what rate. */
final class Limit {
  /** What a request has that does not count. */
  static final long NO_KEY = 0;

  /** A rate of a consumer's tier or group. */
  private record Named(String name, Tier tier) {}

  private final List<Attribute> attributes;
  private final Attribute[] key;
  private final MissingKey missingKey;
  private final Cost cost;
  private final SipHash hash;
  private final Tier rest;

  /** The best first. */
  private final Named[] tiers;

  /**
   * @param config with every setting
   * @param name of its policy
   * @param route that it is for; empty for all of them
   */
  Limit(LimitConfig config, String name, String route, Counts counts) {
    attributes = Objects.requireNonNull(config.key());
    key = attributes.toArray(Attribute[]::new);
    missingKey = Objects.requireNonNull(config.missingKey());
    cost = Objects.requireNonNull(config.cost());
    hash = counts.hash();
    Algorithm algorithm = Objects.requireNonNull(config.algorithm());
    Terms all = Terms.of(algorithm, config.rate(), config.burst());
    rest = tier(counts.limiter(all), name, route);
    tiers =
        config.tiers().entrySet().stream()
            .sorted(Comparator.comparingDouble(tier -> -tier.getValue().perSecond()))
            .map(
                tier -> {
                  Terms terms = Terms.of(algorithm, tier.getValue(), null);
                  String of = route + ' ' + tier.getKey();
                  return new Named(tier.getKey(), tier(counts.limiter(terms), name, of));
                })
            .toArray(Named[]::new);
  }

  private Tier tier(Limiter limiter, String name, String of) {
    Terms terms = limiter.terms();
    String identity = of + ' ' + terms.algorithm() + ' ' + terms.rate() + ' ' + attributes;
    long unit = cost.per() == null ? 1 : cost.per().bytes();
    return Tier.of(limiter, hash.hash(0, identity), name, unit);
  }

  /** The rate for what a consumer, if there is one, sends: its tier's, or its best group's. */
  Tier tier(@Nullable Consumer consumer) {
    if (consumer == null) {
      return rest;
    }
    Tier best = null;
    for (Named named : tiers) {
      if (named.name.equals(consumer.tier())) {
        return named.tier;
      }
      if (best == null && consumer.groups().contains(named.name)) {
        best = named.tier;
      }
    }
    return best == null ? rest : best;
  }

  Cost cost() {
    return cost;
  }

  /** Whether a request without key is refused. */
  boolean needsKey() {
    return missingKey == MissingKey.REJECT;
  }

  /** What a rate of this limit says, for the log. */
  String detail(Tier tier) {
    return tier.limiter().terms().rate() + " by " + attributes;
  }

  /** What stands for a request's key; {@link #NO_KEY} if it has none and its address is none. */
  long key(Tier tier, Exchange exchange) {
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
