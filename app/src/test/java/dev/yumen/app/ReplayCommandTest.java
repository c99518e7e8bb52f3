package dev.yumen.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.control.ManagedGateway;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command {@code replay} against a gateway that runs, with the example of its page. */
class ReplayCommandTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(String... arguments) {
    out.getBuffer().setLength(0);
    CommandLine main = Main.commandLine();
    main.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return main.execute(arguments);
  }

  private static String example(String name) throws Exception {
    return Files.readString(ROOT.resolve("examples/replay/" + name));
  }

  @Test
  void thePageShowsWhatIsPrinted() throws Exception {
    String yaml =
        example("live.yaml").replace(":8080", ":0").replace(":9901", ":0")
            + "management: {enabled: false}\n";
    Path file = Files.writeString(folder.resolve("yumen.yaml"), yaml);
    try (ManagedGateway gateway = ManagedGateway.start(file, Wiring.reader(Map.of()), _ -> {})) {
      int port = Objects.requireNonNull(gateway.gateway().addresses().get("http")).getPort();
      int admin = Objects.requireNonNull(gateway.gateway().addresses().get("admin")).getPort();
      for (String path : new String[] {"/orders/1", "/orders/2", "/hello", "/hello"}) {
        try (RawClient client = RawClient.connect(port)) {
          client.get(path);
        }
      }
      try (RawClient client = RawClient.connect(port)) {
        client.get("/hello", "Authorization: Bearer abc");
      }
      Eventually.within(
          Duration.ofSeconds(10), () -> gateway.gateway().recording().recorded() == 5);
      String next = ROOT.resolve("examples/replay/new.yaml").toString();
      assertEquals(0, execute("replay", next, "--admin", "127.0.0.1:" + admin), err::toString);
      String page = Files.readString(ROOT.resolve("docs/replay.md"));
      String shown = out.toString().replaceAll("\\([0-9a-f]{32}\\)", "(…)");
      assertTrue(page.contains(shown), shown);
      assertEquals(0, execute("replay", next, "--admin", "127.0.0.1:" + admin, "--lang", "zh"));
      assertTrue(page.contains(out.toString().lines().findFirst().orElseThrow()), out::toString);

      assertEquals(0, execute("replay", next, "--admin", "127.0.0.1:" + admin, "--output", "json"));
      assertTrue(out.toString().contains("\"route-changed\" : 2"), out::toString);

      String bad = ROOT.resolve("examples/bad.yaml").toString();
      assertEquals(1, execute("replay", bad, "--admin", "127.0.0.1:" + admin));
      assertTrue(err.toString().contains("(422 INVALID)\n  body:2:10 "), err::toString);
    }
  }

  @Test
  void whatTheSourceWouldHoldIsJudgedBesideTheFiles() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("yumen.yaml"),
            """
            listeners: {http: {address: "127.0.0.1:0"}}
            management: {enabled: false}
            admin: {address: "127.0.0.1:0"}
            recording: {requests: 100}
            source: {store: {}}
            """);
    Path routes =
        Files.writeString(
            folder.resolve("routes.yaml"),
            "routes: [{id: hello, match: {path: /hello}, respond: {body: hello}}]\n");
    try (ManagedGateway gateway = ManagedGateway.start(file, Wiring.reader(Map.of()), _ -> {})) {
      int port = Objects.requireNonNull(gateway.gateway().addresses().get("http")).getPort();
      int admin = Objects.requireNonNull(gateway.gateway().addresses().get("admin")).getPort();
      try (RawClient client = RawClient.connect(port)) {
        client.get("/hello");
      }
      Eventually.within(
          Duration.ofSeconds(10), () -> gateway.gateway().recording().recorded() == 1);
      String[] asked = {"replay", routes.toString(), "--admin", "127.0.0.1:" + admin, "--part", ""};
      asked[5] = "source";
      assertEquals(0, execute(asked), err::toString);
      assertTrue(out.toString().startsWith("1 of 1 change route"), out::toString);
      assertTrue(out.toString().contains("  status 404 -> 200: 1 ("), out::toString);
      asked[5] = "some";
      assertEquals(2, execute(asked));
    }
  }

  @Test
  void whatCanNotBeReadIsSaid() {
    Path none = folder.resolve("none.yaml");
    assertEquals(1, execute("replay", none.toString()));
    assertEquals(
        none + " can not be read: it is not there (expected: a file with the new configuration)\n",
        err.toString());
    assertEquals(1, execute("replay", folder.toString()));
    assertTrue(err.toString().contains(": it is a folder (expected: a file "), err::toString);
    assertEquals(2, execute("replay"));
  }
}
