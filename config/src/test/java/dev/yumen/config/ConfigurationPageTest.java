package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Reads the examples of docs/configuration.md: the files of one section, each named in its first
 * line, are written to a folder, and {@code yumen.yaml} in it has no problem.
 */
class ConfigurationPageTest {
  private static final Path PAGE = Path.of("../docs/configuration.md");
  private static final Pattern BLOCK =
      Pattern.compile("(?ms)^```(yaml|sh)\\n# (?<name>\\S+)\\n(?<text>.*?)^```$");

  @TempDir Path temporary;

  @TestFactory
  Stream<DynamicTest> examplesAreReadWithoutProblem() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (String section : Files.readString(PAGE).split("(?m)^## ")) {
      if (BLOCK.matcher(section).find()) {
        String title = section.lines().findFirst().orElse("");
        tests.add(DynamicTest.dynamicTest(title, () -> read(section)));
      }
    }
    assertTrue(tests.size() >= 5, tests.toString());
    return tests.stream();
  }

  private void read(String section) throws IOException {
    ConfigFolder folder = ConfigFolder.in(Files.createTempDirectory(temporary, "page"));
    folder.with("secrets/partner-key", "a key\n");
    Matcher block = BLOCK.matcher(section);
    while (block.find()) {
      folder.with(block.group("name"), block.group("text"));
    }
    folder.read();
    if (section.contains("# yumen-prod.yaml")) {
      folder.read("API_GATEWAY_ENV", "prod");
    }
  }

  @Test
  void problemsLookAsThePageSays() throws IOException {
    LoadedConfig loaded =
        ConfigFolder.in(temporary)
            .with(
                "yumen.yaml",
                """
                # Places as on the page.
                upstreams:
                  users: {endpoints: "127.0.0.1:1"}
                routes:
                  - id: a
                    to: users
                  - id: b
                    match: {path: /b}
                    to: users


                  - id: c
                    match:
                      path: users
                      metods: GET
                    to: users
                """)
            .load();
    String page = Files.readString(PAGE);
    assertEquals(2, loaded.problems().size());
    for (Problem problem : loaded.problems()) {
      assertTrue(page.contains(problem + "\n"), problem.toString());
    }
  }
}
