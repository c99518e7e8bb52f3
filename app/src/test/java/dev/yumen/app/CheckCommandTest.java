package dev.yumen.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.config.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {
  @TempDir Path folder;

  private List<String> problems(String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve("yumen.yaml"), yaml);
    return Wiring.check(file, Map.of()).problems().stream().map(Problem::toString).toList();
  }

  /** A wrong value, a filter that is wrong as a whole, and what shows when things are made. */
  @Test
  void problemsOfAllKindsAreShownInOneRun() throws IOException {
    assertEquals(
        List.of(
            "yumen.yaml:2:34 listeners.bad.backlog: \"many\" (expected: a whole number)",
            "yumen.yaml:5:23 upstreams.broken.endpoints: no endpoint (expected: at least one"
                + " host:port)",
            "yumen.yaml:8:38 consumers[1].quota: \"2/hour\" (expected: a number per day or month,"
                + " such as 10000/day)",
            "yumen.yaml:11:19 routes[0].match.path: \"a\" (expected: a path that starts with \"/\")",
            "yumen.yaml:16:23 routes[1].filters[0].quota.redis: no Redis (expected: the name of one:"
                + " a gateway by itself could not keep a quota)",
            "yumen.yaml:23:9 routes[3].to: unknown upstream \"none\" (known: users, broken)",
            "yumen.yaml:12:45 routes[0].filters[0].quota.redis: \"main\" (expected: a name under the"
                + " top-level redis, which is missing)",
            "yumen.yaml:20:22 routes[2].static.folder: \"no-such-folder\" (expected: a folder that"
                + " exists)",
            "yumen.yaml:24:45 routes[3].filters[0].quota.redis: \"main\" (expected: a name under the"
                + " top-level redis, which is missing)",
            "yumen.yaml:19:35 routes[2].match.expression: \"request.none\" (expected: a CEL expression"
                + " that is true or false: column 0 undeclared reference to 'request' (in container"
                + " ''))"),
        problems(
            """
            listeners:
              bad: {address: "a:1", backlog: many}
            upstreams:
              users: {endpoints: ["127.0.0.1:9001"]}
              broken: {endpoints: []}
            consumers:
              - {name: a, groups: [staff]}
              - {name: b, groups: [crew], quota: 2/hour}
            routes:
              - id: value
                match: {path: a}
                filters: [{quota: {limit: 5/day, redis: main}}, {authorize: {rules: [{allow: {groups: crew}}]}}]
                to: users
              - id: whole
                match: {path: /b}
                filters: [{quota: {limit: 5/day}}]
                to: broken
              - id: made
                match: {path: /c, expression: "request.none"}
                static: {folder: no-such-folder}
              - id: target
                match: {path: /d}
                to: none
                filters: [{quota: {limit: 5/day, redis: main}}]
            """));
  }

  /** Who is known and where names lead is in doubt, so nothing is said of it. */
  @Test
  void nothingIsSaidThatMayComeFromAnotherProblem() throws IOException {
    assertEquals(
        List.of(
            "yumen.yaml:2:44 redis.main.timeout: \"soon\"",
            "yumen.yaml:3:64 upstreams.users.slow-start: 2h",
            "yumen.yaml:5:38 consumers[0].quota: \"2/hour\""),
        problems(
                """
                redis:
                  main: {nodes: "127.0.0.1:6379", timeout: soon}
                upstreams: {users: {endpoints: ["127.0.0.1:9001"], slow-start: 2h}}
                consumers:
                  - {name: b, groups: [crew], quota: 2/hour}
                routes:
                  - id: a
                    filters:
                      - authorize: {rules: [{allow: {groups: crew}}]}
                      - quota: {limit: 5/day, redis: main}
                      - mirror: {to: users}
                    to: users
                """)
            .stream()
            .map(line -> line.replaceFirst(" \\(expected.*", ""))
            .toList());
  }
}
