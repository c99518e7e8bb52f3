package dev.yumen.dataplane.routing;

import dev.yumen.api.Cidr;
import dev.yumen.config.MatchConfig;
import dev.yumen.config.MatchConfig.PathMatch;
import dev.yumen.config.MatchConfig.PercentageMatch;
import dev.yumen.config.MatchConfig.TimeMatch;
import dev.yumen.config.MatchConfig.ValueMatch;
import dev.yumen.config.RouteConfig.Ambiguous;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes a rule's settings one by one. */
final class MatchBuilder {
  private @Nullable PathMatch path;
  private List<String> hosts = List.of();
  private List<String> methods = List.of();
  private final Map<String, ValueMatch> headers = new LinkedHashMap<>();
  private final Map<String, ValueMatch> query = new LinkedHashMap<>();
  private final Map<String, ValueMatch> cookies = new LinkedHashMap<>();
  private final List<Cidr> client = new ArrayList<>();
  private List<String> contentType = List.of();
  private @Nullable TimeMatch time;
  private @Nullable PercentageMatch percentage;
  private @Nullable String expression;
  private int priority;
  private Set<Ambiguous> allow = Set.of();
  private boolean mergeSlashes = true;

  static MatchBuilder path(String pattern) {
    return any().withPath(new PathMatch(pattern, null));
  }

  static MatchBuilder regex(String regex) {
    return any().withPath(new PathMatch(null, regex));
  }

  static MatchBuilder any() {
    return new MatchBuilder();
  }

  MatchBuilder withPath(PathMatch match) {
    path = match;
    return this;
  }

  MatchBuilder hosts(String... names) {
    hosts = List.of(names);
    return this;
  }

  MatchBuilder methods(String... names) {
    methods = List.of(names);
    return this;
  }

  MatchBuilder header(String name, ValueMatch match) {
    headers.put(name, match);
    return this;
  }

  MatchBuilder query(String name, ValueMatch match) {
    query.put(name, match);
    return this;
  }

  MatchBuilder cookie(String name, ValueMatch match) {
    cookies.put(name, match);
    return this;
  }

  MatchBuilder client(String range) {
    client.add(Cidr.parse(range));
    return this;
  }

  MatchBuilder contentType(String... types) {
    contentType = List.of(types);
    return this;
  }

  MatchBuilder time(TimeMatch match) {
    time = match;
    return this;
  }

  MatchBuilder percentage(PercentageMatch match) {
    percentage = match;
    return this;
  }

  MatchBuilder expression(String text) {
    expression = text;
    return this;
  }

  MatchBuilder priority(int number) {
    priority = number;
    return this;
  }

  MatchBuilder allow(Ambiguous... forms) {
    allow = Set.of(forms);
    return this;
  }

  MatchBuilder keepSlashes() {
    mergeSlashes = false;
    return this;
  }

  Rule<String> rule(String id) {
    MatchConfig match =
        new MatchConfig(
            path,
            hosts,
            methods,
            headers,
            query,
            cookies,
            client,
            contentType,
            time,
            percentage,
            expression,
            priority);
    return new Rule<>(id, match, allow, mergeSlashes, id + "!");
  }

  static ValueMatch exact(String text) {
    return new ValueMatch(text, null, null, null, null, null);
  }

  static ValueMatch prefix(String text) {
    return new ValueMatch(null, text, null, null, null, null);
  }

  static ValueMatch matching(String regex) {
    return new ValueMatch(null, null, regex, null, null, null);
  }

  static ValueMatch present() {
    return new ValueMatch(null, null, null, true, null, null);
  }

  static ValueMatch absent() {
    return new ValueMatch(null, null, null, null, true, null);
  }

  static ValueMatch not(String text) {
    return new ValueMatch(null, null, null, null, null, text);
  }
}
