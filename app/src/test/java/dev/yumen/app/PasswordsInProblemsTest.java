package dev.yumen.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.ConfigReader;
import dev.yumen.config.EditableDocument;
import dev.yumen.config.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes an address with a password in place of each value of the examples of filters, one after
 * the other: no problem says the password, whoever finds the value wrong.
 */
class PasswordsInProblemsTest {
  private static final Path PAGES = Path.of("../docs/filters").toAbsolutePath().normalize();
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```ya?ml[^\\n]*\\n(.*?)^```");
  private static final String ADDRESS = "https://user:pass-word@host:no port";
  private static final JsonMapper JSON = new JsonMapper();

  private final ConfigReader reader = Wiring.reader(Map.of());

  @TestFactory
  List<DynamicTest> noProblemOfAFilterTellsAPassword() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> pages = Files.list(PAGES)) {
      for (Path page : pages.sorted().toList()) {
        tests.add(DynamicTest.dynamicTest(page.getFileName().toString(), () -> check(page)));
      }
    }
    assertTrue(tests.size() > 40, tests.toString());
    return tests;
  }

  private void check(Path page) throws IOException, EditableDocument.Unreadable {
    Matcher block = BLOCK.matcher(Files.readString(page));
    while (block.find()) {
      if (block.group(1).startsWith("routes:") || block.group(1).contains("\nroutes:")) {
        Object whole = EditableDocument.of("page", block.group(1)).data();
        for (int place = 0; ; place++) {
          int[] left = {place};
          Object changed = with(whole, left);
          if (left[0] >= 0) {
            break;
          }
          assertNothingTold(JSON.writeValueAsString(changed));
        }
      }
    }
  }

  private void assertNothingTold(String text) {
    for (Problem problem :
        Wiring.withCompileProblems(reader.readText("page", text, PAGES)).problems()) {
      assertEquals(-1, problem.toString().indexOf("pass-word"), () -> problem + " of " + text);
    }
  }

  /** The same with the address in place of one value. */
  private static Object with(Object value, int[] left) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> changed = new LinkedHashMap<>();
      map.forEach(
          (key, inner) ->
              changed.put(String.valueOf(key), inner == null ? Map.of() : with(inner, left)));
      return changed;
    }
    if (value instanceof List<?> list) {
      return list.stream().map(item -> with(item, left)).toList();
    }
    return left[0]-- == 0 ? ADDRESS : value;
  }
}
