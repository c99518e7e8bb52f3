package dev.yumen.filters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.FilterType;
import dev.yumen.filters.geo.GeoFile;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every filter is registered, has a page and a test class, and is called the same everywhere; and
 * the page's example does what the page says.
 */
class EveryFilterIsCompleteTest {
  private static final Path SOURCES = Path.of("src", "main", "java");

  static Stream<FilterType<?>> filters() {
    return BuiltInFilters.all().stream();
  }

  /** Every class that is called a filter, by its type. */
  private static Map<FilterType<?>, Class<?>> classes() {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      Map<FilterType<?>, Class<?>> classes = new HashMap<>();
      for (Path file : files.filter(path -> path.toString().endsWith("Filter.java")).toList()) {
        String name = SOURCES.relativize(file).toString().replace(File.separatorChar, '.');
        Class<?> filter = Class.forName(name.substring(0, name.length() - 5));
        classes.put((FilterType<?>) filter.getField("TYPE").get(null), filter);
      }
      return classes;
    } catch (IOException | ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void everyFilterClassIsRegistered() {
    assertFalse(classes().isEmpty());
    assertEquals(classes().keySet(), Set.copyOf(BuiltInFilters.all()));
  }

  @Test
  void theListIsAlphabetical() {
    List<String> names = filters().map(FilterType::name).toList();
    assertEquals(names.stream().sorted().toList(), names);
    assertEquals(names, List.copyOf(BuiltInFilters.byName().keySet()));
  }

  @Test
  void everyPageIsAFilter() throws IOException {
    assertEquals(filters().map(FilterType::name).toList(), FilterPage.names());
  }

  @ParameterizedTest
  @MethodSource("filters")
  void classPageAndTestAreNamedAlike(FilterType<?> type) {
    String camel =
        Pattern.compile("(?:^|-)(.)")
            .matcher(type.name())
            .replaceAll(match -> match.group(1).toUpperCase(Locale.ROOT));
    Class<?> filter = Objects.requireNonNull(classes().get(type));
    assertEquals(camel + "Filter", filter.getSimpleName());
    String test = filter.getName().replace('.', '/') + "Test.java";
    assertTrue(Files.exists(Path.of("src", "test", "java").resolve(test)), test);
    assertTrue(FilterPage.of(type.name()).text().startsWith("# " + type.name() + "\n\n"));
  }

  @ParameterizedTest
  @MethodSource("filters")
  void everySettingIsDescribedHereAndOnThePage(FilterType<?> type) {
    assertNotNull(type.config().getAnnotation(Describe.class), type::name);
    for (RecordComponent setting : type.config().getRecordComponents()) {
      String name =
          setting.getName().replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
      assertNotNull(setting.getAnnotation(Describe.class), () -> name + " has no @Describe");
      String row = FilterPage.of(type.name()).row(name);
      Default otherwise = setting.getAnnotation(Default.class);
      if (otherwise != null && !otherwise.value().equals("''")) {
        String cell = "| `" + otherwise.value() + "` |";
        assertTrue(
            row.startsWith("| `" + name + "` " + cell),
            () ->
                "docs/filters/%s.md, setting %s: the column after its name must be %s, its @Default; the row is%n%s"
                    .formatted(type.name(), name, cell, row));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("filters")
  void thePagesExampleDoesWhatThePageSays(FilterType<?> type, @TempDir Path folder)
      throws IOException {
    FilterPage page = FilterPage.of(type.name());
    for (Map.Entry<String, String> file : page.files().entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
    }
    if (page.configuration().contains("country.mmdb")) {
      GeoFile.countries(
          folder.resolve("country.mmdb"),
          Map.of("198.51.100.0/24", "CN AS", "203.0.113.0/24", "DE EU"));
    }
    assertTrue(page.configuration().contains("- " + type.name()), "the page shows its filter");
    assertFalse(page.calls().isEmpty(), "the page shows a call");
    try (FilterHarness gateway = FilterHarness.run(page.configuration(), folder)) {
      for (FilterPage.Call call : page.calls()) {
        try (RawClient client = gateway.connect()) {
          assertAnswer(call.expected(), new CurlLine(call.arguments()).send(client));
        }
      }
      for (String line : page.forwarded()) {
        assertShown(line, gateway.seen().head());
      }
    }
  }

  private static void assertAnswer(List<String> expected, RawResponse answer) {
    assertEquals(expected.getFirst().split(" ", -1)[1], Integer.toString(answer.status()));
    int empty = expected.indexOf("");
    int headers = empty < 0 ? expected.size() : empty;
    expected.subList(1, headers).forEach(line -> assertShown(line, answer.head()));
    if (empty >= 0) {
      expected
          .subList(empty + 1, expected.size())
          .forEach(line -> assertTrue(answer.text().contains(line), answer::text));
    }
  }

  /** Names of header fields are the same in any case. */
  private static void assertShown(String line, String head) {
    String pattern = "(?mi)^" + Pattern.quote(line).replace("…", "\\E.+\\Q") + "$";
    assertTrue(Pattern.compile(pattern).matcher(head).find(), line + " in " + head);
  }
}
