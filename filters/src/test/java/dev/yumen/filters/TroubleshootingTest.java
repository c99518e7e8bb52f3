package dev.yumen.filters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.FailureCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** docs/troubleshooting-auth.md quotes nothing that the filters do not say. */
class TroubleshootingTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\\\n]|\\\\.)*)\"");
  private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
  private static final Pattern METRIC = Pattern.compile("gateway_[a-z_]+");
  private static final Pattern CODE = Pattern.compile("`([A-Z][A-Z_]+)`");
  private static final int WORDS_OF_OTHERS = 2;

  private static String page;
  private static String said;

  @BeforeAll
  static void read() throws IOException {
    page = Files.readString(ROOT.resolve("docs/troubleshooting-auth.md"));
    try (Stream<Path> files = Files.walk(ROOT.resolve("filters/src/main/java"))) {
      List<String> sources = new ArrayList<>();
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        sources.add(Files.readString(file));
      }
      said = literals(String.join("\n", sources));
    }
  }

  private static String literals(String source) {
    return LITERAL
        .matcher(source)
        .results()
        .map(found -> found.group(1).replace("\\\"", "\""))
        .collect(Collectors.joining("\n"));
  }

  /** What the tables say that the log says, without what differs from case to case. */
  private static List<String> quotes() {
    return page.lines()
        .filter(line -> line.startsWith("|"))
        .map(line -> line.split("\\|", -1)[2])
        .flatMap(cell -> QUOTED.matcher(cell).results().map(found -> found.group(1)))
        .flatMap(quote -> Arrays.stream(quote.split("…", -1)))
        .map(String::strip)
        .filter(piece -> piece.length() > WORDS_OF_OTHERS)
        .toList();
  }

  @Test
  void everyQuotedMessageIsOneThatAFilterWrites() {
    List<String> quotes = quotes();
    assertTrue(quotes.size() > 60, quotes::toString);
    List<String> unknown =
        quotes.stream()
            .filter(piece -> !said.contains(piece))
            .filter(piece -> !piece.endsWith("Exception") && !isCode(piece))
            .toList();
    assertEquals(List.of(), unknown);
  }

  private static boolean isCode(String text) {
    return Arrays.stream(FailureCode.values()).anyMatch(code -> code.name().equals(text));
  }

  @Test
  void everyCodeAndMetricIsReal() throws IOException {
    assertEquals(List.of(), missing(CODE, page, text -> isCode(text) || text.equals("LOG_LEVEL")));
    String metrics = Files.readString(ROOT.resolve("docs/metrics.md"));
    assertEquals(
        List.of(),
        missing(METRIC, page, name -> name.equals("gateway_jwt") || metrics.contains(name)));
  }

  private static List<String> missing(Pattern pattern, String text, Predicate<String> known) {
    return pattern
        .matcher(text)
        .results()
        .map(TroubleshootingTest::last)
        .filter(known.negate())
        .toList();
  }

  private static String last(MatchResult found) {
    return found.group(found.groupCount());
  }
}
