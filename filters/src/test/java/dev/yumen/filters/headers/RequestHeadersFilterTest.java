package dev.yumen.filters.headers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestHeadersFilterTest {

  @Test
  void setReplacesWhatTheClientSentInEverySpelling() {
    try (FilterHarness gateway = FilterHarness.of("- request-headers: {set: {X-User-Name: ann}}")) {
      gateway.get("/", "x-user-name: eve", "X_User_Name: eve", "X-User_Name: eve", "X-User: bob");
      assertEquals(List.of("ann"), gateway.seen().headerValues("X-User-Name"));
      assertNull(gateway.seen().header("X_User_Name"));
      assertNull(gateway.seen().header("X-User_Name"));
      assertEquals("bob", gateway.seen().header("X-User"));
    }
  }

  @Test
  void addKeepsWhatIsThereAndAppendJoinsToIt() {
    try (FilterHarness gateway =
        FilterHarness.of("- request-headers: {add: {X-A: two}, append: {X-B: two, X-C: one}}")) {
      gateway.get("/", "X-A: one", "X-B: one", "X-B: more");
      assertEquals(List.of("one", "two"), gateway.seen().headerValues("X-A"));
      assertEquals(List.of("one, more, two"), gateway.seen().headerValues("X-B"));
      assertEquals(List.of("one"), gateway.seen().headerValues("X-C"));
    }
  }

  @Test
  void renameMovesAndMapCopiesAllValues() {
    try (FilterHarness gateway =
        FilterHarness.of("- request-headers: {rename: {X-Old: X-New}, map: {X-From: X-To}}")) {
      gateway.get("/", "X-Old: 1", "X-Old: 2", "X-New: forged", "X-From: 3", "X-To: forged");
      assertEquals(List.of("1", "2"), gateway.seen().headerValues("X-New"));
      assertNull(gateway.seen().header("X-Old"));
      assertEquals(List.of("3"), gateway.seen().headerValues("X-To"));
      assertEquals("3", gateway.seen().header("X-From"));
    }
  }

  @Test
  void aTargetOfRenameIsTakenFromTheClientEvenWithoutASource() {
    try (FilterHarness gateway =
        FilterHarness.of("- request-headers: {rename: {X-Verified: X-User}}")) {
      gateway.get("/", "X-User: forged");
      assertNull(gateway.seen().header("X-User"));
    }
  }

  @Test
  void removeTakesEverySpelling() {
    try (FilterHarness gateway =
        FilterHarness.of("- request-headers: {remove: [X-Internal-Auth]}")) {
      gateway.get("/", "X-Internal-Auth: 1", "X_INTERNAL_AUTH: 1", "x-internal-auth: 1");
      assertTrue(
          gateway.seen().headers().stream()
              .noneMatch(field -> field.getKey().toLowerCase(Locale.ROOT).contains("internal")),
          gateway.seen()::toString);
    }
  }

  @Test
  void dedupeKeepsFirstLastOrEachDifferentValue() {
    try (FilterHarness gateway =
        FilterHarness.of("- request-headers: {dedupe: {X-A: first, X-B: last, X-C: unique}}")) {
      gateway.get("/", "X-A: 1", "X-A: 2", "X-B: 1", "X-B: 2", "X-C: 1", "X-C: 2", "X-C: 1");
      assertEquals(List.of("1"), gateway.seen().headerValues("X-A"));
      assertEquals(List.of("2"), gateway.seen().headerValues("X-B"));
      assertEquals(List.of("1", "2"), gateway.seen().headerValues("X-C"));
    }
  }

  @Test
  void valuesAreTemplatesAndAnEmptyOneRemoves() {
    try (FilterHarness gateway =
        FilterHarness.of(
            "/users/{id}",
            """
            - request-headers:
                set:
                  X-User: "${path.id}"
                  X-Tenant: "${header.X-Org}"
                  X-From: "${method} /${path}"
            """,
            "")) {
      gateway.get("/users/a%20b", "X-Tenant: forged");
      assertEquals("a b", gateway.seen().header("X-User"));
      assertNull(gateway.seen().header("X-Tenant"));
      assertEquals("GET /users/a%20b", gateway.seen().header("X-From"));
    }
  }

  @Test
  void aLineEndInAValueStaysEncoded() {
    try (FilterHarness gateway =
        FilterHarness.of("- request-headers: {set: {X-Name: \"${query.name}\"}}")) {
      gateway.get("/?name=a%0d%0aX-Admin:%20yes");
      assertEquals("a%0D%0AX-Admin: yes", gateway.seen().header("X-Name"));
      assertNull(gateway.seen().header("X-Admin"));
    }
  }

  @Test
  void namesInConnectionDoNotTakeWhatTheGatewaySets() {
    try (FilterHarness gateway = FilterHarness.of("- request-headers: {set: {X-User: ann}}")) {
      gateway.get("/", "X-User: eve", "Connection: X-User, keep-alive");
      assertEquals(List.of("ann"), gateway.seen().headerValues("X-User"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{set: {Content-Length: 5}}",
        "{add: {Transfer-Encoding: chunked}}",
        "{set: {Host: a.example}}",
        "{set: {\"X Y\": a}}",
        "{set: {X-A: \"${nope}\"}}",
        "{set: {X-A: \"a\\nb\"}}",
        "{set: {X-A: 1}, remove: [x-a]}",
        "{rename: {X-A: x-a}}",
        "{append: {Set-Cookie: a}}",
        "{}",
      })
  void settingsThatCouldNotWorkAreRefused(String settings) {
    List<String> problems = FilterHarness.problems("- request-headers: " + settings);
    assertEquals(1, problems.size(), problems::toString);
  }
}
