package dev.yumen.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.app.TopPage.Line;
import dev.yumen.app.TopPage.Style;
import dev.yumen.control.ManagedGateway;
import dev.yumen.testkit.Eventually;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands that look at a running gateway: {@code top}, {@code history}, {@code diff}. */
class LiveCommandsTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final JsonMapper JSON = new JsonMapper();
  private static final String CONFIG =
      """
      listeners: {http: {address: "127.0.0.1:0"}}
      management: {enabled: false}
      runtime: {loops: 1}
      admin: {address: "127.0.0.1:0"}
      routes:
        - {id: hello, match: {path: /hello}, respond: {status: 200, body: hello}}
      """;
  private static final String TRAFFIC =
      """
      {"time": "2026-11-22T10:14:03.001Z", "interval": 1.0, "requests-per-second": 123.0,
       "in-flight": 4, "connections": 10,
       "errors-per-second": {"client": 2.0, "gateway": 0.0, "upstream": 1.0},
       "statuses": {"2xx": 120.0, "3xx": 0, "4xx": 2.0, "5xx": 1.0},
       "latency-ms": {"p50": 0.4, "p90": 1.1, "p99": 13.25},
       "routes": [{"route": "users", "requests-per-second": 50.0, "errors-per-second": 0.1,
                   "p50": 0.4, "p99": 3.0},
                  {"route": "a-very-long-name-of-a-route-that-does-not-fit-into-its-column",
                   "requests-per-second": 2, "errors-per-second": 0, "p50": null, "p99": null}],
       "upstreams": [{"upstream": "users", "requests-per-second": 50.0, "errors-per-second": 0,
                      "p99": 3.0}]}
      """;

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private @Nullable ManagedGateway gateway;

  @AfterEach
  void close() {
    if (gateway != null) {
      gateway.close();
    }
  }

  @Test
  void topPrintsOneLookWhereThereIsNoTerminal() throws Exception {
    String admin = start();

    assertEquals(0, execute("top", "--once", "--admin", admin), err::toString);
    String said = out.toString();
    assertTrue(said.startsWith("yumen "), said);
    assertTrue(said.contains(" at " + admin + ", configuration 1, 2"), said);
    assertTrue(said.contains("requests   0.00/s, in flight 0, connections 0\n"), said);
    assertTrue(said.contains("none in this second"), said);
    assertFalse(said.contains("\u001b"), said);
  }

  @Test
  void topGivesDataWhenAskedTo() throws Exception {
    assertEquals(0, execute("top", "--admin", start(), "--output", "json"), err::toString);
    assertEquals(0, JSON.readTree(out.toString()).path("connections").asInt(-1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0s", "499ms", "2h", "soon", ""})
  void anIntervalThatCanNotBeIsRefused(String interval) {
    assertEquals(2, execute("top", "--interval", interval));
    assertTrue(err.toString().contains("(expected: 500ms to 1h)"), err.toString());
  }

  @Test
  void aPageHasEverythingAndFitsItsWidth() {
    List<Line> lines = page(60);

    assertEquals(
        """
        yumen 1.0 at gateway:9901, configuration 3, 2026-11-22T10:14
        requests   123/s, in flight 4, connections 10
        statuses   2xx 120/s, 3xx 0.00/s, 4xx 2.00/s, 5xx 1.00/s
        errors     client 2.00/s, gateway 0.00/s, upstream 1.00/s
        latency    p50 0.40 ms, p90 1.10 ms, p99 13.3 ms
        curve       ▄█

        ROUTE                    REQ/s     ERR/s    P50 ms    P99 ms
        users                    50.0      0.10      0.40      3.00
        """
            .lines()
            .limit(7)
            .toList(),
        lines.stream().map(Line::text).limit(7).toList());
    List<String> texts = lines.stream().map(Line::text).toList();
    assertTrue(
        texts.contains("users                     50.0      0.10      0.40      3.00"),
        texts::toString);
    assertTrue(
        texts.contains("a-very-long-name-o…       2.00      0.00         -         -"),
        texts::toString);
    assertTrue(
        texts.contains("UPSTREAM                           REQ/s     ERR/s    P99 ms"),
        texts::toString);
    assertEquals(Style.RED, lines.get(2).style(), "there are answers of 5xx");
    assertEquals(Style.PLAIN, lines.get(3).style());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 20, 40, 79, 200})
  void aPageIsNeverWiderThanTheTerminal(int width) {
    page(width).forEach(line -> assertTrue(line.text().length() <= width, line.text()));
  }

  @Test
  void theScreenIsDrawnOverAndGivenBack() {
    TopScreen screen = new TopScreen(new PrintWriter(out), true);
    screen.show(
        List.of(
            new Line("a", Style.BOLD), new Line("b", Style.RED), new Line("no room", Style.PLAIN)),
        2);
    screen.close();
    screen.close();
    screen.show(List.of(new Line("late", Style.PLAIN)), 2);
    assertEquals(
        "<?1049h<?25l<H<1ma<0m<K\r\n<31mb<0m<K<J<0m<?25h<?1049l",
        out.toString().replace("\u001b[", "<"));
  }

  @Test
  void withoutColoursNoneAreWritten() {
    try (TopScreen screen = new TopScreen(new PrintWriter(out), false)) {
      screen.show(List.of(new Line("a", Style.RED)), 24);
    }
    assertFalse(out.toString().contains("31m"), out.toString());
  }

  @ParameterizedTest
  @CsvSource({"'50 200\n', 200, 50", "'0 0', 80, 24", "'stty: no', 80, 24", "'', 80, 24"})
  void theSizeIsWhatSttySays(String said, int columns, int rows) {
    assertEquals(new TerminalSize(columns, rows), TerminalSize.of(said));
  }

  @Test
  void historyTellsVersionsAndWhatWasLive() throws Exception {
    String admin = start();
    change("body: bye");

    assertEquals(0, execute("history", "--admin", admin), err::toString);
    List<String> lines = out.toString().lines().toList();
    assertEquals(3, lines.size(), lines::toString);
    assertTrue(lines.get(0).startsWith("NUMBER  LIVE FROM"), lines::toString);
    assertTrue(lines.get(1).matches(" {5}2  2\\S+Z  [0-9a-f]{12}  file-change"), lines.get(1));
    assertTrue(lines.get(2).matches(" {5}1  2\\S+Z  [0-9a-f]{12}  start"), lines.get(2));

    out.getBuffer().setLength(0);
    String now = Instant.now().plusSeconds(1).toString();
    assertEquals(0, execute("history", "at", now, "--admin", admin), err::toString);
    assertEquals(lines.get(1), out.toString().strip().indent(5).stripTrailing());

    out.getBuffer().setLength(0);
    assertEquals(
        0, execute("history", "--admin", admin, "--most", "1", "--output", "json"), err::toString);
    JsonNode data = JSON.readTree(out.toString());
    assertEquals(1, data.size());
    assertEquals(2, data.at("/0/number").asInt());
  }

  @Test
  void aVersionIsBroughtBackAndConfirmed() throws Exception {
    String admin = start();
    change("body: bye");

    assertEquals(0, execute("rollback", "1", "--dry-run", "--admin", admin), err::toString);
    assertEquals("changed routes hello\nNothing was changed.\n", out.toString());

    out.getBuffer().setLength(0);
    assertEquals(
        0,
        execute("rollback", "1", "-m", "二号不好 + more", "--confirm-within", "1h", "--admin", admin),
        err::toString);
    assertTrue(out.toString().contains("Version 1 is live again, as number 3."), out.toString());
    assertEquals(0, execute("confirm", "3", "--admin", admin), err::toString);
    assertEquals(1, execute("confirm", "3", "--admin", admin));
    assertEquals(1, execute("rollback", "99", "--admin", admin));
    assertEquals(1, execute("rollback", "1", "--confirm-within", "soon", "--admin", admin));
    assertEquals(2, execute("rollback", "one"));

    out.getBuffer().setLength(0);
    assertEquals(0, execute("history", "--most", "1", "--admin", admin), err::toString);
    assertTrue(out.toString().contains("二号不好 + more"), out.toString());
  }

  @Test
  void whatWasNeverLiveIsSaid() throws Exception {
    assertEquals(1, execute("history", "at", "2001-01-01T00:00:00Z", "--admin", start()));
    assertTrue(err.toString().contains("404 NOT_FOUND"), err.toString());
    assertEquals(
        0, execute("history", "at", "+12000-01-01T00:00:00Z", "--admin", start()), err::toString);
    assertEquals(2, execute("history", "at", "yesterday"));
    assertEquals(2, execute("history", "--most", "0"));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-31T14:03:00Z, 2026-01-31T14:03:00Z",
    "2026-01-31T14:03:00+02:00, 2026-01-31T12:03:00Z",
    "2026-01-31T14:03, 2026-01-31T13:03:00Z",
    "09:00, 2026-02-01T08:00:00Z",
    "14:03, 2026-01-31T13:03:00Z",
  })
  void timesAreReadAsPeopleWriteThem(String text, Instant expected) {
    Clock clock = Clock.fixed(Instant.parse("2026-02-01T09:00:00Z"), ZoneOffset.ofHours(1));

    assertEquals(expected, HistoryAtCommand.instant(text, clock));
    assertNull(HistoryAtCommand.instant(text + "x", clock));
  }

  @Test
  void versionsAreCompared() throws Exception {
    String admin = start();
    change("body: bye");

    assertEquals(0, execute("diff", "1", "2", "--admin", admin), err::toString);
    List<String> lines = out.toString().lines().toList();
    assertEquals("0 routes added, 0 removed, 1 changed", lines.get(0));
    assertTrue(lines.get(1).startsWith("~ routes[hello] ("), lines.get(1));
    assertEquals("    ~ respond.body: hello → bye", lines.get(2));
    assertEquals(3, lines.size(), lines::toString);

    out.getBuffer().setLength(0);
    assertEquals(0, execute("diff", "2", "2", "--admin", admin, "--lang", "zh"), err::toString);
    assertEquals("没有变更。\n", out.toString());
    out.getBuffer().setLength(0);
    assertEquals(0, execute("diff", "1", "2", "--admin", admin, "--output", "json"));
    assertEquals("hello", JSON.readTree(out.toString()).at("/0/name").asString());
    assertEquals(1, execute("diff", "1", "7", "--admin", admin));
    assertEquals(2, execute("diff", "old.yaml", "2", "--admin", admin));
  }

  private static List<Line> page(int width) {
    JsonNode status =
        JSON.readTree("{\"version\": \"1.0\", \"config\": {\"live\": {\"number\": 3}}}");
    return TopPage.of(
        "gateway:9901", status, JSON.readTree(TRAFFIC), List.of(0.0, 5.0, 10.0), width);
  }

  private String start() throws Exception {
    Path file = Files.writeString(folder.resolve("yumen.yaml"), CONFIG);
    gateway = ManagedGateway.start(file, Wiring.reader(Map.of()), _ -> {});
    int port = Objects.requireNonNull(gateway.gateway().addresses().get("admin")).getPort();
    return "127.0.0.1:" + port;
  }

  private void change(String body) throws Exception {
    Path written =
        Files.writeString(folder.resolve("yumen.yaml.new"), CONFIG.replace("body: hello", body));
    Files.move(written, folder.resolve("yumen.yaml"), StandardCopyOption.REPLACE_EXISTING);
    ManagedGateway changed = Objects.requireNonNull(gateway);
    Eventually.within(SOON, () -> Objects.requireNonNull(changed.status().live()).number() == 2);
  }

  private int execute(String... arguments) {
    CommandLine main = Main.commandLine();
    main.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return main.execute(new ArrayList<>(List.of(arguments)).toArray(String[]::new));
  }
}
