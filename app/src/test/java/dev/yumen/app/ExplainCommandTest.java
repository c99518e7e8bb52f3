package dev.yumen.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.FailureCode;
import dev.yumen.api.Response.Field;
import dev.yumen.control.ManagedGateway;
import dev.yumen.dataplane.Gateway;
import dev.yumen.dataplane.GatewaySurroundings;
import dev.yumen.dataplane.explain.ExplainRequest;
import dev.yumen.dataplane.explain.Explanation;
import dev.yumen.dataplane.explain.Sentences;
import dev.yumen.dataplane.explain.Wording;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ExplainCommandTest {
  private static final Path PAGE = Path.of("../docs/explain.md");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  private int execute(String... arguments) {
    CommandLine main = Main.commandLine();
    main.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return main.execute(arguments);
  }

  /** What is printed where standard output has no arrows is compared, too. */
  private String printed() {
    return out.toString().replace("→", "->").replaceAll("\\R", "\n");
  }

  private String write(String yaml) throws IOException {
    return Files.writeString(folder.resolve("yumen.yaml"), yaml).toString();
  }

  private static final String SHOP =
      """
      consumers:
        - name: ann
          credentials: [{api-key: ann-key-000000000}]
      upstreams:
        order-service: {endpoints: "127.0.0.1:9001"}
      routes:
        - id: orders
          match: {path: /api/orders/**, methods: [GET]}
          filters:
            - api-key: {}
            - rate-limit: {rate: 100/min}
          to: order-service
      """;

  @Test
  void thePageShowsWhatIsPrinted() throws IOException {
    String page = Files.readString(PAGE);
    Matcher yaml = Pattern.compile("(?ms)^```yaml\\n(.*?)^```").matcher(page);
    assertTrue(yaml.find());
    String config = write(yaml.group(1));
    Matcher runs =
        Pattern.compile(
                "(?ms)^```console\\n\\$ yumen explain --config yumen.yaml (.*?)\\n(.*?)^```")
            .matcher(page);
    int shown = 0;
    while (runs.find()) {
      String[] words = ("explain\n--config\n" + config + "\n" + words(runs.group(1))).split("\n");
      assertEquals(0, execute(words), err::toString);
      assertEquals(runs.group(2).replace("→", "->"), printed());
      shown++;
    }
    assertTrue(shown >= 4, shown + " runs");
  }

  /** Words of a shell, one in each line. */
  private static String words(String line) {
    StringBuilder words = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\'') {
        quoted = !quoted;
      } else {
        words.append(c == ' ' && !quoted ? '\n' : c);
      }
    }
    return words.toString();
  }

  @Test
  void jsonHasTheKeysThatProgramsLookFor() throws IOException {
    String config = write(SHOP);
    String key = "X-API-Key: ann-key-000000000";
    String url = "http://localhost/api/orders/1?api_key=abc";
    assertEquals(0, execute("explain", "--config", config, "--output", "json", "-H", key, url));
    String json = out.toString();
    for (String expected :
        List.of(
            "\"route\" : \"orders\"",
            "\"at\" : \"yumen.yaml:7\"",
            "\"upstream\" : \"order-service\"",
            "\"endpoint\" : \"127.0.0.1:9001\"",
            "\"effect\" : \"lets it pass, 100/min by [client]: 100 left, edits the answer\"",
            "\"end\" : \"upstream\"",
            "\"status\" : null",
            "\"why\" : ")) {
      assertTrue(json.contains(expected), () -> expected + " in\n" + json);
    }
    assertFalse(json.contains("ann-key"), json);
    assertFalse(json.contains("abc"), json);
  }

  @Test
  void aLineOfCurlIsUnderstood() throws IOException {
    String config = write(SHOP);
    assertEquals(
        0,
        execute(
            "explain",
            "--config",
            config,
            "--",
            "curl",
            "-sS",
            "--resolve",
            "a:80:127.0.0.1",
            "-b",
            "a=b",
            "-u",
            "ann:secret",
            "-d",
            "x=1",
            "http://localhost/api/orders/1"),
        err::toString);
    assertTrue(printed().startsWith("POST /api/orders/1 -> 405 METHOD_NOT_ALLOWED\n"), printed());
    assertFalse(printed().contains("secret"), printed());
    assertEquals(1, execute("explain", "--config", config, "--", "curl", "--warp", "http://a/"));
    assertTrue(err.toString().startsWith("curl --warp (expected: "), err.toString());
    assertEquals(1, execute("explain", "--config", config, "--", "curl", "-H"));
    assertEquals(1, execute("explain", "--config", config, "--", "curl", "-s"));
  }

  @Test
  void curlWordsBecomeTheRequestThatCurlSends() {
    CurlLine.Asked asked =
        CurlLine.read(
            List.of("-XPUT", "-sHA: 1", "-H", "Accept:", "--json", "{}", "-uann:pw", "http://a/"));
    assertEquals("PUT", asked.method());
    assertEquals(
        List.of(
            new Field("User-Agent", "curl/8.0.0"),
            new Field("A", "1"),
            new Field("Authorization", "Basic YW5uOnB3"),
            new Field("Content-Type", "application/json"),
            new Field("Content-Length", "2")),
        asked.fields());
    CurlLine.Asked query = CurlLine.read(List.of("-G", "-d", "a=1", "-d", "b=2", "a.test/?c"));
    assertEquals("GET", query.method());
    assertEquals("a.test/?c&a=1&b=2", query.url());
    assertEquals("HEAD", CurlLine.read(List.of("-I", "http://a/")).method());
  }

  @Test
  void anEntryOfAnArchiveIsTaken() throws IOException {
    String config = write(SHOP);
    Path har =
        Files.writeString(
            folder.resolve("a.har"),
            """
            {"log": {"entries": [
              {"request": {"method": "GET", "url": "http://localhost/none", "headers": []}},
              {"request": {"method": "DELETE", "url": "http://localhost/api/orders/1",
                "headers": [{"name": ":authority", "value": "x"}, {"name": "A", "value": "1"}]}}
            ]}}
            """);
    assertEquals(0, execute("explain", "--config", config, "--har", har.toString()));
    assertTrue(printed().startsWith("GET /none -> 404 NO_ROUTE\n"), printed());
    assertEquals(
        0, execute("explain", "--config", config, "--har", har.toString(), "--entry", "2"));
    assertTrue(printed().startsWith("DELETE /api/orders/1 -> 405 "), printed());
    assertEquals(
        1, execute("explain", "--config", config, "--har", har.toString(), "--entry", "3"));
    assertTrue(err.toString().contains("entry 3 (expected: 1 to 2)"), err.toString());
  }

  @Test
  void badInputIsNamedByItsPlace() throws IOException {
    String config = write(SHOP);
    Map<List<String>, String> cases =
        Map.of(
            List.of("ftp://a/"), "url: \"ftp://a/\" (expected: ",
            List.of("-H", "nothing", "http://a/"), "header 'nothing' (expected: 'Name: value')",
            List.of("--client", "ann", "http://a/"), "client: \"ann\" (expected: an IP address)",
            List.of("--client", "10.1", "http://a/"), "client: \"10.1\" (expected: an IP address)",
            List.of("--time", "noon", "http://a/"), "--time noon (expected: a time such as",
            List.of("--listener", "no", "http://a/"), "listener: \"no\" (expected: http)");
    cases.forEach(
        (words, message) -> {
          String[] all = new String[words.size() + 3];
          all[0] = "explain";
          all[1] = "--config";
          all[2] = config;
          System.arraycopy(words.toArray(String[]::new), 0, all, 3, words.size());
          assertEquals(1, execute(all), message);
          assertTrue(err.toString().startsWith(message), err.toString());
        });
    assertEquals(2, execute("explain", "--config", config));
    assertEquals(2, execute("explain", "--request", "1", "http://a/"));
    assertEquals(2, execute("explain", "--config", config, "--request", "1"));
    assertEquals(2, execute("explain", "--config", config, "--lang", "fr", "http://a/"));
    write(SHOP.replace("to: order-service", "to: nobody"));
    assertEquals(1, execute("explain", "--config", config, "http://a/"));
    assertTrue(err.toString().matches("(?s).*yumen.yaml:12:.*nobody.*"), err.toString());
  }

  @Test
  void aRunningGatewayIsAskedTheSame() throws Exception {
    String ports =
        """
        listeners: {http: {address: "127.0.0.1:0"}}
        management: {enabled: false}
        admin: {address: "127.0.0.1:0"}
        runtime: {loops: 1}
        recording: {}
        """;
    String config = write(SHOP + ports);
    List<String[]> asked =
        List.of(
            new String[] {"-H", "X-API-Key: ann-key-000000000", "http://localhost/api/orders/1"},
            new String[] {"http://localhost/api/orders/1"},
            new String[] {"--lang", "zh", "--", "curl", "-X", "POST", "localhost/api/orders/1"},
            new String[] {"--output", "json", "http://localhost/none"});
    try (ManagedGateway managed =
        ManagedGateway.start(Path.of(config), Wiring.reader(Map.of()), _ -> {})) {
      Gateway gateway = managed.gateway();
      String admin = "127.0.0.1:" + port(gateway, "admin");
      for (String[] words : asked) {
        assertEquals(0, execute(all("--config", config, words)), err::toString);
        String offline = printed();
        assertEquals(0, execute(all("--admin", admin, words)), err::toString);
        assertEquals(offline, printed());
      }
      try (RawClient client = RawClient.connect(port(gateway, "http"))) {
        assertEquals(401, client.get("/api/orders/7").status());
      }
      Eventually.within(Duration.ofSeconds(10), () -> gateway.recording().recorded() == 1);
      String id = gateway.recording().newest(_ -> true, 1).getFirst().id();
      assertEquals(0, execute("explain", "--request", id, "--admin", admin), err::toString);
      assertTrue(printed().startsWith("GET /api/orders/7 -> route orders -> refused by api-key"));
      assertEquals(1, execute("explain", "--request", "none", "--admin", admin));
    }
  }

  private static int port(Gateway gateway, String listener) {
    return Objects.requireNonNull(gateway.addresses().get(listener)).getPort();
  }

  private static String[] all(String option, String value, String... words) {
    return Stream.concat(Stream.of("explain", option, value), Stream.of(words))
        .toArray(String[]::new);
  }

  /** Keys of somebody else are neither fetched nor taken for good. */
  @Test
  void nobodyIsAskedForKeys() throws IOException {
    try (ServerSocket provider = new ServerSocket(0)) {
      String config =
          write(
              """
              routes:
                - id: a
                  match: {path: /a}
                  filters:
                    - jwt: {issuer: "i", jwks: {url: "http://127.0.0.1:%d/keys", allow-http: true}, unknown: accept}
                    - acl: {allow: {groups: [ops]}, strict: false}
                  respond: {status: 204}
              """
                  .formatted(provider.getLocalPort()));
      String token =
          "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJpIiwic3ViIjoicyIsImV4cCI6OTk5OTk5OTk5OX0.AAAA";
      int status =
          execute(
              "explain", "--config", config, "-H", "Authorization: Bearer " + token, "http://h/a");
      assertEquals(0, status, err::toString);
      assertTrue(printed().startsWith("GET /a -> route a -> 204\n"), printed());
      assertTrue(printed().contains("are not at hand"), printed());
      assertTrue(printed().contains("assumed to let the request pass"), printed());
      assertFalse(printed().contains(token), printed());
      provider.setSoTimeout(1);
      assertEquals(0, accepted(provider));
    }
  }

  private static int accepted(ServerSocket server) {
    try {
      server.accept().close();
      return 1;
    } catch (IOException _) {
      return 0;
    }
  }

  @Test
  void explainingTakesNothingOfALimit() throws Exception {
    String yaml =
        """
        listeners: {http: {address: "127.0.0.1:0"}}
        management: {address: "127.0.0.1:0"}
        routes:
          - {id: a, match: {path: /a}, filters: [{rate-limit: {rate: 2/h}}], respond: {status: 204}}
        """;
    try (Gateway gateway =
            Gateway.start(
                Wiring.reader(Map.of()).readText("a.yaml", yaml, Path.of(".")),
                GatewaySurroundings.OF_PROCESS);
        HttpClient client = HttpClient.newHttpClient()) {
      int port = Objects.requireNonNull(gateway.addresses().get("http")).getPort();
      ExplainRequest asked = ExplainRequest.of("GET", "http://127.0.0.1/a", List.of());
      for (int i = 0; i < 5; i++) {
        assertTrue(
            effect(gateway.explain(asked)).contains("2 left"), effect(gateway.explain(asked)));
      }
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/a")).build();
      for (int status : List.of(204, 204, 429)) {
        HttpResponse<Void> answer = client.send(request, HttpResponse.BodyHandlers.discarding());
        assertEquals(status, answer.statusCode());
      }
      Explanation told = gateway.explain(asked);
      assertEquals(FailureCode.RATE_LIMITED.name(), told.outcome().code());
      assertTrue(effect(told).contains("used up"), effect(told));
      assertNotNull(told.route());
    }
  }

  private static String effect(Explanation told) {
    return new Sentences(Wording.of("en")).effect(told.filters().getFirst());
  }
}
