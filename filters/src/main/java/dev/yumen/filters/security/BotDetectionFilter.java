package dev.yumen.filters.security;

import com.google.re2j.Pattern;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Regex;
import dev.yumen.api.Shorthand;
import dev.yumen.api.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Refuses programs by what they call themselves in {@code User-Agent}. */
public final class BotDetectionFilter implements Filter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>(
          "bot-detection", Config.class, (config, context) -> new BotDetectionFilter(config));

  /** What happens to clients that do not say what they are. */
  public enum Unnamed {
    ALLOW,
    REFUSE
  }

  /** Which programs. */
  @Describe("Refuses programs by their User-Agent; allow wins over deny.")
  public record Config(
      @Describe("These may come in, also when they are denied.") @OneOrMany List<Agent> allow,
      @Describe("These may not come in.") @OneOrMany List<Agent> deny,
      @Describe("What happens to requests whose User-Agent is empty or missing.") @Default("refuse")
          Unnamed unnamed) {

    public Config {
      allow = List.copyOf(allow);
      deny = List.copyOf(deny);
      if (deny.isEmpty() && unnamed == Unnamed.ALLOW) {
        throw InvalidValue.found("", "nobody to refuse", "deny, or unnamed: refuse");
      }
    }
  }

  /** Programs that call themselves so. */
  @Describe("Programs, by a part of their User-Agent or by an expression.")
  @Shorthand("contains")
  public record Agent(
      @Describe("Text that stands in it, in any case.") @Nullable String contains,
      @Describe("An RE2 expression that matches a part of it.") @Nullable String regex) {
    public Agent {
      if ((contains == null) == (regex == null)) {
        throw InvalidValue.found(
            "", contains == null ? "nothing" : "both", "a text, or {regex: …}");
      }
      if (contains != null && contains.isBlank()) {
        throw new InvalidValue("contains", contains, "a text that is not blank");
      }
      if (regex != null) {
        Regex.compile("regex", regex);
      }
    }

    private Predicate<String> compile() {
      if (regex != null) {
        Pattern pattern = Regex.compile("regex", regex);
        return agent -> pattern.matcher(agent).find();
      }
      String text = contains == null ? "" : contains.toLowerCase(Locale.ROOT);
      return agent -> agent.toLowerCase(Locale.ROOT).contains(text);
    }
  }

  private final List<Predicate<String>> allow;
  private final List<Predicate<String>> deny;
  private final boolean refusesUnnamed;

  private BotDetectionFilter(Config config) {
    allow = config.allow.stream().map(Agent::compile).toList();
    deny = config.deny.stream().map(Agent::compile).toList();
    refusesUnnamed = config.unnamed == Unnamed.REFUSE;
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    List<String> agents = exchange.request().headers().all("user-agent");
    String agent = String.join(", ", agents).strip();
    if (agent.isEmpty()) {
      return refusesUnnamed
          ? Verdict.fail(FailureCode.FORBIDDEN, "bot-detection: no User-Agent")
          : Verdict.proceed();
    }
    if (isOneOf(deny, agent) && (agents.size() > 1 || !isOneOf(allow, agent))) {
      return Verdict.fail(FailureCode.FORBIDDEN, "bot-detection: " + agent);
    }
    return Verdict.proceed();
  }

  private static boolean isOneOf(List<Predicate<String>> some, String agent) {
    for (Predicate<String> one : some) {
      if (one.test(agent)) {
        return true;
      }
    }
    return false;
  }
}
