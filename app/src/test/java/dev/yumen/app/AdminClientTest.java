package dev.yumen.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.control.ManagedGateway;
import dev.yumen.testkit.Issued;
import dev.yumen.testkit.Pki;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** The client of commands, held against a gateway that runs. */
class AdminClientTest {
  private static final String CONFIG =
      """
      listeners: {http: {address: "127.0.0.1:0"}}
      management: {enabled: false}
      runtime: {loops: 1}
      admin:
        address: "127.0.0.1:0"
        tokens:
          - {name: eve, token: viewer-0123456789}
          - {name: ada, token: admin-0123456789ab, role: admin}
      routes:
        - {id: hello, match: {path: /hello}, respond: {status: 200, body: hello}}
      """;

  @TempDir Path folder;
  private @Nullable ManagedGateway gateway;

  @AfterEach
  void close() {
    if (gateway != null) {
      gateway.close();
    }
  }

  private URI start() throws Exception {
    return start(CONFIG);
  }

  private URI start(String config) throws Exception {
    Path file = Files.writeString(folder.resolve("yumen.yaml"), config);
    gateway = ManagedGateway.start(file, Wiring.reader(Map.of()), _ -> {});
    int port = Objects.requireNonNull(gateway.gateway().addresses().get("admin")).getPort();
    return URI.create("http://127.0.0.1:" + port);
  }

  @Test
  void whatIsAskedForIsData() throws Exception {
    try (AdminClient client = new AdminClient(start(), "viewer-0123456789", null)) {
      JsonNode route = client.get("/routes/hello");
      assertEquals("hello", route.path("id").asString());
      assertEquals("hello", client.get("/routes?search=hel").at("/items/0/id").asString());
    }
  }

  @Test
  void aRefusalIsSaidInSentences() throws Exception {
    URI base = start();
    try (AdminClient client = new AdminClient(base, "viewer-0123456789", null)) {
      assertEquals(
          "There is no such thing. no route none (404 NOT_FOUND)",
          refused(() -> client.get("/routes/none")));
      assertTrue(
          refused(() -> client.post("/check", "application/yaml", "{}"))
              .startsWith("This is not allowed to you. the role viewer (expected"));
    }
    try (AdminClient client = new AdminClient(base, "wrong-0123456789ab", null)) {
      assertTrue(refused(() -> client.get("/status")).endsWith("(401 AUTH_INVALID)"));
      assertTrue(refused(() -> client.stream("/status")).endsWith("(401 AUTH_INVALID)"));
    }
  }

  @Test
  void everyProblemOfAConfigurationIsSaidWithItsPlace() throws Exception {
    try (AdminClient client = new AdminClient(start(), "admin-0123456789ab", null)) {
      String said =
          refused(
              () ->
                  client.post(
                      "/check", "application/yaml", "routes:\n  - {id: a, match: {path: x}}\n"));
      assertTrue(said.contains("(422 INVALID)\n  body:2:"), said);
      assertTrue(said.contains("routes[0].match.path: "), said);
    }
  }

