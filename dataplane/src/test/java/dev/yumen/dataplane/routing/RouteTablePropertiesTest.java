package dev.yumen.dataplane.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.config.MatchConfig.ValueMatch;
import dev.yumen.config.Problem.Severity;
import dev.yumen.dataplane.routing.Candidate.Misses;
import dev.yumen.dataplane.routing.Candidate.Outranked;
import dev.yumen.dataplane.routing.Candidate.Part;
import dev.yumen.dataplane.routing.Candidate.Takes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Tables of rules made at random from few words, so that they overlap, against the reference. */
final class RouteTablePropertiesTest {
  private static final List<String> WORDS = List.of("a", "b", "c", "{v}", "{w}");
  private static final List<String> REGEXES =
      List.of("/a/[a-c]+", "/a/.*", "/[ab]/c", "^/b/c?$", "/a/b/c|/b", "/b/(a|c)(/.*)?", "/*a");
  private static final List<ValueMatch> VALUES =
      List.of(
          MatchBuilder.exact("1"),
          MatchBuilder.exact("2"),
          MatchBuilder.prefix("1"),
          MatchBuilder.matching("[0-9]"),
          MatchBuilder.present(),
          MatchBuilder.absent(),
          MatchBuilder.not("1"));

  private final RouteMatch<String> match = new RouteMatch<>();
  private int compared;

  @Property(tries = 150)
  void findsWhatTheReferenceFinds(@ForAll long seed) {
    Random random = new Random(seed);
    Map<String, Rule<String>> rules = rules(random, 1 + random.nextInt(40));
    RouteTable<String> table = withoutConflicts(rules);
    compare(table, rules.values(), random);
  }

  @Property(tries = 60)
  void editedTableIsLikeOneMadeAfresh(@ForAll long seed) {
    Random random = new Random(seed);
    Map<String, Rule<String>> rules = rules(random, 30);
    RouteTable<String> table = withoutConflicts(rules);
    for (int round = 0; round < 4; round++) {
      Map<String, Rule<String>> before = new LinkedHashMap<>(rules);
      rules.keySet().removeIf(_ -> random.nextInt(5) == 0);
      rules.putAll(rules(random, random.nextInt(10)));
      withoutConflicts(rules);
      RouteTable<String> old = table;
      table = RouteTable.recompile(old, rules.values(), ExpressionFailures.IGNORED).table();
      assertEquals(rules.size(), table.size());
      compare(table, rules.values(), random);
      compare(old, before.values(), random);
    }
  }

  @Property(tries = 60)
  void manyRulesOfFewPathsAreToldApart(@ForAll long seed) {
    Random random = new Random(seed);
    Map<String, Rule<String>> rules = new LinkedHashMap<>();
    for (int i = 0; i < 200; i++) {
      rules.put("r" + i, tenantRule(random).rule("r" + i));
    }
    RouteTable<String> table = withoutConflicts(rules);
    ReferenceTable reference = new ReferenceTable(List.copyOf(rules.values()));
    for (int i = 0; i < 60; i++) {
      String path = pick(random, List.of("/a", "/a/b", "/a/b/c"));
      SimpleRequest request = SimpleRequest.of(pick(random, List.of("GET", "PUT")), "h", path);
      request.header("x-a", pick(random, List.of("1", "2", "t" + random.nextInt(60))));
      request.header("x-b", "" + random.nextInt(2));
      compare(table, reference, request);
    }
  }

  private static MatchBuilder tenantRule(Random random) {
    MatchBuilder rule = MatchBuilder.path(pick(random, List.of("/a/**", "/a/{v}", "/a")));
    switch (random.nextInt(8)) {
      case 0 -> rule.header("x-a", pick(random, VALUES));
      case 1 -> rule.header("x-b", MatchBuilder.exact("1"));
      default -> rule.header("x-a", MatchBuilder.exact("t" + random.nextInt(60)));
    }
    if (random.nextInt(3) == 0) {
      rule.methods(pick(random, List.of("GET", "POST")));
    }
    return rule.priority(random.nextInt(9) / 8);
  }

  private void compare(RouteTable<String> table, Collection<Rule<String>> rules, Random random) {
    ReferenceTable reference = new ReferenceTable(List.copyOf(rules));
    for (int i = 0; i < 60; i++) {
      compare(table, reference, request(random));
    }
  }

  private void compare(RouteTable<String> table, ReferenceTable reference, SimpleRequest request) {
    Set<String> expected = reference.best(request);
    boolean matched = table.match(request, match);
    Set<String> found = matched ? Set.of(match.rule().id()) : Set.of();
    assertEquals(expected, found, () -> request + " among " + reference);
    if (!matched) {
      assertEquals(reference.otherMethods(request), new TreeSet<>(match.otherMethods()));
    }
    if (compared++ % 16 == 0) { // it looks at every rule
      review(table, request, found);
    }
  }

