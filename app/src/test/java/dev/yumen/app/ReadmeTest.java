package dev.yumen.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.Problem;
import dev.yumen.filters.BuiltInFilters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the first pages say about the program is so, in both languages. */
class ReadmeTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern FILTERS =
      Pattern.compile("(?ms)^- \\*\\*(?:Filters|过滤器)\\*\\*(.*?)[;；]");
  private static final Pattern IN_BACKTICKS = Pattern.compile("`([a-z0-9-]+)`");
  private static final Pattern FIRST_LINK_OF_ROW =
      Pattern.compile("(?m)^\\| \\[[^]]*]\\(([^)]*)\\)");
  private static final Pattern ANSWER =
      Pattern.compile("(?m)^Content-Length: (\\d+)\\n(?:.+\\n)*\\n(\\{.*}\\n)");

  private static String read(String page) throws IOException {
    return Files.readString(ROOT.resolve(page));
  }

  private static List<String> all(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(result -> result.group(1)).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "README.zh-CN.md"})
  void theFiltersNamedAreThoseThereAre(String page) throws IOException {
    Matcher filters = FILTERS.matcher(read(page));
    assertTrue(filters.find());
    assertEquals(
        List.copyOf(BuiltInFilters.byName().keySet()), all(IN_BACKTICKS, filters.group(1)));
  }

  @Test
  void bothLanguagesLeadToTheSamePages() throws IOException {
    List<String> english = all(FIRST_LINK_OF_ROW, read("README.md"));
    assertFalse(english.isEmpty());
    assertEquals(english, all(FIRST_LINK_OF_ROW, read("README.zh-CN.md")));
  }

  @Test
  void theListOfDocumentsHasEveryPage() throws IOException {
    String list = read("docs/README.md");
    try (Stream<Path> pages = Files.list(ROOT.resolve("docs"))) {
      List<String> missing =
          pages
              .map(page -> page.getFileName().toString())
              .filter(name -> name.endsWith(".md") && !name.equals("README.md"))
              .filter(name -> !list.contains("(" + name + ")"))
              .toList();
      assertEquals(List.of(), missing);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "README.zh-CN.md"})
  void theBadExampleIsShownWithWhatCheckSaysOfIt(String page) throws IOException {
    String text = read(page);
    String said =
        Wiring.check(ROOT.resolve("examples/bad.yaml"), Map.of()).problems().stream()
            .map(Problem::toString)
            .collect(Collectors.joining("\n"));
    assertTrue(text.contains("```\n" + read("examples/bad.yaml") + "```\n"), text);
    assertTrue(text.contains("```\n$ ./yumen check examples/bad.yaml\n" + said + "\n```\n"), said);
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "README.zh-CN.md", "docs/errors.md"})
  void lengthsOfShownAnswersAreThoseOfTheirBodies(String page) throws IOException {
    List<MatchResult> answers = ANSWER.matcher(read(page)).results().toList();
    assertFalse(answers.isEmpty());
    for (MatchResult answer : answers) {
      int length = answer.group(2).getBytes(UTF_8).length;
      assertEquals(Integer.toString(length), answer.group(1), answer.group());
    }
  }
}
