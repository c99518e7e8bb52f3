package dev.yumen.dataplane.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RegexPrefixTest {

  @ParameterizedTest
  @CsvSource({
    "^/a/[0-9]+$,      /a/",
    "/a/b,             /a/b",
    "/a/b?,            /a/",
    "/a/b*c,           /a/",
    "'/a/b{0,2}',      /a/",
    "/a/b+,            /a/b",
    "/v1\\.0/x,        /v1.0/x",
    "/v1.0/x,          /v1",
    "/a/\\d+,          /a/",
    "/a\\/b,           /a",
    "(?i)/a,           ''",
    "/a(?i)/b,         /",
    "/a(?i)*,          /",
    "/a(?:b|c),        /",
    "/a|/b,            ''",
    "/a(b|c),          /a",
    "/a[|]b,           /a",
    "/a[]|]b,          /a",
    "/a[^]|]b,         /a",
    "/a[[:alpha:]|]b,  /a",
    "/a\\|b,           /a|b",
    "\\Q/a|b\\E,       ''",
    "$/a,              ''",
  })
  void prefixIsWhatEveryMatchBeginsWith(String regex, String prefix) {
    assertEquals(prefix, RegexPrefix.of(regex));
  }

  @Provide
  Arbitrary<String> regexes() {
    return Arbitraries.of(
            "/",
            "/",
            "a",
            "b",
            "/a",
            "[ab]",
            "[^a]",
            "[]a|]",
            ".",
            "*",
            "?",
            "+",
            "{0,1}",
            "(",
            ")",
            "|",
            "\\.",
            "\\d",
            "^",
            "$",
            "(?i)",
            "(?:",
            "\\/",
            "\\Qa|b\\E",
            "[[:alpha:]|]")
        .list()
        .ofMaxSize(8)
        .map(parts -> String.join("", parts));
  }

  @Provide
  Arbitrary<String> paths() {
    return Arbitraries.of("/", "a", "b", "A", ".", "|")
        .list()
        .ofMaxSize(6)
        .map(parts -> String.join("", parts));
  }

  @Property(tries = 3_000)
  void noMatchLacksThePrefix(@ForAll("regexes") String regex, @ForAll("paths") String path) {
    Pattern pattern;
    try {
      pattern = Pattern.compile(regex);
    } catch (PatternSyntaxException _) {
      return;
    }
    if (pattern.matches(path)) {
      assertTrue(path.startsWith(RegexPrefix.of(regex)), () -> path + " " + RegexPrefix.of(regex));
    }
  }
}
