package dev.yumen.control.admin;

import static dev.yumen.control.admin.TeamGateway.A;
import static dev.yumen.control.admin.TeamGateway.B;
import static dev.yumen.control.admin.TeamGateway.FILES;
import static dev.yumen.control.admin.TeamGateway.ROOT;
import static dev.yumen.control.admin.TeamGateway.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A stream of figures lasts as long as its token means what it meant, and takes its place. */
class StreamsOfTokensTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;
  private TeamGateway teams;
  private final List<RawClient> streams = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    teams = TeamGateway.start(folder, FILES);
  }

  @AfterEach
  void close() {
    streams.forEach(RawClient::close);
    teams.close();
  }

  @ParameterizedTest
  @CsvSource({
    "'name: alex, token: a-admin-0123456789', 'name: alex, token: another-0123456789'",
    "'name: alex, token: a-admin-0123456789', 'name: aaron, token: a-admin-0123456789'",
    "'role: admin, workspace: team-a', 'role: viewer, workspace: team-a'",
    "'role: admin, workspace: team-a', 'role: admin, workspace: team-b'",
    "'objects: \"a-*\"', 'objects: \"aa-*\"'"
  })
  void aStreamEndsWhenItsTokenMeansSomethingElse(String before, String after) throws Exception {
    RawClient changed = stream(A);
    RawClient same = stream(B);
    changed.readUntil("event: traffic");
    String files = FILES.replace(before, after);
    Files.writeString(folder.resolve("yumen.yaml"), files);
    assertEquals(200, teams.as(ROOT, "POST", "/reload", "").status());

    assertTrue(endsWithinEvents(changed, 4));
    same.readUntil("event: traffic");
    same.readUntil("event: traffic");
  }

  @Test
  void oneTokenHasNotAllPlaces() {
    for (int i = 0; i < 4; i++) {
      stream(A).readUntil(": still here");
    }
    RawResponse fifth = teams.get(A, "/traffic/stream");
    assertEquals(429, fifth.status(), fifth.text());
    assertEquals("RATE_LIMITED", json(fifth).get("code").asString());
    assertTrue(json(fifth).get("detail").asString().startsWith("4 streams"), fifth.text());
    stream(B).readUntil("event: traffic");

    streams.getFirst().close();
    Eventually.within(SOON, () -> begins(A));
  }

  /** From amid a chunk, of which each has an event. */
  private static boolean endsWithinEvents(RawClient stream, int most) {
    for (int i = 0; i < most; i++) {
      stream.readUntil("\n\n\r\n");
      if (stream.readUntil("\r\n").equals("0\r\n")) {
        return true;
      }
    }
    return false;
  }

  private boolean begins(String token) {
    try (RawClient client = teams.stream(token)) {
      return client.readUntil("\r\n").contains("200");
    }
  }

  private RawClient stream(String token) {
    RawClient client = teams.stream(token);
    streams.add(client);
    return client;
  }
}
