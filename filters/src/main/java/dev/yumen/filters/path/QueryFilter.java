package dev.yumen.filters.path;

import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.Template;
import dev.yumen.api.Template.Into;
import dev.yumen.api.Verdict;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Edits query parameters, in the order rename, rewrite, set, add, remove. */
public final class QueryFilter implements Filter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>("query", Config.class, (config, context) -> new QueryFilter(config));

  /** The edits. */
  @Describe("Edits query parameters, applied in the order of these settings.")
  public record Config(
      @Describe("Old name to new name; replaces what is there under the new one.")
          Map<String, String> rename,
      @Describe("Rewrites the values of these parameters.") Map<String, Rewrite> rewrite,
      @Describe("Replaces every value by this one; an empty one removes the parameter.")
          Map<String, String> set,
      @Describe("Adds one more parameter behind those there.") Map<String, String> add,
      @Describe("Removes these parameters.") List<String> remove) {

    public Config {
      rename = Collections.unmodifiableMap(new LinkedHashMap<>(rename));
      rewrite = Collections.unmodifiableMap(new LinkedHashMap<>(rewrite));
      set = Collections.unmodifiableMap(new LinkedHashMap<>(set));
      add = Collections.unmodifiableMap(new LinkedHashMap<>(add));
      remove = List.copyOf(remove);
      set.forEach((name, value) -> Template.compile("set", value, Into.QUERY));
      add.forEach((name, value) -> Template.compile("add", value, Into.QUERY));
      if (rename.isEmpty()
          && rewrite.isEmpty()
          && set.isEmpty()
          && add.isEmpty()
          && remove.isEmpty()) {
        throw new InvalidValue("", "no edits", "one of rename, rewrite, set, add, remove");
      }
    }
  }

  /** An edit of one value. */
  @Describe("An edit of one value.")
  public record Rewrite(
      @Describe("RE2 expression, for the decoded value; anchored only by its own ^ and $.")
          String pattern,
      @Describe("Text in place of the first match; ${NAME} or ${1} is a group of the expression.")
          String to) {

    public Rewrite {
      RegexRewrite.compile(pattern, to);
    }
  }

  private record Write(String name, Template value) {}

  private record Edit(String name, RegexRewrite rewrite) {}

  private final Config config;
  private final Edit[] rewrites;
  private final Write[] sets;
  private final Write[] adds;

  private QueryFilter(Config config) {
    this.config = config;
    rewrites =
        config.rewrite.entrySet().stream()
            .map(
                entry ->
                    new Edit(
                        entry.getKey(),
                        RegexRewrite.compile(entry.getValue().pattern, entry.getValue().to)))
            .toArray(Edit[]::new);
    sets = writes(config.set);
    adds = writes(config.add);
  }

  private static Write[] writes(Map<String, String> values) {
    return values.entrySet().stream()
        .map(entry -> new Write(entry.getKey(), Template.compile("", entry.getValue(), Into.QUERY)))
        .toArray(Write[]::new);
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    String query = exchange.request().query();
    if (query == null && sets.length == 0 && adds.length == 0) {
      return Verdict.proceed();
    }
    Parameters parameters = Parameters.parse(query);
    config.rename.forEach(parameters::rename);
    for (Edit edit : rewrites) {
      parameters.rewrite(edit.name, edit.rewrite);
    }
    for (Write set : sets) {
      String value = set.value.render(exchange);
      parameters.remove(set.name);
      if (!value.isEmpty()) {
        parameters.add(set.name, value);
      }
    }
    for (Write add : adds) {
      parameters.add(add.name, add.value.render(exchange));
    }
    config.remove.forEach(parameters::remove);
    exchange.request().query(parameters.text());
    return Verdict.proceed();
  }
}
