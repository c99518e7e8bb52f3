package dev.yumen.filters.headers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.RawResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseHeadersFilterTest {

  @Test
  void everyEditReachesTheClient() {
    try (FilterHarness gateway =
        FilterHarness.of(
            """
            - response-headers:
                rename: {X-Old: X-New}
                map: {X-From: X-To}
                set: {X-Set: "yes", X-Path: "/${path}"}
                add: {Set-Cookie: b=2}
                append: {Vary: Accept}
                dedupe: {X-Twice: first}
                remove: [Server]
            """)) {
      gateway.upstreamAnswers(
          200,
          "X-Old: 1",
          "X-From: 2",
          "X-Set: no",
          "Set-Cookie: a=1",
          "Vary: Origin",
          "X-Twice: 1",
          "X-Twice: 2",
          "Server: secret");
      RawResponse answer = gateway.get("/a");
      assertEquals("1", answer.header("X-New"));
      assertNull(answer.header("X-Old"));
      assertEquals("2", answer.header("X-To"));
      assertEquals(List.of("yes"), answer.headerValues("X-Set"));
      assertEquals("/a", answer.header("X-Path"));
      assertEquals(List.of("a=1", "b=2"), answer.headerValues("Set-Cookie"));
      assertEquals(List.of("Origin, Accept"), answer.headerValues("Vary"));
      assertEquals(List.of("1"), answer.headerValues("X-Twice"));
      assertNull(answer.header("Server"));
    }
  }

  @Test
  void aRenameWithoutASourceLeavesItsTarget() {
    try (FilterHarness gateway = FilterHarness.of("- response-headers: {rename: {X-Old: X-New}}")) {
      gateway.upstreamAnswers(200, "X-New: kept");
      assertEquals("kept", gateway.get("/").header("X-New"));
    }
  }

  @Test
  void answersOfTheGatewayItselfAreEditedToo() {
    try (FilterHarness gateway =
        FilterHarness.of(
            """
            - response-headers: {set: {X-Via: gate}}
            - ip-restriction: {deny: ["127.0.0.0/8"]}
            """)) {
      RawResponse answer = gateway.get("/");
      assertEquals(403, answer.status());
      assertEquals("gate", answer.header("X-Via"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{set: {Connection: close}}",
        "{remove: [Content-Length]}",
        "{}",
        "{sett: {a: b}}"
      })
  void settingsThatCouldNotWorkAreRefused(String settings) {
    List<String> problems = FilterHarness.problems("- response-headers: " + settings);
    assertEquals(1, problems.size(), problems::toString);
  }
}
