package dev.yumen.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.control.ManagedGateway;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DiagnoseCommandTest {
  private static final Path PAGE = Path.of("../docs/diagnose.md");

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine main = Main.commandLine();
    main.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return main.execute(arguments);
  }

  private String printed() {
    return out.toString().replaceAll("\\R", "\n");
  }

  @Test
  void thePageShowsWhatIsPrinted() throws Exception {
    String page = Files.readString(PAGE);
    Matcher yaml = Pattern.compile("(?ms)^```yaml\\n# yumen.yaml\\n(.*?)^```").matcher(page);
    assertTrue(yaml.find());
    Path config = Files.writeString(folder.resolve("yumen.yaml"), "#\n" + yaml.group(1));
    Matcher run =
        Pattern.compile("(?ms)^```console\\n\\$ yumen diagnose auth (.*?)\\n(.*?)^```")
            .matcher(page);
    int shown = 0;
    while (run.find()) {
      List<String> words = new ArrayList<>(List.of("diagnose", "auth"));
      Matcher word = Pattern.compile("'([^']*)'|(\\S+)").matcher(run.group(1));
      while (word.find()) {
        words.add(word.group(1) == null ? word.group(2) : word.group(1));
      }
      words.replaceAll(one -> one.equals("yumen.yaml") ? config.toString() : one);
      assertEquals(0, execute(words.toArray(String[]::new)), err::toString);
      assertEquals(run.group(2), printed());
      shown++;
    }
    assertEquals(2, shown);
  }

  @Test
  void aRunningGatewayIsAskedForBothTrees() throws Exception {
    String yaml =
        """
        listeners: {http: {address: "127.0.0.1:0"}}
        admin: {address: "127.0.0.1:0"}
        management: {enabled: false}
        recording: 100
        upstreams: {users: {endpoints: ["127.0.0.1:%d"]}}
        consumers: [{name: ann, credentials: [{api-key: ann-key-000000000}]}]
        routes:
          - {id: users, match: {path: /users}, to: users}
          - {id: keys, match: {path: /keys}, filters: [api-key], respond: {body: in}}
        """
            .formatted(ScriptedUpstream.unusedPort());
    Path file = Files.writeString(folder.resolve("yumen.yaml"), yaml);
    try (ManagedGateway gateway = ManagedGateway.start(file, Wiring.reader(Map.of()), _ -> {})) {
      int port = Objects.requireNonNull(gateway.gateway().addresses().get("http")).getPort();
      String admin =
          "127.0.0.1:"
              + Objects.requireNonNull(gateway.gateway().addresses().get("admin")).getPort();
      try (RawClient client = RawClient.connect(port)) {
        client.get("/users");
      }
      try (RawClient client = RawClient.connect(port)) {
        client.get("/keys");
      }
      Eventually.within(
          Duration.ofSeconds(10), () -> gateway.gateway().recording().recorded() == 2);

      assertEquals(
          0,
          execute("diagnose", "timeouts", "--upstream", "users", "--probe", "--admin", admin),
          err::toString);
      assertTrue(printed().startsWith("Network: "), printed());
      assertTrue(printed().contains("[!!] Network\n"), printed());
      assertTrue(printed().contains("of users refuses connections now."), printed());
      assertTrue(printed().contains("[yumen.yaml:5]"), printed());

      assertEquals(
          0,
          execute("diagnose", "auth", "--admin", admin, "--output", "json", "--", "curl", "a/keys"),
          err::toString);
      assertTrue(printed().contains("\"conclusion\" : \"header\""), printed());

      String id =
          gateway
              .gateway()
              .recording()
              .newest(one -> one.head().path().equals("/keys"), 1)
              .getFirst()
              .id();
      assertEquals(0, execute("diagnose", "auth", "--admin", admin, "--request", id));
      assertTrue(printed().contains("api-key refuses with 401 AUTH_MISSING"), printed());

      String first = "--config=" + folder.resolve("yumen.yaml");
      assertEquals(0, execute("diagnose", "auth", first, "http://a/users"));
      assertTrue(printed().contains("only users knows what it answers.  ["), printed());
      assertTrue(printed().contains("\n     -> What it answered is known where"), printed());

      assertEquals(1, execute("diagnose", "timeouts", "--route", "none", "--admin", admin));
      assertTrue(err.toString().contains("no route none (404 NOT_FOUND)"), err::toString);
      assertEquals(1, execute("diagnose", "timeouts", "--since", "1s", "--admin", admin));
      assertEquals(1, execute("diagnose", "auth", "--request", "none", "--admin", admin));
    }
  }

  @Test
  void wrongUsageIsRefused() {
    assertEquals(2, execute("diagnose"));
    assertEquals(2, execute("diagnose", "dns"));
    assertEquals(2, execute("diagnose", "auth"));
    assertEquals(2, execute("diagnose", "auth", "http://a/", "--request", "b"));
    assertEquals(2, execute("diagnose", "auth", "--config", "c.yaml", "--request", "b"));
    assertEquals(2, execute("diagnose", "auth", "http://a/", "http://b/"));
    assertEquals(2, execute("diagnose", "timeouts", "--lang", "fr"));
    String none = folder.resolve("none.yaml").toString();
    assertEquals(1, execute("diagnose", "auth", "--config", none, "http://a/"));
    assertFalse(err.toString().contains("Exception"), err::toString);
  }
}
