package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every file of {@code golden/} holds cases: a title after {@code ####}, files after {@code >>>>}
 * and their name (the first is read; {@code environment} holds variables), and after {@code ====}
 * the problems, one a line.
 */
class GoldenTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  @TempDir Path folder;

  /** One case. */
  private record Case(String title, Map<String, String> files, String expected) {
    static Case parse(String text) {
      String title = text.lines().findFirst().orElseThrow().strip();
      String[] halves = text.substring(text.indexOf('\n') + 1).split("(?m)^====\\n", 2);
      Map<String, String> files = new LinkedHashMap<>();
      for (String file : halves[0].split("(?m)^>>>> ")) {
        if (!file.isBlank()) {
          int line = file.indexOf('\n');
          files.put(file.substring(0, line).strip(), file.substring(line + 1));
        }
      }
      return new Case(title, files, halves[1].strip());
    }
  }

  @TestFactory
  List<DynamicContainer> problemsAreReportedAsWritten() throws IOException {
    List<DynamicContainer> topics = new ArrayList<>();
    for (Path file : goldenFiles()) {
      Stream<DynamicTest> tests =
          cases(file).stream()
              .map(one -> DynamicTest.dynamicTest(one.title(), file.toUri(), () -> check(one)));
      topics.add(DynamicContainer.dynamicContainer(file.getFileName().toString(), tests));
    }
    return topics;
  }

  @Test
  void atLeastSixtyMistakesAreCovered() throws IOException {
    long mistakes = 0;
    for (Path file : goldenFiles()) {
      for (Case one : cases(file)) {
        mistakes += one.expected().lines().filter(line -> !line.isBlank()).count();
      }
    }
    assertTrue(mistakes >= 60, mistakes + " mistakes");
  }

  private void check(Case one) throws IOException {
    Path home = Files.createTempDirectory(folder, "case");
    Map<String, String> environment = new HashMap<>();
    for (Map.Entry<String, String> file : one.files().entrySet()) {
      if (file.getKey().equals("environment")) {
        file.getValue().lines().forEach(line -> set(line, environment));
      } else {
        Path path = home.resolve(file.getKey());
        Files.createDirectories(path.getParent());
        Files.writeString(path, file.getValue());
      }
    }
    String main = one.files().keySet().iterator().next();
    LoadedConfig loaded =
        new ConfigReader(TestFilters.CATALOGUE, environment).read(home.resolve(main));
    String found =
        loaded.problems().stream()
            .map(problem -> problem.toString().replace(home.toString(), "HOME"))
            .collect(Collectors.joining("\n"));
    assertEquals(one.expected(), found);
    boolean errors =
        loaded.problems().stream().anyMatch(p -> p.severity() == Problem.Severity.ERROR);
    assertEquals(errors, loaded.config() == null);
  }

  private static void set(String line, Map<String, String> environment) {
    int equals = line.indexOf('=');
    environment.put(line.substring(0, equals), line.substring(equals + 1));
  }

  private static List<Path> goldenFiles() throws IOException {
    try (Stream<Path> files = Files.list(GOLDEN)) {
      return files.sorted().toList();
    }
  }

  private static List<Case> cases(Path file) {
    try {
      return Stream.of(Files.readString(file).split("(?m)^#### "))
          .filter(text -> !text.isBlank())
          .map(Case::parse)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
