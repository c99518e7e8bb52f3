package dev.yumen.filters.traffic;

import dev.yumen.api.Attribute;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import dev.yumen.filters.traffic.RateLimitFilter.MissingKey;
import java.util.List;
import java.util.Objects;
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
        @Nullable Long cost,
    @Describe("What happens to a request that lacks the key; without it as the filter says.")
        @Nullable MissingKey missingKey) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._~/-]{1,64}");

  public LimitConfig {
    key = key == null ? null : checkedKey(key);
    checkName(name);
    Terms.checkBurst(burst);
    checkCost(cost);
    check(rate, algorithm == null ? Algorithm.TOKEN_BUCKET : algorithm, burst, cost);
  }

  /** One with everything that a filter says where this one says nothing. */
  LimitConfig or(List<Attribute> itsKey, Algorithm itsAlgorithm, long itsCost, MissingKey missing) {
    return new LimitConfig(
        rate,
        name,
        key == null ? itsKey : key,
        algorithm == null ? itsAlgorithm : algorithm,
        burst,
        cost == null ? itsCost : cost,
        missingKey == null ? missing : missingKey);
  }

  /** Limits of which this is the same share their counts. */
  List<Object> identity() {
    return List.of(rate, Objects.requireNonNull(key), Objects.requireNonNull(algorithm));
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

  static void checkCost(@Nullable Long cost) {
    if (cost != null && cost < 1) {
      throw new InvalidValue("cost", cost, "at least 1");
    }
  }

  /** What can be said only of all of them together. */
  static void check(Rate rate, Algorithm algorithm, @Nullable Long burst, @Nullable Long cost) {
    long most = Terms.of(algorithm, rate, burst).most();
    if (cost != null && cost > most) {
      throw new InvalidValue("cost", cost, "1 to " + most + ", the most that may come at once");
    }
  }
}
