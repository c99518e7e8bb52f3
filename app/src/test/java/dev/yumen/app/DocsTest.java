package dev.yumen.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Problem;
import dev.yumen.config.ReferencePages;
import dev.yumen.filters.BuiltInFilters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every configuration that a page shows, or that stands in {@code examples}, can be used. */
class DocsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```ya?ml[^\\n]*\\n(.*?)^```");
  private static final Pattern LINK = Pattern.compile("\\]\\((?![a-z]+:|#)([^)#\\s]+)");
  private static final Pattern ROUTES = Pattern.compile("(?m)^routes:");

  @TestFactory
  List<DynamicTest> configurationsInPagesHaveNoProblems() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path page : files("md")) {
      Matcher block = BLOCK.matcher(Files.readString(page));
      while (block.find()) {
        String yaml = block.group(1);
        String name = ROOT.relativize(page) + " from character " + block.start();
        if (ROUTES.matcher(yaml).find()) {
          tests.add(dynamicTest(name, () -> assertGood(name, yaml, page)));
        }
      }
    }
    return tests;
  }

  @TestFactory
  List<DynamicTest> examplesHaveNoProblems() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path file : files("yaml")) {
      if (file.startsWith(ROOT.resolve("examples"))) {
        tests.add(
            dynamicTest(
                ROOT.relativize(file).toString(),
                () -> assertEquals(List.of(), Wiring.check(file, Map.of()).problems())));
      }
    }
    assertFalse(tests.isEmpty());
    return tests;
  }

  /** After a change of the records, {@code ./yumen test -Ddocs.write=true} writes them again. */
  @TestFactory
  List<DynamicTest> generatedPagesAreCurrent() {
    List<DynamicTest> tests = new ArrayList<>();
    new ReferencePages(BuiltInFilters.byName())
        .files()
        .forEach(
            (name, content) ->
                tests.add(dynamicTest(name, () -> assertCurrent(ROOT.resolve(name), content))));
    return tests;
  }

  private static void assertCurrent(Path page, String content) throws IOException {
    if (Boolean.getBoolean("docs.write")) {
      Files.writeString(page, content);
    }
    assertEquals(content, Files.readString(page), page + " differs; see -Ddocs.write=true");
  }

  @TestFactory
  List<DynamicTest> linksBetweenPagesLeadToFiles() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path page : files("md")) {
      Matcher link = LINK.matcher(Files.readString(page));
      while (link.find()) {
        Path target = folderOf(page).resolve(link.group(1));
        tests.add(
            dynamicTest(
                ROOT.relativize(page) + " to " + link.group(1),
                () -> assertTrue(Files.exists(target))));
      }
    }
    assertFalse(tests.isEmpty());
    return tests;
  }

  private static void assertGood(String name, String yaml, Path page) {
    LoadedConfig loaded = Wiring.reader(Map.of()).readText(name, yaml, folderOf(page));
    List<Problem> problems = Wiring.withCompileProblems(loaded).problems();
    assertEquals(List.of(), problems, yaml);
  }

  private static Path folderOf(Path page) {
    Path folder = page.getParent();
    return folder == null ? ROOT : folder;
  }

  private static List<Path> files(String ending) throws IOException {
    try (Stream<Path> files = Files.walk(ROOT, 6)) {
      return files
          .filter(file -> file.toString().endsWith("." + ending))
          .filter(file -> !ROOT.relativize(file).toString().matches("(.*/)?(target|\\..*)/.*"))
          .sorted()
          .toList();
    }
  }
}
