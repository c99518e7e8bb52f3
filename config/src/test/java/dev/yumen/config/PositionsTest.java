package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PositionsTest {
  private static final String YAML =
      """
      upstreams:
        users: {endpoints: ["127.0.0.1:1"]}
        users.internal:
          endpoints: ["127.0.0.1:2"]
      routes:
        - id: a
          match:
            headers: {x-a: b}
          filters: [strip-prefix, {rate-limit: {rate: 5}}]
          to: users
        - {id: b, to: users.internal}
      """;

  private final Positions positions =
      ConfigFolder.reader().readText("text", YAML, Path.of(".")).positions();

  @ParameterizedTest
  @CsvSource({
    "routes, text:6:3",
    "routes[0], text:6:5",
    "routes[0].id, text:6:9",
    "routes[0].match.headers.x-a, text:8:22",
    "routes[0].filters[0], text:9:15",
    "routes[0].filters[1].rate-limit.rate, text:9:49",
    "routes[1].to, text:11:17",
    "upstreams.users.endpoints[0], text:2:23",
    "upstreams.users.internal.endpoints[0], text:4:17",
  })
  void aSettingIsFoundByItsPath(String path, String expected) {
    assertEquals(expected, String.valueOf(positions.get(path)));
  }

  @ParameterizedTest
  @CsvSource({
    "routes[0].match.path, text:8:7",
    "routes[7].id, text:6:3",
    "routes[0].filters[1].rate-limit.key, text:9:42",
    "routes[0].idx, text:6:5",
    "routes[x], text:6:3",
    "routes[99999999999], text:6:3",
    "log.level, text:1:1",
  })
  void whatIsNotWrittenIsNearestToWhatIs(String path, String nearest) {
    assertEquals("null", String.valueOf(positions.get(path)));
    assertEquals(nearest, String.valueOf(positions.nearest(path)));
  }

  @Test
  void whatIsFilledInFromElsewhereIsToldFromWhatIsWritten(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("key"), "0123456789");
    String yaml =
        """
        upstreams:
          users: {endpoints: ["127.0.0.1:1"]}
        routes:
          - id: a
            filters:
              - login: {password: "${file:key}", realm: "${REALM:-here}"}
              - login: {password: "abcd${file:key}"}
              - login: written
            to: users
        """;
    Positions found = ConfigFolder.reader().readText("text", yaml, folder).positions();
    assertTrue(found.isFromFile("routes[0].filters[0].login.password"));
    assertTrue(found.isFromFile("routes[0].filters[0]"), "holds such a value");
    assertTrue(found.isFromFile("routes[0].filters[1].login.password"));
    assertFalse(found.isWritten("routes[0].filters[1].login.password"));
    assertFalse(found.isFromFile("routes[0].filters[0].login.realm"));
    assertFalse(found.isWritten("routes[0].filters[0].login.realm"));
    assertTrue(found.isWritten("routes[0].filters[2].login.password"), "in short");
    assertTrue(found.isWritten("routes[0].to[0].upstream"), "in short");
    assertFalse(found.isWritten("routes[0].match.path"), "not written");
    assertFalse(found.isFromFile("routes[0].filters[0].login.pin"), "not written");
    assertFalse(Positions.NONE.isWritten("routes"));
  }

  @Test
  void nothingHasNoPlaces() {
    assertEquals("null", String.valueOf(Positions.NONE.get("")));
    assertEquals("null", String.valueOf(Positions.NONE.nearest("routes")));
  }
}
