package dev.yumen.dataplane.routing;

import static dev.yumen.dataplane.routing.MatchBuilder.absent;
import static dev.yumen.dataplane.routing.MatchBuilder.any;
import static dev.yumen.dataplane.routing.MatchBuilder.exact;
import static dev.yumen.dataplane.routing.MatchBuilder.matching;
import static dev.yumen.dataplane.routing.MatchBuilder.not;
import static dev.yumen.dataplane.routing.MatchBuilder.path;
import static dev.yumen.dataplane.routing.MatchBuilder.prefix;
import static dev.yumen.dataplane.routing.MatchBuilder.present;
import static dev.yumen.dataplane.routing.MatchBuilder.regex;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Attribute;
import dev.yumen.config.MatchConfig.PercentageMatch;
import dev.yumen.config.MatchConfig.TimeMatch;
import dev.yumen.config.MatchConfig.ValueMatch;
import dev.yumen.config.Problem.Severity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class ConflictsTest {
  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

  static Stream<Arguments> decided() {
    return Stream.of(
        both(path("/a"), path("/b")),
        both(path("/a"), path("/a/")),
        both(path("/a/{x}"), path("/a/{x}/{y}")),
        both(path("/a/{x}/c"), path("/a/b/{y}")),
        both(path("/a").hosts("a.test"), path("/a").hosts("b.test")),
        both(path("/a").hosts("a.test"), path("/a").hosts("*.test")),
        both(path("/a"), path("/a").priority(1).methods("GET")),
        both(path("/a"), path("/a").methods("GET")),
        both(path("/a").methods("GET"), path("/a").methods("POST", "PUT")),
        both(path("/a").header("x", exact("1")), path("/a").header("X", exact("2"))),
        both(path("/a").query("x", exact("1")), path("/a").query("x", not("1"))),
        both(path("/a").cookie("x", present()), path("/a").cookie("x", absent())),
        both(path("/a").header("x", prefix("ab")), path("/a").header("x", prefix("b"))),
        both(path("/a").header("x", prefix("ab")), path("/a").header("x", exact("a"))),
        both(path("/a").header("x", matching("[0-9]+")), path("/a").header("x", exact("a"))),
        both(path("/a").header("x", matching("[0-9]+")), path("/a").header("x", absent())),
        both(path("/a").client("10.0.0.0/8"), path("/a").client("11.0.0.0/8")),
        both(path("/a").contentType("text/plain"), path("/a").contentType("application/*")),
        both(path("/a").contentType("text/*"), path("/a").header("content-type", absent())),
        both(
            path("/a").time(new TimeMatch(null, NOON)), path("/a").time(new TimeMatch(NOON, null))),
        both(path("/a"), path("/a").percentage(share(5))),
        both(regex("/a/[0-9]+"), regex("/b/[0-9]+")),
        both(regex("/a/[0-9]+"), regex("/a/b/.*")));
  }

  @ParameterizedTest
  @MethodSource("decided")
  void whatDecidesIsNoConflict(MatchBuilder one, MatchBuilder two) {
    assertEquals(List.of(), problems(one, two));
    assertEquals(List.of(), problems(two, one));
  }

  static Stream<Arguments> tied() {
    return Stream.of(
        both(path("/a"), path("/a")),
        both(path("/%61"), path("/a")),
        both(any(), any()),
        both(path("/a/**"), path("/a/**")),
        both(path("/a/{x}/b"), path("/a/{y}/b")),
        both(path("/a/{x}/**"), path("/a/{y}/**")),
        both(path("/a"), path("/a").keepSlashes()),
        both(path("/a").hosts("a.test", "b.test"), path("/a").hosts("b.test", "c.test")),
        both(path("/a").methods("GET"), path("/a").methods("HEAD")),
        both(path("/a").methods("GET"), path("/a").header("x", exact("1"))),
        both(path("/a").header("x", exact("1")), path("/a").query("x", exact("2"))),
        both(path("/a").header("x", not("1")), path("/a").header("x", not("2"))),
        both(path("/a").header("x", not("1")), path("/a").header("x", absent())),
        both(path("/a").header("x", prefix("a")), path("/a").header("x", prefix("ab"))),
        both(path("/a").header("x", matching("a.*")), path("/a").header("x", matching(".*b"))),
        both(path("/a").client("10.0.0.0/8"), path("/a").client("10.1.0.0/16")),
        both(path("/a").contentType("text/plain"), path("/a").contentType("text/*")),
        both(
            path("/a").time(new TimeMatch(null, NOON.plusMillis(1))),
            path("/a").time(new TimeMatch(NOON, null))),
        both(path("/a").percentage(share(20)), path("/a").percentage(share(80))),
        both(path("/a").expression("client == 'x'"), path("/a").expression("client == 'y'")),
        both(regex("/a/[a-c]+"), regex("/a/[c-z]+")));
  }

  @ParameterizedTest
  @MethodSource("tied")
  void whatNothingDecidesIsAConflict(MatchBuilder one, MatchBuilder two) {
    List<RouteProblem> problems = problems(one, two);
    assertEquals(1, problems.size(), problems::toString);
    RouteProblem problem = problems.getFirst();
    assertEquals(Severity.ERROR, problem.severity());
    assertEquals("two", problem.routeId());
    assertEquals("match", problem.setting());
    assertTrue(problem.message().startsWith("route one can match"), problem::message);
    assertEquals(1, problems(two, one).size(), "in the other order");
  }

  @Test
  void routeBehindAHigherPriorityIsNeverReached() {
    List<RouteProblem> problems =
        problems(
            path("/a/**").methods("GET", "POST").priority(5),
            path("/a/{x}/**").methods("GET").header("x", exact("1")),
            path("/a/**").methods("GET").header("x", exact("1")),
            path("/a/**").methods("PUT"));
    assertEquals(1, problems.size(), problems::toString);
    assertEquals(Severity.WARNING, problems.getFirst().severity());
    assertEquals("three", problems.getFirst().routeId());
  }

  @Test
  void sameIdTwiceIsAnError() {
    List<RouteProblem> problems =
        RouteTable.compile(List.of(path("/a").rule("x"), path("/b").rule("x"))).problems();
    assertEquals(List.of(RouteProblem.error("x", "id", "x (expected: unique)")), problems);
  }

  @Test
  void manyRoutesOfOnePathAreCheckedQuickly() {
    List<Rule<String>> rules = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      ValueMatch tenant = exact("tenant-" + i / 2);
      rules.add(
          path("/a/**")
              .header("x-tenant", tenant)
              .methods(i % 2 == 0 ? "GET" : "POST")
              .rule("r" + i));
    }
    assertEquals(List.of(), RouteTable.compile(rules).problems());
    rules.add(path("/a/**").header("x-tenant", exact("tenant-7")).methods("POST").rule("q"));
    List<RouteProblem> problems = RouteTable.compile(rules).problems();
    assertEquals(1, problems.size());
    assertEquals("r15", problems.getFirst().routeId());
  }

  @Test
  void whatCanNotBeCheckedIsAnError() {
    List<Rule<String>> rules = new ArrayList<>();
    for (int i = 0; i < 2_100; i++) {
      rules.add(path("/a").header("x", prefix("p" + (10_000 + i))).rule("r" + i));
    }
    List<RouteProblem> problems = RouteTable.compile(rules).problems();
    assertEquals(1, problems.size());
    assertTrue(problems.getFirst().message().startsWith("too many routes like this one"));
  }

  @Test
  void floodOfConflictsIsCut() {
    List<Rule<String>> rules = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      rules.add(path("/a").rule("r" + i));
    }
    List<RouteProblem> problems = RouteTable.compile(rules).problems();
    assertEquals(201, problems.size());
    assertEquals("and more conflicts, not listed", problems.getLast().message());
  }

  @Test
  void onlyWhatChangedIsCheckedAgain() {
    RouteTable<String> table = RouteTable.compile(List.of(path("/a").rule("a"))).table();
    RouteTable.Compiled<String> edited =
        table.with(List.of(), List.of(path("/a").rule("b")), ExpressionFailures.IGNORED);
    assertTrue(edited.hasErrors());
    edited = table.with(List.of("a"), List.of(path("/a").rule("b")), ExpressionFailures.IGNORED);
    assertEquals(List.of(), edited.problems());
  }

  private static Arguments both(MatchBuilder one, MatchBuilder two) {
    return Arguments.of(one, two);
  }

  private static PercentageMatch share(double share) {
    return new PercentageMatch(share, Attribute.parse("client"), "");
  }

  private static List<RouteProblem> problems(MatchBuilder... rules) {
    List<String> ids = List.of("one", "two", "three", "four");
    List<Rule<String>> list = new ArrayList<>();
    for (MatchBuilder rule : rules) {
      list.add(rule.rule(ids.get(list.size())));
    }
    return RouteTable.compile(list).problems();
  }
}
