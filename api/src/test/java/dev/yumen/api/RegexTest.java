package dev.yumen.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegexTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "^/a/[0-9]+$",
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "([0-9]{1,3}\\.){3}[0-9]{1,3}",
        "[\\x{4e00}-\\x{9fff}]+\\x{3000}\\x{3001}\\x{3002}",
        "\\p{Greek}{2,5}",
        "[]{}({]+",
        "[^]]{3}",
        "[[:alpha:]]{2}",
        "\\Q{1000}{1000}\\E",
        "a{,5}",
        "{",
        "(?i)(?P<name>a|b)",
        "a{1000}"
      })
  void expressionsOfEverydayCompile(String text) {
    assertEquals(text, Regex.compile("", text).pattern());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "((a{999}){999}){999}",
        "(a{999}[(]){999}",
        "(a{999}[[:alpha:](]){999}",
        "(a{999}[^](]){999}",
        "(a{999}\\(){999}",
        "(a{999}\\Q(\\E){999}",
        "(((a{100}){100}){100})*",
        "(\\x{41}{500}){500}"
      })
  void expressionsThatCompileToTooMuchAreRefused(String text) {
    InvalidValue refused = assertThrows(InvalidValue.class, () -> Regex.compile("x", text));
    assertEquals("a smaller RE2 expression", refused.expected());
    assertEquals("x", refused.component());
  }

  @Test
  void nestingWithoutEndIsRefused() {
    String text = "(".repeat(2000) + ")".repeat(2000);
    assertThrows(InvalidValue.class, () -> Regex.compile("", text));
    assertThrows(InvalidValue.class, () -> Regex.compile("", "a".repeat(5000)));
  }

  @Test
  void whatIsNoExpressionSaysWhy() {
    InvalidValue refused = assertThrows(InvalidValue.class, () -> Regex.compile("regex", "a("));
    assertTrue(refused.expected().startsWith("an RE2 expression; missing"), refused.expected());
  }

  @Property(tries = 500)
  void anyExpressionCompilesOrIsRefusedAtOnce(@ForAll("pieces") String text) {
    Assertions.assertTimeout(
        Duration.ofSeconds(20),
        () -> {
          try {
            Regex.compile("", text);
          } catch (InvalidValue _) {
            // Refused.
          }
        });
  }

  @Provide
  Arbitrary<String> pieces() {
    List<String> pieces =
        List.of(
            "a",
            "(",
            ")",
            "[",
            "]",
            "[^",
            "[:alpha:]",
            "{999}",
            "{30,}",
            "{2,100}",
            "*",
            "+?",
            "|",
            "\\",
            "\\Q",
            "\\E",
            "\\x{",
            "}",
            "\\p{L}",
            "(?i)",
            "(?:",
            "-",
            "^",
            "{");
    return Arbitraries.of(pieces).list().ofMaxSize(25).map(list -> String.join("", list));
  }
}
