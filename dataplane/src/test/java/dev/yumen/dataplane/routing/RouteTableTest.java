package dev.yumen.dataplane.routing;

import static dev.yumen.dataplane.routing.MatchBuilder.any;
import static dev.yumen.dataplane.routing.MatchBuilder.path;
import static dev.yumen.dataplane.routing.MatchBuilder.regex;
import static dev.yumen.dataplane.routing.SimpleRequest.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.RouteConfig.Ambiguous;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RouteTableTest {
  private final RouteMatch<String> match = new RouteMatch<>();

  @Test
  void exactPathBeatsTemplateBeatsPrefixBeatsRegexBeatsNone() {
    RouteTable<String> table =
        table(
            any().rule("any"),
            regex("/a/[a-z]+").rule("regex"),
            path("/a/**").rule("prefix"),
            path("/a/{x}").rule("template"),
            path("/a/b").rule("exact"));
    assertEquals("exact", route(table, get("h", "/a/b")));
    assertEquals("template", route(table, get("h", "/a/c")));
    assertEquals("prefix", route(table, get("h", "/a/c/d")));
    assertEquals("any", route(table, get("h", "/b")));
    table = table.with(List.of("prefix", "template"), List.of(), (e, r) -> {}).table();
    assertEquals("regex", route(table, get("h", "/a/c")));
    assertEquals("any", route(table, get("h", "/a/7")));
  }

  @Test
  void prefixTakesItsOwnPathButNoLongerWord() {
    RouteTable<String> table = table(path("/a/**").rule("a"));
    assertEquals("a", route(table, get("h", "/a")));
    assertEquals("a", route(table, get("h", "/a/")));
    assertEquals("a", route(table, get("h", "/a/b/c")));
    assertEquals(null, route(table, get("h", "/ab")));
    assertEquals(null, route(table, get("h", "/")));
  }

  @Test
  void longestPrefixWins() {
    RouteTable<String> table =
        table(
            path("/**").rule("root"),
            path("/a/**").rule("a"),
            path("/a/{x}/c/**").rule("axc"),
            path("/a/b/**").rule("ab"));
    assertEquals("axc", route(table, get("h", "/a/b/c/d")));
    assertEquals("ab", route(table, get("h", "/a/b/d")));
    assertEquals("a", route(table, get("h", "/a/d")));
    assertEquals("root", route(table, get("h", "/")));
  }

  @Test
  void literalFurtherLeftWinsAmongTemplates() {
    RouteTable<String> table = table(path("/a/{x}/c").rule("axc"), path("/a/b/{y}").rule("aby"));
    assertEquals("aby", route(table, get("h", "/a/b/c")));
    assertEquals("axc", route(table, get("h", "/a/x/c")));
    assertEquals(null, route(table, get("h", "/a/x/d")));
  }

  @Test
  void variableTakesOneSegmentThatIsNotEmpty() {
    RouteTable<String> table = table(path("/a/{id}/b").rule("a"), path("/{x}/").rule("x"));
    assertEquals("a", route(table, get("h", "/a/7/b")));
    assertEquals(Map.of("id", "7"), match.pathVariables());
    assertEquals("x", route(table, get("h", "/a/")));
    assertEquals(null, route(table, get("h", "/a/7")));
    assertEquals(null, route(table, get("h", "/a/b")));
  }

  @Test
  void variablesAreDecoded() {
    RouteTable<String> table =
        table(path("/u/{name}/{rest}/**").allow(Ambiguous.ENCODED_SLASH).rule("u"));
    assertTrue(table.match(get("h", "/u/%e4%bd%a0+%20/a%2fb/x"), match));
    assertEquals(Map.of("name", "你+ ", "rest", "a/b"), match.pathVariables());
    assertEquals("/u/%E4%BD%A0+%20/a%2Fb/x", match.pathText());
  }

  @Test
  void exactHostBeatsLongestWildcardBeatsNone() {
    RouteTable<String> table =
        table(
            path("/a").rule("none"),
            path("/**").hosts("*.com").rule("com"),
            path("/**").hosts("*.example.com").rule("example"),
            path("/**").hosts("www.example.com", "[::1]").rule("www"));
    assertEquals("www", route(table, get("www.example.com", "/a")));
    assertEquals("www", route(table, get("WWW.Example.com.:8080", "/a")));
    assertEquals("www", route(table, get("[::1]:8080", "/a")));
    assertEquals("www", route(table, get("[::1]", "/a")));
    assertEquals("example", route(table, get("a.b.example.com:1", "/a")));
    assertEquals("com", route(table, get("example.com", "/a")));
    assertEquals("none", route(table, get("com", "/a")));
    assertEquals("none", route(table, get("", "/a")));
    assertEquals(null, route(table, get("example.org", "/b")));
  }

  @Test
  void priorityGoesBeforeEverything() {
    RouteTable<String> table =
        table(
            path("/a/b").hosts("h.test").rule("exact"),
            any().priority(1).methods("POST").rule("post"),
            path("/a/**").priority(-1).rule("low"));
    assertEquals("post", route(table, SimpleRequest.of("POST", "h.test", "/a/b")));
    assertEquals("exact", route(table, get("h.test", "/a/b")));
    assertEquals("low", route(table, get("h.test", "/a/c")));
  }

  @Test
  void moreConditionsGoFirst() {
    RouteTable<String> table =
        table(
            path("/a").rule("plain"),
            path("/a").header("x-a", MatchBuilder.exact("1")).rule("one"),
            path("/a").header("x-a", MatchBuilder.exact("1")).methods("GET").rule("two"));
    assertEquals("two", route(table, get("h", "/a").header("X-A", "1")));
    assertEquals("one", route(table, SimpleRequest.of("PUT", "h", "/a").header("X-A", "1")));
    assertEquals("plain", route(table, get("h", "/a")));
  }

  @Test
  void failedConditionsFallBackToTheNextBestRoute() {
    RouteTable<String> table =
        table(
            path("/a/b").methods("POST").rule("exact"),
            path("/a/{x}").methods("PUT").rule("template"),
            path("/a/**").rule("prefix"));
    assertEquals("prefix", route(table, get("h", "/a/b")));
    assertEquals("template", route(table, SimpleRequest.of("PUT", "h", "/a/b")));
  }

  @Test
  void headTakesRoutesForGet() {
    RouteTable<String> table = table(path("/a").methods("GET").rule("a"));
    assertEquals("a", route(table, SimpleRequest.of("HEAD", "h", "/a")));
    assertEquals(null, route(table, SimpleRequest.of("OPTIONS", "h", "/a")));
    assertEquals(null, route(table, SimpleRequest.of("get", "h", "/a")));
  }

  @Test
  void otherMethodsAreThoseThatWouldHaveMatched() {
    RouteTable<String> table =
        table(
            path("/a").methods("GET").rule("get"),
            path("/a").methods("PUT").rule("put"),
            path("/a").methods("PATCH").header("x", MatchBuilder.present()).rule("patch"),
            path("/**").hosts("other").methods("DELETE").rule("delete"));
    assertFalse(table.match(SimpleRequest.of("POST", "h", "/a"), match));
    assertEquals(Set.of("GET", "HEAD", "PUT"), match.otherMethods());
    assertFalse(table.match(SimpleRequest.of("POST", "h", "/b"), match));
    assertEquals(Set.of(), match.otherMethods());
    assertTrue(table.match(get("h", "/a"), match));
    assertEquals(Set.of(), match.otherMethods());
  }

  @Test
  void whatWasMatchedIsWhatIsSent() {
    RouteTable<String> table =
        table(path("/a/**").rule("merging"), path("/k/**").keepSlashes().rule("keeping"));
    assertEquals("merging", route(table, get("h", "//a//b")));
    assertEquals("/a/b", match.pathText());
    assertEquals("keeping", route(table, get("h", "/k//b")));
    assertEquals("/k//b", match.pathText());
    assertEquals(null, route(table, get("h", "//k/b")));
    assertEquals("keeping", route(table, get("h", "/k/b")));
  }

  @Test
  void ambiguousPathIsRefusedUnlessTheRouteAllowsIt() {
    RouteTable<String> table =
        table(
            path("/strict/**").rule("strict"),
            path("/lax/**").allow(Ambiguous.ENCODED_SLASH).rule("lax"));
    assertTrue(table.match(get("h", "/strict/a%2fb"), match));
    assertEquals(Ambiguous.ENCODED_SLASH, match.refused());
    assertTrue(table.match(get("h", "/lax/a%2fb"), match));
    assertEquals(null, match.refused());
    assertTrue(table.match(get("h", "/lax/..;/b"), match));
    assertEquals(Ambiguous.DOT_PARAMETERS, match.refused());
  }

  @Test
  void asteriskIsTakenByRoutesWithoutPathAlone() {
    RouteTable<String> table =
        table(path("/**").rule("root"), any().methods("OPTIONS").rule("any"));
    assertEquals("any", route(table, SimpleRequest.of("OPTIONS", "h", "*")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "shop.test@evil.test",
        "evil.test:80@shop.test.evil",
        "shop.test:80:80",
        "shop.test.evil",
        "shop.test..",
        ":80",
        "127.0.0.1:80",
        "2130706433",
        "0x7f.1",
        "[::ffff:127.0.0.1]"
      })
  void oddHostIsNoHostOfARoute(String host) {
    RouteTable<String> table =
        table(
            path("/**").hosts("shop.test", "127.0.0.2").rule("shop"),
            path("/**").hosts("*.shop.test").rule("wildcard"),
            path("/**").rule("none"));
    assertEquals("none", route(table, get(host, "/a")));
  }

  @Test
  void hostLongerThanAnyNameIsNoHostOfARoute() {
    RouteTable<String> table =
        table(path("/**").hosts("*.test").rule("test"), path("/**").rule("none"));
    assertEquals("none", route(table, get("a".repeat(300) + ".test", "/")));
    assertEquals("test", route(table, get("a".repeat(63) + ".test", "/")));
  }

  @Test
  void regexThatWouldBacktrackRunsInLinearTime() {
    RouteTable<String> table =
        table(regex("/(a+)+").rule("a"), regex("/((a|a)*)*b").priority(1).rule("b"));
    assertEquals(null, route(table, get("h", "/" + "a".repeat(5_000) + "!")));
    assertEquals("a", route(table, get("h", "/" + "a".repeat(5_000))));
  }

  @Test
  void deepPathCostsNoStack() {
    RouteTable<String> table =
        table(path("/a/**").rule("a"), path("/{x}" + "/a".repeat(40)).rule("x"));
    assertEquals("a", route(table, get("h", "/a".repeat(100_000))));
  }

  private @Nullable String route(RouteTable<String> table, RoutingRequest request) {
    return table.match(request, match) ? match.rule().id() : null;
  }

  @SafeVarargs
  private static RouteTable<String> table(Rule<String>... rules) {
    List<Rule<String>> list = new ArrayList<>();
    for (Rule<String> rule : rules) {
      list.add(rule);
    }
    RouteTable.Compiled<String> compiled = RouteTable.compile(list);
    assertEquals(List.of(), compiled.problems());
    return compiled.table();
  }
}