  @Test
  void whereNobodyListensThatIsSaid() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    try (AdminClient client = new AdminClient(URI.create("http://127.0.0.1:" + port), null, null)) {
      assertEquals(
          "http://127.0.0.1:"
              + port
              + " can not be asked: nothing listens there, or the name is not known"
              + " (expected: the admin API of a running gateway)",
          refused(() -> client.get("/status")));
    }
  }

  @Test
  void anAnswerOfAnotherServerIsNotTakenForAGateway() throws Exception {
    start();
    int port =
        Objects.requireNonNull(Objects.requireNonNull(gateway).gateway().addresses().get("http"))
            .getPort();
    try (AdminClient client = new AdminClient(URI.create("http://127.0.0.1:" + port), null, null)) {
      String said = refused(() -> client.get("/status"));
      assertTrue(said.contains("(404 NO_ROUTE)"), said);
    }
  }

  private static String refused(org.junit.jupiter.api.function.Executable call) {
    return String.valueOf(assertThrows(Main.BadInput.class, call).getMessage());
  }

  // ---- options ----

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:9901, http://127.0.0.1:9901",
    "[::1]:9901, http://[::1]:9901",
    "gateway:9901, http://gateway:9901",
    "https://gateway.example.com/, https://gateway.example.com",
    "https://example.com/gateway-1/, https://example.com/gateway-1"
  })
  void addressesHaveSeveralForms(String written, String meant) {
    assertEquals(URI.create(meant), AdminClient.address(written));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "9901x y",
        "ftp://a",
        "http://",
        "http://user@a",
        "a:99999",
        "a?b=c",
        "unix:///a",
        ":1"
      })
  void whatIsNoAddressIsRefused(String written) {
    assertNull(AdminClient.address(written));
  }

  @Test
  void theTokenComesFromAFileOrTheEnvironmentAndIsNeverShown() throws Exception {
    URI base = start();
    Path file = Files.writeString(folder.resolve("token"), "viewer-0123456789\n");
    assertEquals(0, ask(Map.of(), "--admin", base.toString(), "--token-file", file.toString()));
    assertEquals(
        0, ask(Map.of(AdminToken.VARIABLE, "viewer-0123456789"), "--admin", base.toString()));
    assertEquals(1, ask(Map.of(), "--admin", base.toString()));
    Files.writeString(file, "two lines-secret\nof a file");
    assertEquals(1, ask(Map.of(), "--admin", base.toString(), "--token-file", file.toString()));
    assertTrue(err.toString().contains("no token (expected: one line of visible"), err.toString());
    assertEquals(1, ask(Map.of(), "--token-file", folder.resolve("none").toString()));
    assertEquals(2, ask(Map.of(), "--admin", "ftp://a"));
    assertEquals(2, ask(Map.of(), "--admin", "http://ada:secret@a"));
    assertTrue(!err.toString().contains("secret"), err.toString());
  }

  @Test
  void overTlsTheAuthoritiesOfAFileAreTrusted() throws Exception {
    Pki pki = Pki.called("ca");
    Issued certificate = pki.server("localhost", "127.0.0.1");
    Files.writeString(folder.resolve("cert.pem"), certificate.chainPem());
    Files.writeString(folder.resolve("key.pem"), certificate.keyPem());
    URI plain =
        start(
            CONFIG.replace(
                "admin:\n", "admin:\n  tls: {certificates: {cert: cert.pem, key: key.pem}}\n"));
    String base = "https://127.0.0.1:" + plain.getPort();
    Map<String, String> token = Map.of(AdminToken.VARIABLE, "viewer-0123456789");
    String ca = Files.writeString(folder.resolve("ca.pem"), pki.rootPem()).toString();
    assertEquals(0, ask(token, "--admin", base, "--ca", ca), err::toString);

    String other =
        Files.writeString(folder.resolve("other.pem"), Pki.called("b").rootPem()).toString();
    assertEquals(1, ask(token, "--admin", base, "--ca", other));
    assertEquals(1, ask(token, "--admin", base));
    assertTrue(err.toString().contains("(--ca names a file with the authorities"), err::toString);
    assertEquals(1, ask(token, "--admin", plain.toString()));
    assertEquals(1, ask(token, "--admin", base, "--ca", folder.resolve("none").toString()));
    assertTrue(err.toString().contains("none: it is not there (expected: a PEM"), err::toString);
    assertEquals(1, ask(token, "--admin", base, "--ca", folder.resolve("key.pem").toString()));
    assertTrue(err.toString().contains("key.pem: "), err::toString);
  }

  private final StringWriter err = new StringWriter();

  private int ask(Map<String, String> environment, String... arguments) {
    Asking asking = new Asking();
    asking.environment = environment;
    CommandLine main = Main.commandLine().addSubcommand(asking);
    main.setErr(new PrintWriter(err));
    String[] all = new String[arguments.length + 1];
    all[0] = "asking";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return main.execute(all);
  }

  @Command(name = "asking")
  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  private static final class Asking implements Runnable {
    @Mixin private AdminOption admin;
    private Map<String, String> environment = Map.of();

    @Override
    public void run() {
      try (AdminClient client = admin.open(environment)) {
        client.get("/status");
      }
    }
  }
}
