package dev.yumen.filters.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MockFilterTest {

  @Test
  void theAnswerIsMadeHere() {
    try (FilterHarness gateway =
        FilterHarness.of(
            """
            - mock: {status: 201, headers: {X-Mock: "yes", X-Asked: "${method}"}, body: "hello"}
            """)) {
      RawResponse answer = gateway.get("/");
      assertEquals(201, answer.status());
      assertEquals("hello", answer.text());
      assertEquals("text/plain; charset=utf-8", answer.header("Content-Type"));
      assertEquals("yes", answer.header("X-Mock"));
      assertEquals("GET", answer.header("X-Asked"));
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void valuesAreEncodedForTheTypeOfTheBody() {
    String asked = "/users/%22%3Cb%3E%22?x=%0a";
    try (FilterHarness gateway =
        FilterHarness.of(
            "/users/{id}",
            "- mock: {content-type: application/json, body: '{\"id\": \"${path.id}\"}'}",
            "")) {
      assertEquals("{\"id\": \"\\\"\\u003Cb>\\\"\"}", gateway.get(asked).text());
    }
    try (FilterHarness gateway =
        FilterHarness.of(
            "/users/{id}", "- mock: {content-type: text/html, body: '<p>${path.id}</p>'}", "")) {
      assertEquals("<p>&quot;&lt;b&gt;&quot;</p>", gateway.get(asked).text());
    }
  }

  @Test
  void headGetsTheHeadAlone() {
    try (FilterHarness gateway = FilterHarness.of("- mock: {body: hello}")) {
      RawResponse answer = gateway.send("HEAD", "/");
      assertEquals("5", answer.header("Content-Length"));
      assertEquals("", answer.text());
    }
  }

  @Test
  void statusAloneIsEnough() {
    try (FilterHarness gateway = FilterHarness.of("- mock: {status: 204}")) {
      RawResponse answer = gateway.get("/");
      assertEquals(204, answer.status());
      assertNull(answer.header("Content-Type"));
    }
  }

  @Test
  void headersWithoutAValueAreLeftOut() {
    try (FilterHarness gateway =
        FilterHarness.of("- mock: {headers: {X-None: \"${query.none}\", Date: ''}}")) {
      RawResponse answer = gateway.get("/");
      assertNull(answer.header("X-None"));
      assertNotNull(answer.header("Date"));
      assertNotEquals("", answer.header("Date"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{status: 101}",
        "{status: 600}",
        "{status: 204, body: x}",
        "{body: \"${nope}\"}",
        "{headers: {Content-Type: text/html}}",
        "{headers: {Content-Length: 5}}",
        "{headers: {Proxy-Authenticate: Basic}}",
      })
  void settingsThatCouldNotWorkAreRefused(String settings) {
    List<String> problems = FilterHarness.problems("- mock: " + settings);
    assertEquals(1, problems.size(), problems::toString);
  }
}
