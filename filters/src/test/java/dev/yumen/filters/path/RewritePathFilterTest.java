package dev.yumen.filters.path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.filters.path.RewritePathFilter.FixedPrefix;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RewritePathFilterTest {

  private static String filter(String pattern, String to) {
    return "- rewrite-path: {pattern: '" + pattern + "', to: '" + to + "'}";
  }

  @ParameterizedTest
  @CsvSource({
    // the usual one, which needs no expression
    "^/api/user/(?<rest>.*), /${rest}, /api/user/7?x=1, /7?x=1",
    "^/api/user/(?<rest>.*), /${rest}, /other/api/user/7, /other/api/user/7",
    "^/v1(?<rest>.*), ${rest}, /v1, /",
    // expressions
    "^/(?<kind>[a-z]+)/(?<id>[0-9]+)$, /by-id/${id}/${kind}, /users/7, /by-id/7/users",
    "^/(?<kind>[a-z]+)/(?<id>[0-9]+)$, /by-id/${id}/${kind}, /users/x, /users/x",
    "/v[0-9]+/, /${0}/, /a/v1/b/v2/c, /a//v1//b/v2/c",
    "^/a/(b)?c, /${1}d, /a/c, /d",
    // not anchored unless it says so, and only the first match
    "b, x, /abcb, /axcb",
    "^b, x, /abcb, /abcb",
    // escaped bytes stay escaped
    "^/a/(?<rest>.*), /b/${rest}, /a/x%20y, /b/x%20y",
  })
  void theFirstMatchIsReplaced(String pattern, String to, String target, String upstream) {
    try (FilterHarness gateway = FilterHarness.of(filter(pattern, to))) {
      gateway.get(target);
      assertEquals(upstream, gateway.seen().target());
    }
  }

  @Test
  void theUsualRewriteNeedsNoExpressionAndMeansTheSame() {
    FixedPrefix prefix = FixedPrefix.of("^/api/(?<rest>.*)", "/v2/${rest}");
    assertNotNull(prefix);
    assertEquals("/v2/a/b", prefix.rewrite("/api/a/b"));
    assertNull(prefix.rewrite("/ap"));
    assertNull(FixedPrefix.of("^/api/(?<rest>.+)", "/${rest}"));
    assertNull(FixedPrefix.of("/api/(?<rest>.*)", "/${rest}"));
    assertNull(FixedPrefix.of("^/a.i/(?<rest>.*)", "/${rest}"));
    assertNull(FixedPrefix.of("^/api/(?<rest>.*)", "/${rest}/x"));
  }

  @Test
  void dotsThatComeTogetherAreRefusedAndNothingIsForwarded() {
    try (FilterHarness gateway =
        FilterHarness.of(filter("^/static(?<rest>.*)", "/files/${rest}"))) {
      assertEquals(400, gateway.get("/static../secret").status());
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void halfAnEscapedByteIsRefused() {
    try (FilterHarness gateway = FilterHarness.of(filter("^/(?<a>..)(?<b>.*)", "/${a}/${b}"))) {
      assertEquals(400, gateway.get("/%e4x").status());
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void anExpressionThatCouldBacktrackTakesLinearTime() {
    try (FilterHarness gateway = FilterHarness.of(filter("^/(a+)+$", "/x"))) {
      String path = "/" + "a".repeat(5000) + "b";
      gateway.get(path);
      assertEquals(path, gateway.seen().target());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'(', /x, pattern",
    "'^/(?=a)', /x, pattern",
    "^/a, '/${b}', to",
    "^/(a), '/${2}', to",
    "^/a, '/x y', to",
    "^/a, '/x?y=1', to",
    "^/a, '/${b', to",
  })
  void whatCanNotBeReadIsRefusedAtItsPlace(String pattern, String to, String setting) {
    List<String> problems = FilterHarness.problems(filter(pattern, to));
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains(setting + ": "), problems::toString);
  }
}
