package dev.yumen.filters.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.RawResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeoutFilterTest {

  @Test
  void anUpstreamThatNeverAnswersIsGivenUp() {
    try (FilterHarness gateway = FilterHarness.of("- timeout: 100ms")) {
      gateway.upstreamNext(Behaviours.neverAnswer());
      RawResponse answer = gateway.get("/");
      assertEquals(504, answer.status());
      assertTrue(answer.text().contains("UPSTREAM_TIMEOUT"), answer::text);
    }
  }

  @Test
  void anAnswerInTimePasses() {
    try (FilterHarness gateway = FilterHarness.of("- timeout: {request: 30s}")) {
      assertEquals(200, gateway.get("/").status());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0s", "soon", "{}"})
  void settingsThatCouldNotWorkAreRefused(String settings) {
    List<String> problems = FilterHarness.problems("- timeout: " + settings);
    assertEquals(1, problems.size(), problems::toString);
  }
}
