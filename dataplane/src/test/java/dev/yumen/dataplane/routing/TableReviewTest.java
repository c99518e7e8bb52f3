package dev.yumen.dataplane.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.dataplane.routing.Candidate.Misses;
import dev.yumen.dataplane.routing.Candidate.Outranked;
import dev.yumen.dataplane.routing.Candidate.Part;
import dev.yumen.dataplane.routing.Candidate.Rank;
import dev.yumen.dataplane.routing.Candidate.Standing;
import dev.yumen.dataplane.routing.Candidate.Takes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is told of the rules that a request was held against. */
class TableReviewTest {
  private final Map<String, MatchBuilder> rules = new LinkedHashMap<>();

  private Map<String, Standing> review(SimpleRequest request) {
    return review(request, 1000);
  }

  private Map<String, Standing> review(SimpleRequest request, int most) {
    List<Rule<String>> compiled = new ArrayList<>();
    rules.forEach((id, match) -> compiled.add(match.rule(id)));
    RouteTable.Compiled<String> table = RouteTable.compile(compiled);
    assertFalse(table.hasErrors(), () -> table.problems().toString());
    RouteMatch<String> match = new RouteMatch<>();
    table.table().match(request, match);
    Map<String, Standing> standings = new LinkedHashMap<>();
    table
        .table()
        .candidates(request, match, most)
        .forEach(candidate -> standings.put(candidate.id(), candidate.standing()));
    return standings;
  }

  private static Misses misses(Part part, String setting, String expected) {
    return new Misses(part, setting, expected);
  }

  @Test
  void theFirstPredicateThatFailedIsToldAsAPersonWritesIt() {
    rules.put("seven", MatchBuilder.path("/a").header("X-User", MatchBuilder.exact("7")));
    rules.put("all", MatchBuilder.path("/a"));
    rules.put("reads", MatchBuilder.path("/a").methods("GET").priority(1));
    assertEquals(
        Map.of(
            "all", new Takes(),
            "seven", misses(Part.CONDITION, "headers.x-user", "header x-user is \"7\""),
            "reads", misses(Part.METHOD, "methods", "method is GET or HEAD")),
        review(SimpleRequest.of("POST", "h", "/a")));
  }

  @Test
  void whatFitsAndIsOutrankedTellsByWhat() {
    rules.put("first", MatchBuilder.path("/a/{v}").hosts("a.test").priority(1));
    rules.put("host", MatchBuilder.path("/a/b").hosts("a.test"));
    rules.put("any-host", MatchBuilder.path("/a/b"));
    assertEquals(
        Map.of(
            "first", new Takes(),
            "host", new Outranked("first", Rank.PRIORITY),
            "any-host", new Outranked("first", Rank.PRIORITY)),
        review(SimpleRequest.get("a.test", "/a/b")));
    rules.remove("first");
    assertEquals(
        new Outranked("host", Rank.HOST),
        review(SimpleRequest.get("A.test:80", "/a/b")).get("any-host"));
  }

  @Test
  void pathsAndConditionsOutrankEachOtherInTheirOrder() {
    rules.put("exact", MatchBuilder.path("/a/b/c"));
    rules.put("template", MatchBuilder.path("/a/{v}/c"));
    rules.put("literal", MatchBuilder.path("/a/b/{v}"));
    rules.put("long", MatchBuilder.path("/a/b/**"));
    rules.put("short", MatchBuilder.path("/a/**"));
    rules.put("header", MatchBuilder.path("/a/**").header("x", MatchBuilder.present()));
    SimpleRequest request = SimpleRequest.get("h", "/a/b/c").header("x", "1");
    assertEquals(new Outranked("exact", Rank.PATH_KIND), review(request).get("template"));
    rules.remove("exact");
    assertEquals(new Outranked("literal", Rank.LITERAL), review(request).get("template"));
    rules.remove("literal");
    rules.remove("template");
    assertEquals(new Outranked("long", Rank.LONGER), review(request).get("short"));
    rules.remove("long");
    assertEquals(new Outranked("header", Rank.MORE_CONDITIONS), review(request).get("short"));
  }

  @Test
  void aRuleOfAnotherHostIsNearWhenItsPathFits() {
    rules.put("there", MatchBuilder.path("/a").hosts("shop.test", "*.shop.test"));
    rules.put("regex", MatchBuilder.regex("/a[0-9]"));
    assertEquals(
        Map.of(
            "there", misses(Part.HOST, "host", "host is shop.test or *.shop.test"),
            "regex", misses(Part.PATH, "path", "path matches /a[0-9]")),
        review(SimpleRequest.get("other.test", "/a")));
  }

  @Test
  void withoutAMatchTheLikestPathsAreToldFirst() {
    for (int i = 0; i < 40; i++) {
      rules.put("far" + i, MatchBuilder.path("/far/away/" + i));
    }
    rules.put("orders", MatchBuilder.path("/api/orders/{id}"));
    rules.put("prefix", MatchBuilder.path("/api/**"));
    Map<String, Standing> told = review(SimpleRequest.get("h", "/apo/order/1"));
    assertEquals(TableReview.FEW_RULES, told.size());
    assertEquals(List.of("orders", "prefix"), List.copyOf(told.keySet()).subList(0, 2));
    assertEquals(misses(Part.PATH, "path", "path is /api/orders/{id}"), told.get("orders"));
  }

  @Test
  void manyRulesOfAnotherPathAreNotToldWhereOneMatches() {
    for (int i = 0; i < 40; i++) {
      rules.put("far" + i, MatchBuilder.path("/far/away/" + i));
    }
    rules.put("here", MatchBuilder.path("/here"));
    assertEquals(Map.of("here", new Takes()), review(SimpleRequest.get("h", "/here")));
  }

  @Test
  void tenantsOfOnePathAreAllLookedAtAndToldUpToALimit() {
    for (int i = 0; i < 500; i++) {
      rules.put("t" + i, MatchBuilder.path("/a").header("x-tenant", MatchBuilder.exact("t" + i)));
    }
    SimpleRequest request = SimpleRequest.get("h", "/a").header("x-tenant", "t250");
    assertEquals(500, review(request).size());
    Map<String, Standing> few = review(request, 10);
    assertEquals(10, few.size());
    assertEquals("t250", few.keySet().iterator().next());
    assertTrue(few.containsValue(new Takes()));
  }
}
