package dev.yumen.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Proc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands as processes: what they print and how they end. */
class CommandsIT {
  @TempDir Path folder;

  private List<String> linesOf(int expectedExit, String... arguments) {
    try (Proc proc = GatewayProcess.command(folder, Map.of(), arguments)) {
      int exit = proc.awaitExit(GatewayProcess.PATIENCE);
      assertEquals(expectedExit, exit, proc.output());
      return proc.lines();
    }
  }

  private String write(String name, String yaml) throws IOException {
    return Files.writeString(folder.resolve(name), yaml).toString();
  }

  @Test
  void tenMistakesInThreeFilesAreTenLinesWithTheirPlaces() throws IOException {
    write(
        "upstreams.yaml",
        """
        upstreams:
          users:
            endpoints: ["127.0.0.1:99999"]
            balance: round-robbin
          orders:
            endpoints: [{address: "127.0.0.1:9002", weight: -1}]
            timout: {connect: 1s}
        """);
    write(
        "routes.yaml",
        """
        routes:
          - id: users
            match: {path: "users"}
            to: users
          - id: orders
            match: {path: "/orders/**", methods: "GET POST"}
            to: order
          - id: nothing
            match: {path: /nothing}
        """);
    String main =
        write(
            "yumen.yaml",
            """
            include: [upstreams.yaml, routes.yaml]
            listeners:
              http: {address: "127.0.0.1"}
            shutdown: {drain: soon}
            """);

    List<String> lines = linesOf(1, "check", main);

    assertEquals(10, lines.size(), String.join("\n", lines));
    for (String line : lines) {
      assertTrue(line.matches("(yumen|upstreams|routes)\\.yaml:\\d+:\\d+ .+: .+"), line);
    }
    assertEquals(
        3, lines.stream().map(line -> line.substring(0, line.indexOf(':'))).distinct().count());
  }

  @Test
  void goodConfigurationIsOneLine() throws IOException {
    String main = write("good.yaml", "routes: [{id: a, match: {path: /a}, respond: {}}]\n");

    assertEquals(
        List.of(main + ": good, 1 listener, 0 upstreams, 1 route"), linesOf(0, "check", main));
  }

  @Test
  void problemsAreAlsoJson() throws IOException {
    String main = write("bad.yaml", "shutdown: {drain: soon}\n");

    String json = String.join("", linesOf(1, "check", "--output", "json", main));

    assertTrue(json.contains("\"good\" : false"), json);
    assertTrue(json.contains("\"file\" : \"bad.yaml\""), json);
    assertTrue(json.contains("\"path\" : \"shutdown.drain\""), json);
  }

  @Test
  void portInUseIsOneSentence() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String yaml =
          """
          listeners: {http: {address: "127.0.0.1:%d"}}
          management: {enabled: false}
          """
              .formatted(taken.getLocalPort());

      List<String> lines = linesOf(1, "run", "--config", write("taken.yaml", yaml));

      assertEquals(1, lines.size(), String.join("\n", lines));
      assertTrue(lines.getFirst().contains("127.0.0.1:" + taken.getLocalPort()), lines.getFirst());
      assertTrue(lines.getFirst().contains("in use"), lines.getFirst());
    }
  }

  @Test
  void unreadableFileIsOneSentence() {
    String missing = folder.resolve("missing.yaml").toString();

    for (String[] command :
        List.of(
            new String[] {"run", missing},
            new String[] {"run", "--config", missing},
            new String[] {"check", missing},
            new String[] {"check", "--config", missing},
            new String[] {"routes", missing},
            new String[] {"routes", "--config", missing})) {
      List<String> lines = linesOf(1, command);
      assertEquals(1, lines.size(), String.join("\n", lines));
      assertTrue(lines.getFirst().contains("missing.yaml"), lines.getFirst());
    }
  }

  @Test
  void wrongUsageEndsWithTwo() {
    assertTrue(linesOf(2, "chekc").getFirst().contains("chekc"));
    assertTrue(linesOf(2, "check").getFirst().contains("FILE|FOLDER"));
    assertTrue(linesOf(2, "run", "--confg", "x").getFirst().contains("--confg"));
    assertTrue(linesOf(2, "run", "a", "--config", "b").getFirst().contains("Two configurations"));
  }

  @Test
  void routesAreATable() throws IOException {
    String main =
        write(
            "routes.yaml",
            """
            upstreams: {users: {endpoints: ["127.0.0.1:1"]}}
            routes:
              - {id: users, match: {path: "/users/**", methods: [GET, POST]}, to: users}
              - {id: hi, match: {path: /hi, host: example.com}, respond: {status: 204}}
            """);

    List<String> lines = linesOf(0, "routes", "--config", main);

    assertEquals(
        List.of(
            "ID     METHODS   HOST         PATH       ENDS",
            "users  GET,POST               /users/**  to users",
            "hi               example.com  /hi        respond 204"),
        lines);
  }

  @Test
  void versionAndSchemaArePrinted() {
    assertTrue(linesOf(0, "version").getFirst().matches("yumen \\d+\\.\\d+\\.\\d+.*"));
    String schema = String.join("", linesOf(0, "schema"));
    assertTrue(schema.startsWith("{"), schema);
    assertTrue(schema.contains("\"rate-limit\""), "no filters in the schema");
  }
}
