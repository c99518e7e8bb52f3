package dev.yumen.dataplane.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.MatchConfig.PathMatch;
import dev.yumen.config.RouteConfig.Ambiguous;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PathSyntaxTest {

  @ParameterizedTest
  @CsvSource({
    "/a/{,            '{name} as a whole segment'",
    "/a/{}/b,         '{name} as a whole segment'",
    "/a/{9}/b,        '{name} as a whole segment'",
    "/a/v{x},         '{name} as a whole segment'",
    "/a/{x}.json,     '{name} as a whole segment'",
    "/a/{x}/{x},      'a name of its own'",
    "/a/*,            '{name} for any one segment'",
    "/a/**/b,         '{name} for any one segment'",
    "/a**,            '{name} for any one segment'",
    "/a?b=c,          'a path without a query'",
    "/a#b,            'a path without a query'",
    "/a//b,           'no // in it'",
    "/a//**,          'no // in it'",
    "/a/../b,         'a path without . and .. segments'",
    "/./a,            'a path without . and .. segments'",
    "/a/%2e,          'a path without . and .. segments'",
    "/a%2fb,          'allow: encoded-slash'",
    "/a/..;/b,        'allow: dot-parameters'",
    "/a%,             'a path that a request can have'",
    "/a%00,           'a path that a request can have'",
    "'/a b',          'a path that a request can have'",
  })
  void patternThatNoRequestCanMatchIsRefused(String pattern, String expected) {
    RouteProblem problem = onlyProblem(MatchBuilder.path(pattern));
    assertEquals("match.path", problem.setting());
    assertTrue(problem.message().startsWith("\"" + pattern + "\" (expected: "), problem::message);
    assertTrue(problem.message().contains(expected), problem::message);
  }

  @Test
  void tooLongTemplateIsRefused() {
    assertTrue(
        onlyProblem(MatchBuilder.path("/{x}" + "/a".repeat(47))).message().contains("at most 47"));
  }

  @Test
  void patternIsBroughtIntoNormalForm() {
    assertTakes(MatchBuilder.path("/%41/%7ex/你"), "/A/~x/%e4%bd%a0");
    assertTakes(MatchBuilder.path("/商店/{id}/**"), "/%E5%95%86%E5%BA%97/7/x");
    assertTakes(MatchBuilder.path("/a//b").keepSlashes(), "/a//b");
    assertTakes(MatchBuilder.path("/a%2fb").allow(Ambiguous.ENCODED_SLASH), "/a%2Fb");
    assertTakes(MatchBuilder.path("/"), "");
    assertTakes(MatchBuilder.path("/**"), "/");
  }

  @Test
  void patternLooksAsConfigured() {
    PathMatch path = new PathMatch("/a/{x}/**", null);
    assertEquals("/a/{x}/**", PathSyntax.read(path, true, Set.of()).toString());
  }

  private static void assertTakes(MatchBuilder rule, String target) {
    RouteTable.Compiled<String> compiled = RouteTable.compile(List.of(rule.rule("r")));
    assertEquals(List.of(), compiled.problems());
    assertTrue(compiled.table().match(SimpleRequest.get("h", target), new RouteMatch<>()), target);
  }

  private static RouteProblem onlyProblem(MatchBuilder rule) {
    List<RouteProblem> problems = RouteTable.compile(List.of(rule.rule("r"))).problems();
    assertEquals(1, problems.size(), problems::toString);
    return problems.getFirst();
  }
}
