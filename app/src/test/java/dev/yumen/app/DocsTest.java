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
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every configuration that a page shows, or that stands in {@code examples}, can be used. */
class DocsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```ya?ml[^\\n]*\\n(.*?)^```");
  private static final Pattern LINK = Pattern.compile("\\]\\((?![a-z]+:|#)([^)#\\s]+)");
  private static final Pattern ANCHOR =
      Pattern.compile("\\]\\((?![a-z]+:)([^)#\\s]*)#([^)\\s]+)\\)");
  private static final Pattern FILE = Pattern.compile("# ([a-z-]+\\.yaml)\n");
  private static final Path BAD = ROOT.resolve("examples/bad.yaml");
  private static final String WRITE =
      "./yumen test -pl app -am -Dtest=DocsTest -Ddocs.write=true"
          + " -Dsurefire.failIfNoSpecifiedTests=false";
  private static final Pattern ROUTES = Pattern.compile("(?m)^routes:");

  @TestFactory
  List<DynamicTest> configurationsInPagesHaveNoProblems() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path page : files("md")) {
      Matcher block = BLOCK.matcher(Files.readString(page));
      while (block.find()) {
        String yaml = block.group(1);
        String name = ROOT.relativize(page) + " from character " + block.start();
        boolean shown = !yaml.contains(".mmdb"); // tests of the filter write such a file and run it
        if (shown && ROUTES.matcher(yaml).find()) {
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
      if (file.startsWith(ROOT.resolve("examples")) && !file.equals(BAD)) {
        tests.add(
            dynamicTest(
                ROOT.relativize(file).toString(),
                () -> assertEquals(List.of(), Wiring.check(file, secrets(file)).problems())));
      }
    }
    assertFalse(tests.isEmpty());
    return tests;
  }

  /** Values for the variables that the file {@code .env.example} beside it leaves open. */
  private static Map<String, String> secrets(Path file) throws IOException {
    Path example = folderOf(file).resolve(".env.example");
    Map<String, String> secrets = new TreeMap<>();
    for (String line : Files.exists(example) ? Files.readAllLines(example) : List.<String>of()) {
      if (line.matches("[A-Z_]+=")) {
        secrets.put(line.replace("=", ""), "0123456789abcdef0123456789abcdef");
      }
    }
    return secrets;
  }

  /** After a change of the records, {@link #WRITE} writes them again. */
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
    String difference = firstDifference(Files.readString(page), content);
    assertTrue(difference.isEmpty(), () -> ROOT.relativize(page) + difference);
  }

  /** Empty when there is none: these pages are too long to be shown whole. */
  private static String firstDifference(String there, String expected) {
    if (there.equals(expected)) {
      return "";
    }
    List<String> is = there.lines().toList();
    List<String> should = expected.lines().toList();
    int line = 0;
    while (line < Math.min(is.size(), should.size()) && is.get(line).equals(should.get(line))) {
      line++;
    }
    return " is not what the records say, first in line %d:%n  is       %s%n  expected %s%n%s"
        .formatted(
            line + 1,
            line < is.size() ? is.get(line) : "(the end)",
            line < should.size() ? should.get(line) : "(the end)",
            "Write the generated pages anew: " + WRITE);
  }

  @Test
  void aDifferenceIsShownByItsFirstLineAndTheCommandThatMendsIt() {
    assertEquals("", firstDifference("a\nb\n", "a\nb\n"));
    String difference = firstDifference("a\nb\nc\n", "a\nx\nc\n");
    assertTrue(difference.contains("line 2:\n  is       b\n  expected x\n"), difference);
    assertTrue(difference.endsWith(WRITE), difference);
    assertTrue(firstDifference("a\n", "a\nb\n").contains("is       (the end)"));
  }

  @Test
  void theCommandIsTheOneThatExtendingShows() throws IOException {
    assertTrue(Files.readString(ROOT.resolve("docs/extending.md")).contains("`" + WRITE + "`"));
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

  /** In a page of ours there is a heading (or a name) for each {@code #anchor} that leads to it. */
  @Test
  void anchorsInLinksAreHeadings() throws IOException {
    Map<Path, Set<String>> headings = new HashMap<>();
    List<String> dead = new ArrayList<>();
    int seen = 0;
    for (Path page : files("md")) {
      String text = Files.readString(page).replaceAll("(?ms)^ *```.*?^ *```$", "");
      Matcher link = ANCHOR.matcher(text);
      for (; link.find(); seen++) {
        String file = link.group(1);
        Path target = file.isEmpty() ? page : folderOf(page).resolve(file).normalize();
        if (!headings.computeIfAbsent(target, DocsTest::anchors).contains(link.group(2))) {
          dead.add(ROOT.relativize(page) + " to " + file + "#" + link.group(2));
        }
      }
    }
    assertEquals(List.of(), dead);
    assertTrue(seen > 100, "links with anchors that were looked at: " + seen);
  }

  /** As GitHub makes them; the second of the same text gets {@code -1}. */
  private static Set<String> anchors(Path page) {
    Set<String> anchors = new HashSet<>();
    try {
      String text = Files.readString(page).replaceAll("(?ms)^ *```.*?^ *```$", "");
      Matcher named = Pattern.compile("<a (?:id|name)=\"([^\"]+)\"").matcher(text);
      while (named.find()) {
        anchors.add(named.group(1));
      }
      Matcher heading = Pattern.compile("(?m)^#{1,6} +(.*)$").matcher(text);
      while (heading.find()) {
        String plain = heading.group(1).replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1");
        String anchor =
            plain
                .strip()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                .replace(' ', '-');
        String free = anchor;
        for (int i = 1; !anchors.add(free); i++) {
          free = anchor + "-" + i;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return anchors;
  }

  private static void assertGood(String name, String yaml, Path page) throws IOException {
    LoadedConfig loaded = Wiring.reader(Map.of()).readText(name, yaml, folderWithFilesOf(page));
    List<Problem> problems = Wiring.withCompileProblems(loaded).problems();
    assertEquals(List.of(), problems, yaml);
  }

  /** Where the files are that a page shows: blocks that begin with their name in a comment. */
  private static Path folderWithFilesOf(Path page) throws IOException {
    Path folder = folderOf(page);
    Matcher block = BLOCK.matcher(Files.readString(page));
    while (block.find()) {
      Matcher name = FILE.matcher(block.group(1));
      if (name.lookingAt()) {
        folder = folder.equals(folderOf(page)) ? Files.createTempDirectory("page") : folder;
        Files.writeString(folder.resolve(name.group(1)), block.group(1));
      }
    }
    return folder;
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
