package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever is read, there is a configuration or a problem, and never an exception. */
class GarbageTest {
  private static final ConfigReader READER =
      new ConfigReader(TestFilters.CATALOGUE, Map.of("A", "one", "B", "[{"));
  private static final Path NOWHERE = Path.of("src/test/resources/nowhere");
  private static final String FULL = full();

  private static String full() {
    try {
      return Files.readString(Path.of("src/test/resources/full.yaml"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Property(tries = 300)
  void anyText(@ForAll String text) {
    check(text);
  }

  @Property(tries = 500)
  void wordsOfYamlInAnyOrder(@ForAll("words") String text) {
    check(text);
  }

  @Property(tries = 500)
  void aGoodFileWithAPieceReplaced(@ForAll("edits") Edit edit) {
    check(edit.apply(FULL));
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void nestedValuesUnderKnownKeys(@ForAll long seed) {
    check(Garbage.document(new Random(seed)));
  }

  @Property(tries = 300)
  void anyBytes(@ForAll byte[] bytes) throws IOException {
    Path folder = Files.createTempDirectory("garbage");
    Path file = folder.resolve("yumen.yaml");
    try {
      Files.write(file, bytes);
      check(READER.read(file), new String(bytes, StandardCharsets.ISO_8859_1));
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }

  @Property(tries = 200)
  void anyEnvironment(@ForAll String level, @ForAll String port, @ForAll String name) {
    Map<String, String> environment =
        Map.of("LOG_LEVEL", level, "API_GATEWAY_PORT", port, "API_GATEWAY_ENV", name);
    LoadedConfig loaded =
        new ConfigReader(TestFilters.CATALOGUE, environment)
            .readText("text", "log: {level: '${LOG_LEVEL}'}", NOWHERE);
    check(loaded, "");
  }

  private static void check(String text) {
    check(READER.readText("text", text, NOWHERE), text);
  }

  private static void check(LoadedConfig loaded, String text) {
    List<Problem> problems = loaded.problems();
    boolean wrong = problems.stream().anyMatch(p -> p.severity() == Problem.Severity.ERROR);
    assertEquals(wrong, loaded.config() == null, problems.toString());
    long lines = text.lines().count() + text.chars().filter(c -> c == '\u0085').count() + 2;
    for (Problem problem : problems) {
      assertTrue(problem.toString().lines().count() == 1, problem.toString());
      Position position = problem.position();
      if (position != null && !text.isEmpty()) {
        assertTrue(position.line() >= 1 && position.line() <= lines, problem.toString());
        assertTrue(position.column() >= 1, problem.toString());
      }
    }
  }

  /** Replaces a piece of a text, by places that are fractions of its length. */
  record Edit(double from, double length, String by) {
    String apply(String text) {
      int start = (int) (from * text.length());
      int end = Math.min(text.length(), start + (int) (length * 40));
      return text.substring(0, start) + by + text.substring(end);
    }
  }

  @Provide
  Arbitrary<Edit> edits() {
    Arbitrary<Double> fraction = Arbitraries.doubles().between(0, 1);
    return Combinators.combine(fraction, fraction, words()).as(Edit::new);
  }

  @Provide
  Arbitrary<String> words() {
    return Arbitraries.of(
            "a: ",
            "- ",
            "\n",
            "\n  ",
            "\n    ",
            "{",
            "}",
            "[",
            "]",
            ", ",
            "'",
            "\"",
            "&a ",
            "*a",
            "!!str ",
            "!x ",
            "? ",
            ": ",
            "|\n",
            ">-\n",
            "#",
            "---\n",
            "...\n",
            "%YAML 1.2\n",
            "\t",
            "~",
            "null",
            "1",
            "-1",
            "1e9",
            "true",
            "text",
            "${A}",
            "${B}",
            "${C}",
            "$${A}",
            "${file:x}",
            "${file:/}",
            "${C:-}",
            "id: ",
            "routes: ",
            "include: ",
            "filters: ",
            "\u0000",
            "\u0085",
            "\u2028",
            "\ud83d",
            "\ufeff",
            "é",
            "<<: ",
            "*",
            "../*",
            "[",
            "\\")
        .list()
        .ofMinSize(1)
        .ofMaxSize(40)
        .map(pieces -> String.join("", pieces));
  }
}
