package dev.yumen.filters.traffic;

import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.Priority;
import dev.yumen.api.Shorthand;
import dev.yumen.api.Verdict;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Says how much requests matter when the gateway has too much to do. */
public final class PriorityFilter implements Filter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>("priority", Config.class, (config, context) -> new PriorityFilter(config));

  /** The level, or the rules that give it. */
  @Describe("Says how much requests matter when the gateway has too much to do.")
  @Shorthand("level")
  public record Config(
      @Describe(
              "Level of the requests that no rule takes; without it they keep the one they have,"
                  + " which is normal at first.")
          @Nullable Priority level,
      @Describe("Rules; the first that takes a request gives its level.") List<Rule> by) {

    public Config {
      by = List.copyOf(by);
      if (level == null && by.isEmpty()) {
        throw InvalidValue.found("", "nothing", "level, by or both");
      }
    }
  }

  /** One rule. */
  @Describe("One rule: which requests, and their level.")
  public record Rule(
      @Describe("Requests like these.") When when, @Describe("Their level.") Priority level) {}

  /** A rule ready for use. */
  private record Compiled(Predicate<Exchange> when, Priority level) {}

  private final @Nullable Priority otherwise;
  private final List<Compiled> rules;

  private PriorityFilter(Config config) {
    otherwise = config.level;
    rules = config.by.stream().map(rule -> new Compiled(rule.when.compile(), rule.level)).toList();
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    Priority level = level(exchange);
    if (level != null) {
      exchange.priority(level);
    }
    return Verdict.proceed();
  }

  private @Nullable Priority level(Exchange exchange) {
    for (Compiled rule : rules) {
      if (rule.when.test(exchange)) {
        return rule.level;
      }
    }
    return otherwise;
  }
}
