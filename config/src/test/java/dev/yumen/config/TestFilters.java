package dev.yumen.config;

import com.google.re2j.Pattern;
import dev.yumen.api.AnyFilter;
import dev.yumen.api.Attribute;
import dev.yumen.api.Cidr;
import dev.yumen.api.DataSize;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Secret;
import dev.yumen.api.Shorthand;
import dev.yumen.api.UpstreamName;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A small catalogue of filters that do nothing; their settings are what matters. */
final class TestFilters {
  private TestFilters() {}

  static final Map<String, FilterType<?>> CATALOGUE =
      Stream.of(
              type("strip-prefix", StripPrefix.class),
              type("rate-limit", RateLimit.class),
              type("login", Login.class),
              type("split", Split.class),
              type("tiered", Tiered.class),
              type("every-kind", EveryKind.class),
              type("fragile", Fragile.class))
          .collect(Collectors.toMap(FilterType::name, Function.identity()));

  private static FilterType<?> type(String name, Class<? extends Record> settings) {
    return typed(name, settings);
  }

  private static <C extends Record> FilterType<C> typed(String name, Class<C> settings) {
    AnyFilter nothing = new Filter() {};
    return new FilterType<>(name, settings, (config, context) -> nothing);
  }

  /** All settings have defaults. */
  @Describe("Removes the first segments of the path.")
  @Shorthand("segments")
  record StripPrefix(@Describe("How many.") @Default("1") int segments) {
    StripPrefix {
      if (segments < 0) {
        throw new InvalidValue("segments", segments, ">= 0");
      }
    }
  }

  /** One setting is required. */
  @Describe("Limits requests.")
  record RateLimit(
      @Describe("Requests a second.") int rate,
      @Describe("What is counted.") @Default("client") Attribute key) {}

  /** Holds a secret. */
  @Describe("Asks for a password.")
  record Login(
      @Describe("Realm.") @Default("yumen") String realm,
      @Describe("Password.") @Secret String password,
      @Describe("Key, 4 to 8 digits.") @Nullable @Secret Integer pin) {
    Login {
      if (password.length() < 4) {
        throw new InvalidValue("password", password, "at least 4 characters");
      }
      if (password.contains(realm)) {
        throw new InvalidValue("realm", realm, "no part of " + password);
      }
    }
  }

  /** Names upstreams. */
  @Describe("Sends requests elsewhere.")
  record Split(@Describe("Where to, any of.") @OneOrMany List<UpstreamName> to) {}

  /** Has tiers of consumers, and limits with tiers of their own. */
  @Describe("Has tiers.")
  record Tiered(
      @Describe("By tier.") Map<String, DataSize> tiers, @Describe("More.") List<Tiered> limits) {
    Tiered {
      for (DataSize size : tiers.values()) {
        if (size.bytes() > 1 << 20) {
          throw new InvalidValue("tiers", size.toString(), "at most 1MiB");
        }
      }
    }
  }

  /** A setting of every kind that there is. */
  @Describe("Every kind of setting.")
  record EveryKind(
      @Describe("Text.") String text,
      @Describe("An int.") int whole,
      @Describe("A long.") long large,
      @Describe("A double.") double decimal,
      @Describe("A boolean.") boolean flag,
      @Describe("A time span.") Duration span,
      @Describe("An instant.") Instant moment,
      @Describe("An address.") URI uri,
      @Describe("A file.") Path file,
      @Describe("An expression.") Pattern expression,
      @Describe("One of a few.") Fruit fruit,
      @Describe("A size.") DataSize size,
      @Describe("Ranges.") @OneOrMany List<Cidr> ranges,
      @Describe("Lists of text by name.") Map<String, List<String>> named,
      @Describe("Filters in a filter.") List<FilterConfig> inner) {}

  enum Fruit {
    APPLE,
    PASSION_FRUIT
  }

  /** Its constructor fails in ways it should not. */
  @Describe("Breaks.")
  record Fragile(@Describe("How.") String how) {
    Fragile {
      switch (how) {
        case "null" -> throw new NullPointerException("how");
        case "argument" -> throw new IllegalArgumentException("no such thing");
        default -> {}
      }
    }
  }
}
