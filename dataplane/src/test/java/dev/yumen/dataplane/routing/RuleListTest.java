package dev.yumen.dataplane.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.InvalidValue;
import dev.yumen.api.RequestPattern;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How rules are held against requests is seen with the filter authorize. */
final class RuleListTest {

  private static RequestPattern path(String path) {
    return new RequestPattern(List.of(), List.of(), path);
  }

  private static InvalidValue refused(RequestPattern... rules) {
    return assertThrows(InvalidValue.class, () -> RuleList.of("rules", List.of(rules)));
  }

  @ParameterizedTest
  @CsvSource({
    "a, \"a\"",
    "/a/{, \"/a/{\"",
    "/a/../b, \"/a/../b\"",
    "/a/%zz, \"/a/%zz\"",
    "/a?b=c, \"/a?b=c\"",
    "/a/*/b, \"/a/*/b\""
  })
  void aPathThatNoRequestHasIsRefusedAtItsPlace(String path, String shown) {
    InvalidValue refused = refused(path("/first"), path(path));
    assertEquals("rules[1].path", refused.component());
    assertEquals(shown, refused.value());
  }

  @Test
  void aMethodOrHostThatIsNoneIsRefusedAtItsPlace() {
    assertEquals(
        "rules[0].methods",
        refused(new RequestPattern(List.of(), List.of("GET PUT"), "/a")).component());
    assertEquals(
        "rules[0].host",
        refused(new RequestPattern(List.of("A.com"), List.of(), null)).component());
  }

  @Test
  void aRuleThatOneBeforeLeavesNothingToIsRefused() {
    RequestPattern narrow = new RequestPattern(List.of(), List.of("GET"), "/a/**");
    assertEquals("rules[1]", refused(path("/a/**"), narrow).component());
    assertTrue(RuleList.of("rules", List.of(narrow, path("/a/**"))) != null);
  }
}
