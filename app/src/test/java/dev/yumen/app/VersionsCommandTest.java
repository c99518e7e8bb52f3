package dev.yumen.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.control.ManagedGateway;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.LocalServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code yumen versions} on gateways that run. */
class VersionsCommandTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String CONFIG =
      """
      listeners: {http: {address: "127.0.0.1:0"}}
      management: {enabled: false}
      runtime: {loops: 1}
      admin: {address: "127.0.0.1:0"}
      routes:
        - {id: hello, match: {path: /hello}, respond: {status: 200, body: hello}}
      """;

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<ManagedGateway> gateways = new ArrayList<>();

  @AfterEach
  void close() {
    gateways.forEach(ManagedGateway::close);
  }

  /** Starts one; gives the address of its admin API. */
  private String start(String name, String config) throws Exception {
    Path own = Files.createDirectory(folder.resolve(name));
    ManagedGateway gateway =
        ManagedGateway.start(
            Files.writeString(own.resolve("yumen.yaml"), config), Wiring.reader(Map.of()), _ -> {});
    gateways.add(gateway);
    return "127.0.0.1:"
        + Objects.requireNonNull(gateway.gateway().addresses().get("admin")).getPort();
  }

  private int execute(String... arguments) {
    CommandLine main = Main.commandLine();
    main.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return main.execute(arguments);
  }

  @Test
  void theSameTextIsTheSameConfigurationOfSeveralGateways() throws Exception {
    String first = start("a", CONFIG);
    String second = start("b", CONFIG);

    assertEquals(0, execute("versions", "--admin", first, "--admin", second), err::toString);
    List<String> lines = out.toString().lines().toList();
    assertTrue(lines.get(0).matches("ADDRESS +NUMBER  HASH +LIVE FROM +BY +SOURCE"), lines.get(0));
    String row = "  +1 +[0-9a-f]{12}  2\\d{3}-\\S+Z  start  files";
    assertTrue(lines.get(1).matches(first + row), lines.get(1));
    assertTrue(lines.get(2).matches(second + row), lines.get(2));
    assertEquals("All 2 have the same configuration.", lines.getLast());
  }

  @Test
  void whoHasAnotherOneIsNamed() throws Exception {
    String first = start("a", CONFIG);
    String second = start("b", CONFIG + "source: {store: {}}\n");

    assertEquals(1, execute("versions", "--admin", first + "," + second), err::toString);
    String said = out.toString();
    assertTrue(said.contains("  store (up)\n"), said);
    String last = said.lines().toList().getLast();
    assertTrue(
        last.matches(
            "Different configurations: \\w{12} in " + first + "; \\w{12} in " + second + "\\."),
        last);
  }

  @Test
  void oneThatRefusedTheNewestSaysSo() throws Exception {
    String first = start("a", CONFIG);
    Files.writeString(folder.resolve("a/yumen.yaml"), CONFIG + "nonsense: 1\n");
    Eventually.within(SOON, () -> gateways.getFirst().status().rejected() != null);

    assertEquals(0, execute("versions", "--admin", first), err::toString);
    assertTrue(out.toString().contains("files (newest refused)\n"), out.toString());
  }

  @Test
  void oneThatCanNotBeAskedIsNamedBesideTheOthers() throws Exception {
    String first = start("a", CONFIG);
    String nobody = "127.0.0.1:" + LocalServer.freePort();

    assertEquals(1, execute("versions", "--admin", nobody, "--admin", first), err::toString);
    String said = out.toString();
    assertTrue(said.contains("http://" + nobody + " can not be asked: "), said);
    assertTrue(said.contains("\n" + first + " "), said);
    assertTrue(said.endsWith("One was asked. 1 can not be asked.\n"), said);
  }

  @Test
  void dataHasAll() throws Exception {
    String first = start("a", CONFIG);
    String nobody = "127.0.0.1:" + LocalServer.freePort();

    assertEquals(1, execute("versions", "--admin", first, "--admin", nobody, "--output", "json"));
    JsonNode data = new JsonMapper().readTree(out.toString());
    assertFalse(data.path("same").asBoolean(true));
    assertEquals(first, data.at("/gateways/0/address").asString());
    assertEquals(1, data.at("/gateways/0/number").asInt());
    assertEquals(64, data.at("/gateways/0/hash").asString().length());
    assertTrue(data.at("/gateways/0/error").isNull());
    assertTrue(data.at("/gateways/1/error").asString().contains("can not be asked"));
  }

  @Test
  void anAddressThatIsNoneIsWrongUse() {
    assertEquals(2, execute("versions"));
    assertEquals(2, execute("versions", "--admin", "ftp://here"));
    assertTrue(err.toString().contains("--admin ftp://here (expected: "), err.toString());
  }
}
