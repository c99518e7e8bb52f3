package dev.yumen.filters;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page of docs/filters: its configuration, its curl lines with their answers, its table. */
final class FilterPage {
  private static final Path FOLDER = Path.of("..", "docs", "filters");

  private static final Pattern FILE = Pattern.compile("# ([a-z-]+\\.yaml)\n");

  private final String name;
  private final String text;

  /**
   * One curl line of a page.
   *
   * @param expected lines of the answer: status line, headers, and after an empty line the body;
   *     {@code …} stands for anything
   */
  record Call(List<String> arguments, List<String> expected) {}

  private FilterPage(String name, String text) {
    this.name = name;
    this.text = text;
  }

  static FilterPage of(String name) {
    Path file = FOLDER.resolve(name + ".md");
    try {
      return new FilterPage(name, Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException("no page for " + name, e);
    }
  }

  /** Names of all pages. */
  static List<String> names() throws IOException {
    try (var files = Files.list(FOLDER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".md"))
          .map(file -> file.substring(0, file.length() - 3))
          .sorted()
          .toList();
    }
  }

  String text() {
    return text;
  }

  String configuration() {
    return block("yaml").getFirst();
  }

  /** Files that stand beside the configuration: blocks that begin with their name in a comment. */
  Map<String, String> files() {
    Map<String, String> files = new LinkedHashMap<>();
    for (String block : block("yaml")) {
      Matcher name = FILE.matcher(block);
      if (name.lookingAt()) {
        files.put(name.group(1), block);
      }
    }
    return files;
  }

  /** What the upstream receives for the last call, as a request line and headers; or nothing. */
  List<String> forwarded() {
    List<String> blocks = block("http");
    return blocks.isEmpty() ? List.of() : blocks.getFirst().lines().toList();
  }

  List<Call> calls() {
    List<Call> calls = new ArrayList<>();
    for (String block : block("console")) {
      for (String line : block.lines().toList()) {
        if (line.startsWith("$ curl ")) {
          calls.add(new Call(arguments(line.substring(7)), new ArrayList<>()));
        } else {
          calls.getLast().expected().add(line);
        }
      }
    }
    return calls;
  }

  /** The table's row of a setting. */
  String row(String setting) {
    return text.lines()
        .filter(line -> line.startsWith("| `" + setting + "` |"))
        .findFirst()
        .orElseThrow(
            () ->
                new AssertionError(
                    "docs/filters/%s.md has no row for the setting %s (expected: | `%s` | …)"
                        .formatted(name, setting, setting)));
  }

  private List<String> block(String language) {
    Matcher matcher = Pattern.compile("(?ms)^```" + language + "\\n(.*?)^```$").matcher(text);
    List<String> blocks = new ArrayList<>();
    while (matcher.find()) {
      blocks.add(matcher.group(1));
    }
    return blocks;
  }

  /** Words as a shell would make them of single and double quotes. */
  private static List<String> arguments(String line) {
    Matcher matcher = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)").matcher(line);
    List<String> words = new ArrayList<>();
    while (matcher.find()) {
      String quoted = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
      words.add(quoted == null ? matcher.group(3) : quoted);
    }
    return words;
  }
}
