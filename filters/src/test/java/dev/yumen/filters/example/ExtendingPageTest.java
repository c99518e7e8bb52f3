package dev.yumen.filters.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExtendingPageTest {
  private static final Path HERE =
      Path.of("src", "test", "java", "dev", "yumen", "filters", "example");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RequireHeaderFilter",
        "RequireHeaderFilterTest",
        "MaintenanceFilter",
        "DelayFilter",
      })
  void thePageShowsTheFilesAsTheyAre(String name) throws IOException {
    String page = Files.readString(Path.of("..", "docs", "extending.md"));
    String file = Files.readString(HERE.resolve(name + ".java"));
    assertTrue(page.contains("```java\n" + file + "```"), name);
  }

  @Test
  void thePageShowsTheTestWithTheClockAsItIs() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "extending.md"));
    Matcher shown = Pattern.compile("(?s)```java\n(  @Test\n  void theLimit.*?)```").matcher(page);
    assertTrue(shown.find());
    Path tests = HERE.resolveSibling("traffic").resolve("RateLimitFilterTest.java");
    assertTrue(Files.readString(tests).contains(shown.group(1)), shown::group);
  }

  @Test
  void aBlockingFilterAnswersWhileItsFileExists(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("maintenance.txt");
    try (FilterHarness gateway = FilterHarness.of("- maintenance: {file: '" + file + "'}")) {
      assertEquals(200, gateway.get("/").status());
      Files.writeString(file, "back at noon");
      RawResponse answer = gateway.get("/");
      assertEquals(503, answer.status());
      assertEquals("back at noon", answer.text());
      assertEquals(1, gateway.forwarded());
    }
  }

  @Test
  void aFilterThatWaitsGoesOnLater() {
    try (FilterHarness gateway = FilterHarness.of("- delay: 20ms")) {
      long start = System.nanoTime();
      assertEquals(200, gateway.get("/").status());
      assertTrue(System.nanoTime() - start >= 20_000_000);
    }
  }
}