  /** What is told of all rules agrees with what was found. */
  private void review(RouteTable<String> table, SimpleRequest request, Set<String> found) {
    List<Candidate> candidates = table.candidates(request, match, Integer.MAX_VALUE);
    Set<String> takes = new TreeSet<>();
    Set<String> otherMethods = new TreeSet<>();
    for (Candidate candidate : candidates) {
      Rule<String> rule = Objects.requireNonNull(table.rule(candidate.id()));
      switch (candidate.standing()) {
        case Takes() -> takes.add(candidate.id());
        case Outranked outranked -> assertEquals(found, Set.of(outranked.by()));
        case Misses misses when misses.part() == Part.METHOD -> {
          otherMethods.addAll(rule.match().methods());
          if (rule.match().methods().contains("GET")) {
            otherMethods.add("HEAD");
          }
        }
        case Misses _ -> {}
      }
    }
    assertEquals(found, takes, () -> request + ": " + candidates);
    if (found.isEmpty()) {
      assertEquals(new TreeSet<>(match.otherMethods()), otherMethods);
    } else {
      assertEquals(found, Set.of(candidates.getFirst().id()));
    }
  }

  /** Takes out rules until none is left that the table reports. */
  private static RouteTable<String> withoutConflicts(Map<String, Rule<String>> rules) {
    while (true) {
      RouteTable.Compiled<String> compiled = RouteTable.compile(rules.values());
      if (!compiled.hasErrors()) {
        return compiled.table();
      }
      compiled.problems().stream()
          .filter(problem -> problem.severity() == Severity.ERROR)
          .forEach(problem -> rules.remove(problem.routeId()));
    }
  }

  private static Map<String, Rule<String>> rules(Random random, int count) {
    Map<String, Rule<String>> rules = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      String id = "r" + random.nextInt(100);
      rules.put(id, rule(random).rule(id));
    }
    return rules;
  }

  private static MatchBuilder rule(Random random) {
    MatchBuilder rule =
        switch (random.nextInt(8)) {
          case 0 -> MatchBuilder.any();
          case 1 -> MatchBuilder.regex(pick(random, REGEXES));
          case 2, 3 -> MatchBuilder.path(pattern(random) + "/**");
          default -> MatchBuilder.path(pattern(random) + (random.nextInt(6) == 0 ? "/" : ""));
        };
    switch (random.nextInt(6)) {
      case 0 -> rule.hosts("x.a.test");
      case 1 -> rule.hosts("*.test");
      case 2 -> rule.hosts("*.a.test", "b.test", "*.test");
      default -> {}
    }
    switch (random.nextInt(6)) {
      case 0 -> rule.methods("GET");
      case 1 -> rule.methods("POST", "PUT");
      case 2 -> rule.methods("HEAD");
      default -> {}
    }
    if (random.nextInt(3) == 0) {
      rule.header("x-a", pick(random, VALUES));
    }
    if (random.nextInt(6) == 0) {
      rule.header("x-b", pick(random, VALUES));
    }
    if (random.nextInt(6) == 0) {
      rule.keepSlashes();
    }
    return rule.priority(Math.max(0, random.nextInt(6) - 3) - (random.nextInt(10) == 0 ? 1 : 0));
  }

  private static String pattern(Random random) {
    StringBuilder pattern = new StringBuilder();
    List<String> words = new ArrayList<>(WORDS);
    int segments = 1 + random.nextInt(3);
    for (int i = 0; i < segments; i++) {
      String word = pick(random, words);
      if (word.startsWith("{")) {
        words.remove(word);
      }
      pattern.append('/').append(word);
    }
    return pattern.toString();
  }

  private static SimpleRequest request(Random random) {
    StringBuilder path = new StringBuilder();
    int segments = 1 + random.nextInt(4);
    for (int i = 0; i < segments; i++) {
      path.append(random.nextInt(8) == 0 ? "//" : "/");
      path.append(pick(random, List.of("a", "a", "b", "c", "d", "")));
    }
    String method = pick(random, List.of("GET", "GET", "POST", "HEAD", "DELETE"));
    String host = pick(random, List.of("x.a.test", "y.a.test:80", "B.test", "test", "", "q"));
    SimpleRequest request = SimpleRequest.of(method, host, path.toString());
    String value = pick(random, List.of("", "1", "2", "12", "x"));
    if (!value.isEmpty()) {
      request.header("X-A", value);
    }
    return random.nextInt(3) == 0 ? request.header("x-b", "1") : request;
  }

  private static <E> E pick(Random random, List<E> values) {
    return values.get(random.nextInt(values.size()));
  }
}
