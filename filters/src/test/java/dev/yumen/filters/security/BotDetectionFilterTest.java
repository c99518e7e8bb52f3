package dev.yumen.filters.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BotDetectionFilterTest {
  private static final String BOTS =
      """
      - bot-detection:
          allow: [Googlebot]
          deny: [bot, {regex: "(?i)^curl/[0-7]\\\\."}, "Evil/1.0 (+http"]
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "User-Agent: Mozilla/5.0 (X11)                  | 200",
        "User-Agent: SomeBot/2.1                        | 403",
        "user-agent: ROBOT                              | 403",
        "User-Agent: Mozilla/5.0 (compatible; Googlebot/2.1) | 200",
        "User-Agent: CURL/7.88                          | 403",
        "User-Agent: curl/8.5                           | 200",
        "User-Agent: not curl/7.1                       | 200",
        "User-Agent: evil/1.0 (+HTTP://x)               | 403",
        "User-Agent:                                    | 403",
        "X-Any: thing                                   | 403",
        "User_Agent: Mozilla/5.0                        | 403",
      })
  void programsAreKnownByWhatTheyCallThemselves(String field, int status) {
    try (FilterHarness gateway = FilterHarness.of(BOTS)) {
      assertEquals(status, gateway.get("/", field).status());
      assertEquals(status == 200 ? 1 : 0, gateway.forwarded());
    }
  }

  @Test
  void aSecondNameDoesNotHideTheFirst() {
    try (FilterHarness gateway = FilterHarness.of(BOTS)) {
      assertEquals(403, gateway.get("/", "User-Agent: a", "User-Agent: SomeBot").status());
      assertEquals(403, gateway.get("/", "User-Agent: SomeBot", "User-Agent: Googlebot").status());
    }
  }

  @Test
  void whoHasNoNamePassesWhereThatIsWanted() {
    try (FilterHarness gateway = FilterHarness.of("- bot-detection: {deny: bot, unnamed: allow}")) {
      assertEquals(200, gateway.get("/").status());
      RawResponse answer = gateway.get("/", "User-Agent: bot");
      assertEquals(403, answer.status());
      assertTrue(answer.text().contains("FORBIDDEN"), answer::text);
      assertFalse(answer.text().contains("bot"), answer::text);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{unnamed: allow}                     | bot-detection: nobody to refuse",
        "{deny: ''}                           | bot-detection.deny: \"\"",
        "{deny: [{regex: '('}]}               | deny[0].regex: \"(\"",
        "{deny: [{regex: '((a{999}){999})'}]} | a smaller RE2 expression",
        "{deny: [{regex: a, contains: b}]}    | deny[0]: both",
        "{deny: bot, unnamed: maybe}          | unnamed",
      })
  void settingsThatCouldNotWorkAreRefused(String settings, String problem) {
    List<String> problems = FilterHarness.problems("- bot-detection: " + settings);
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains(problem), problems::toString);
  }
}
