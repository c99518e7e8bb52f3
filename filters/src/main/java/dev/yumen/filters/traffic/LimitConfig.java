package dev.yumen.filters.traffic;

import dev.yumen.api.Attribute;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Rate;
import dev.yumen.filters.traffic.RateLimitFilter.MissingKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One of several limits. */
@Describe("One of several limits; what is not written is as the filter says.")
public record LimitConfig(
    @Describe("How many requests per s, min, h, day or month come through, such as 100/min.")
        Rate rate,
    @Describe("Name of the limit in answers; without it the route's with the limit's place.")
        @Nullable String name,
    @Describe("What is counted by; without it the key of the filter.") @OneOrMany
        @Nullable List<Attribute> key,
    @Describe("How requests are counted; without it as the filter says.")
        @Nullable Algorithm algorithm,
    @Describe("How many may come at once after a pause; without it the number of the rate.")
        @Nullable Long burst,
    @Describe("How many requests each one counts for; without it as the filter says.")
        @Nullable Cost cost,
    @Describe("Other rates for tiers and groups of consumers.") Map<String, Rate> tiers,
    @Describe("What happens to a request that lacks the key; without it as the filter says.")
        @Nullable MissingKey missingKey) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._~/-]{1,64}");

  public LimitConfig {
    key = key == null ? null : checkedKey(key);
    tiers = Map.copyOf(tiers);
    checkName(name);
    Terms.checkBurst(burst);
    check(rate, algorithm == null ? Algorithm.TOKEN_BUCKET : algorithm, burst, cost, tiers);
  }

  /** With everything that a filter says where this one says nothing. */
  private LimitConfig or(
      List<Attribute> itsKey, Algorithm itsAlgorithm, Cost itsCost, MissingKey missing) {
    return new LimitConfig(
        rate,
        name,
        key == null ? itsKey : key,
        algorithm == null ? itsAlgorithm : algorithm,
        burst,
        cost == null ? itsCost : cost,
        tiers,
        missingKey == null ? missing : missingKey);
  }

  /** What can be said only of all of them together. */
  static void check(
      Rate rate,
      Algorithm algorithm,
      @Nullable Long burst,
      @Nullable Cost cost,
      Map<String, Rate> tiers) {
    checkCost(cost, Terms.of(algorithm, rate, burst).most());
    for (Rate other : tiers.values()) {
      checkCost(cost, tier(algorithm, other).most());
    }
  }

  private static Terms tier(Algorithm algorithm, Rate rate) {
    try {
      return Terms.of(algorithm, rate, null);
    } catch (InvalidValue e) {
      throw InvalidValue.found("tiers", e.value(), e.expected());
    }
  }

  static List<Attribute> checkedKey(List<Attribute> key) {
    if (key.isEmpty()) {
      throw new InvalidValue("key", "no key", "at least one attribute");
    }
    return List.copyOf(key);
  }

  static void checkName(@Nullable String name) {
    if (name != null && !NAME.matcher(name).matches()) {
      throw new InvalidValue("name", name, "1 to 64 letters, digits or any of . _ ~ / -");
    }
  }

  private static void checkCost(@Nullable Cost cost, long most) {
    Long number = cost == null ? null : cost.number();
    if (number != null && number > most) {
      throw new InvalidValue("cost", number, "1 to " + most + ", the most that may come at once");
    }
  }

  /** Limits with everything that their filter says where they say nothing. */
  static List<LimitConfig> filled(
      List<LimitConfig> limits,
      List<Attribute> key,
      Algorithm algorithm,
      Cost cost,
      MissingKey missingKey) {
    List<LimitConfig> filled = new ArrayList<>();
    for (LimitConfig limit : limits) {
      try {
        filled.add(limit.or(key, algorithm, cost, missingKey));
      } catch (InvalidValue e) {
        String found = "limits[" + filled.size() + "] with " + e.component() + " " + e.value();
        throw InvalidValue.found("limits", found, e.expected());
      }
    }
    return filled;
  }

  /** Limits that all must hold have counts and names of their own. */
  static void checkTogether(List<LimitConfig> limits) {
    if (limits.isEmpty()) {
      throw InvalidValue.found("limits", "an empty list", "at least one limit");
    }
    Set<Object> counts = new HashSet<>();
    Set<String> names = new HashSet<>();
    for (LimitConfig limit : limits) {
      if (!counts.add(Arrays.asList(limit.rate, limit.key, limit.algorithm))) {
        String found = "twice " + limit.rate + " by " + limit.key;
        throw InvalidValue.found("limits", found, "limits that differ in rate, key or algorithm");
      }
      if (limit.name != null && !names.add(limit.name)) {
        throw new InvalidValue("limits", "name " + limit.name, "a name of its own for each");
      }
    }
  }

  /** Only a token bucket knows whose turn is when. */
  static void checkPlaces(@Nullable List<LimitConfig> limits, Algorithm algorithm) {
    boolean buckets =
        limits == null
            ? algorithm == Algorithm.TOKEN_BUCKET
            : limits.stream()
                .map(limit -> limit.algorithm == null ? algorithm : limit.algorithm)
                .allMatch(Algorithm.TOKEN_BUCKET::equals);
    if (!buckets) {
      throw new InvalidValue("mode", "queue", "reject or shadow with windows");
    }
  }
}
