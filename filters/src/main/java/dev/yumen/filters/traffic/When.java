package dev.yumen.filters.traffic;

import dev.yumen.api.Attribute;
import dev.yumen.api.Consumer;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.HeaderName;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Regex;
import dev.yumen.config.MatchConfig.ValueMatch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which requests a rule of a filter is for, in the words of a route's {@code match}. */
@Describe("Which requests: everything that is written must hold.")
public record When(
    @Describe("Header fields by name; of several, the first counts.")
        Map<String, ValueMatch> headers,
    @Describe("Query parameters by name; of several, the first counts.")
        Map<String, ValueMatch> query,
    @Describe("Cookies by name.") Map<String, ValueMatch> cookies,
    @Describe("Names of consumers, any of.") @OneOrMany List<String> consumer,
    @Describe("Groups of consumers, any of.") @OneOrMany List<String> group) {

  public When {
    headers = copy(headers);
    query = copy(query);
    cookies = copy(cookies);
    consumer = List.copyOf(consumer);
    group = List.copyOf(group);
    headers.keySet().forEach(name -> HeaderName.readable("headers", name));
    boolean none = headers.isEmpty() && query.isEmpty() && cookies.isEmpty();
    if (none && consumer.isEmpty() && group.isEmpty()) {
      throw InvalidValue.found("", "nothing", "headers, query, cookies, consumer or group");
    }
  }

  private static Map<String, ValueMatch> copy(Map<String, ValueMatch> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  /** Made ready for use. */
  Predicate<Exchange> compile() {
    List<Predicate<Exchange>> all = new ArrayList<>();
    headers.forEach((name, match) -> all.add(test(Attribute.Kind.HEADER, name, match)));
    query.forEach((name, match) -> all.add(test(Attribute.Kind.QUERY, name, match)));
    cookies.forEach((name, match) -> all.add(test(Attribute.Kind.COOKIE, name, match)));
    if (!consumer.isEmpty()) {
      all.add(exchange -> named(exchange.consumer()));
    }
    if (!group.isEmpty()) {
      all.add(exchange -> grouped(exchange.consumer()));
    }
    return all.stream().reduce(Predicate::and).orElseThrow();
  }

  private boolean named(@Nullable Consumer who) {
    return who != null && consumer.contains(who.name());
  }

  private boolean grouped(@Nullable Consumer who) {
    return who != null && !Collections.disjoint(who.groups(), group);
  }

  private static Predicate<Exchange> test(Attribute.Kind kind, String name, ValueMatch match) {
    Attribute attribute = new Attribute(kind, name);
    Predicate<@Nullable String> test = test(match);
    return exchange -> test.test(attribute.of(exchange));
  }

  private static Predicate<@Nullable String> test(ValueMatch match) {
    if (match.prefix() != null) {
      String prefix = match.prefix();
      return value -> value != null && value.startsWith(prefix);
    }
    if (match.regex() != null) {
      var pattern = Regex.compile("regex", match.regex());
      return value -> value != null && pattern.matches(value);
    }
    if (match.not() != null) {
      String not = match.not();
      return value -> !not.equals(value);
    }
    if (match.exact() != null) {
      String exact = match.exact();
      return value -> exact.equals(value);
    }
    boolean present = match.present() != null;
    return value -> (value != null) == present;
  }
}
