package dev.yumen.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.control.ManagedGateway;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The commands {@code plan} and {@code diff}, with the example of their page. */
class PlanCommandTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final String OLD = ROOT.resolve("examples/plan/old.yaml").toString();
  private static final String NEW = ROOT.resolve("examples/plan/new.yaml").toString();
  private static final String BAD = ROOT.resolve("examples/bad.yaml").toString();

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(String... arguments) {
    CommandLine main = Main.commandLine();
    main.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return main.execute(arguments);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plan examples/plan/new.yaml --against examples/plan/old.yaml",
        "plan examples/plan/new.yaml --against examples/plan/old.yaml --lang zh",
        "diff examples/plan/old.yaml examples/plan/new.yaml"
      })
  void thePageShowsWhatIsPrinted(String command) throws IOException {
    assertEquals(0, execute(command.replace("examples/", ROOT + "/examples/").split(" ")));
    String page = Files.readString(ROOT.resolve("docs/plan.md"));
    String shown = "$ ./yumen " + command + "\n" + out;
    assertTrue(page.contains("```\n" + shown + "```\n"), shown);
  }

  @Test
  void dataHasEverythingThatTheTextHas() throws IOException {
    assertEquals(0, execute("plan", NEW, "--against", OLD, "--output", "json"));
    assertEquals(Files.readString(Path.of("src/test/resources/golden/plan.json")), out.toString());
    out.getBuffer().setLength(0);
    assertEquals(0, execute("diff", OLD, NEW, "--output", "json"));
    assertTrue(out.toString().contains("\"path\" : \"routes[users].filters[2].rate-limit.rate\""));
  }

  @Test
  void whatIsFoundFailsOnlyWhenAskedTo() {
    assertEquals(0, execute("plan", NEW, "--against", OLD), err::toString);
    assertEquals(1, execute("plan", NEW, "--against", OLD, "--fail-on", "danger"));
    assertEquals(1, execute("plan", OLD, "--against", NEW, "--fail-on", "warning"), out::toString);
    assertEquals(0, execute("plan", OLD, "--against", NEW, "--fail-on", "danger"), out::toString);
    assertEquals(0, execute("plan", NEW, "--against", NEW, "--fail-on", "warning"));
    assertTrue(out.toString().endsWith("Nothing changes.\n"), out.toString());
  }

  @Test
  void everyProblemOfEitherFileIsPrinted(@TempDir Path folder) {
    String missing = folder.resolve("none.yaml").toString();
    assertEquals(1, execute("plan", BAD, "--against", missing));
    String said = err.toString();
    assertTrue(said.contains(missing + ":\n"), said);
    assertTrue(said.contains("none.yaml can not be read"), said);
    assertTrue(said.contains("bad.yaml:2:10 listeners.http: unknown key"), said);
    assertTrue(said.contains("bad.yaml:8:9 routes[0].to: unknown upstream"), said);
    assertEquals("", out.toString());
    assertEquals(1, execute("diff", OLD, BAD));
  }

  @Test
  void withoutAnotherConfigurationARunningGatewayIsAsked(@TempDir Path folder) throws Exception {
    String live =
        """
        listeners: {http: {address: "127.0.0.1:0"}}
        management: {enabled: false}
        admin: {address: "127.0.0.1:0"}
        runtime: {loops: 1}
        consumers: [{name: ann, credentials: [{api-key: ann-key-000000000}]}]
        routes:
          - {id: a, match: {path: /a}, filters: [{api-key: {}}], respond: {body: a}}
          - {id: b, match: {path: /b}, respond: {body: b}}
        """;
    Path old = Files.writeString(folder.resolve("yumen.yaml"), live);
    Path next =
        Files.writeString(
            folder.resolve("new.yaml"), live.replace("filters: [{api-key: {}}], ", ""));
    try (ManagedGateway gateway = ManagedGateway.start(old, Wiring.reader(Map.of()), _ -> {})) {
      int port = Objects.requireNonNull(gateway.gateway().addresses().get("admin")).getPort();
      String admin = "127.0.0.1:" + port;
      assertEquals(0, execute("plan", next.toString(), "--against", old.toString()));
      String offline = out.toString().replace("new.yaml:", "body:");
      assertTrue(offline.contains("[route-unprotected]"), offline);
      out.getBuffer().setLength(0);
      assertEquals(0, execute("plan", next.toString(), "--admin", admin), err::toString);
      assertEquals(offline, out.toString());
      String[] asked = {"plan", next.toString(), "--admin", admin, "--fail-on", "danger"};
      assertEquals(1, execute(asked));
      assertEquals(1, execute("plan", BAD, "--admin", admin));
      assertTrue(err.toString().contains("(422 INVALID)\n  body:2:10 "), err::toString);
      assertEquals(2, execute("plan", NEW, "--against", OLD, "--admin", admin));
    }
  }

  @Test
  void wrongUsageIsSaid() {
    assertEquals(2, execute("plan", "--against", OLD));
    assertEquals(2, execute("plan", NEW, "--against", OLD, "--lang", "fr"));
    assertEquals(2, execute("plan", NEW, "--against", OLD, "--fail-on", "note"));
    assertEquals(2, execute("diff", OLD));
    assertEquals(2, execute("diff"));
  }
}
