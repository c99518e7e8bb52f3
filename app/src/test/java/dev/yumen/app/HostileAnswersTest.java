package dev.yumen.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Commands that ask a server which is no gateway, or one that somebody has taken over: whatever it
 * answers, they print what can be printed, say what is wrong in a sentence, and never crash.
 */
class HostileAnswersTest {
  private static final JsonMapper JSON = new JsonMapper();

  /** Clears a screen, sets a title, turns the direction of writing, forges a line. */
  private static final String ESCAPES =
      "a\u001b[2J\u001b]0;x\u0007\u009b31m\u202eb\r\nforged\u007f";

  private static final String EXPLAINED =
      """
      {"method": "GET", "scheme": "http", "host": "localhost", "path": "/a", "client": "::1",
       "listener": "http", "end": "upstream", "status": 401, "code": "AUTH_MISSING", "sure": true,
       "route": "a", "at": "yumen.yaml:3", "rules": 20, "upstream": "u", "endpoint": "1.2.3.4:5",
       "upstream-at": "yumen.yaml:1", "why": "one; two", "limits": {"timeout.connect": "5s"},
       "candidates": [{"route": "a", "standing": "takes", "reason": "takes it", "at": "y:1",
                       "setting": "headers"}],
       "filters": [{"name": "api-key", "result": "refuses", "effect": "no key", "at": "y:2"}]}
      """;
  private static final String PLANNED =
      """
      {"counts": {"danger": 1, "warning": 1, "note": 0},
       "findings": [{"code": "route-unprotected", "severity": "danger", "text": "t",
                     "at": "body:1:1", "document": "old"}],
       "changes": [{"change": "changed", "section": "routes", "name": "a", "path": "routes[a]",
                    "at": "body:1:1", "was-at": "y:1:1",
                    "settings": [{"change": "moved", "path": "routes[a].to", "before": "1",
                                  "after": "2"}]}]}
      """;
  private static final String REPLAYED =
      """
      {"text": "t", "total": 1, "routes": [{"from": "a", "to": null, "count": 2, "example-id": "x"}],
       "status-changes": [{"from": "200", "to": "401", "count": 2, "example-id": "x"}]}
      """;
  private static final String DIAGNOSED =
      """
      {"tree": "auth", "conclusion": "rules", "text": "t",
       "steps": [{"check": "rules", "name": "n", "verdict": "found",
                  "evidence": [{"verdict": "found", "text": "t", "at": "y:1", "advice": "a",
                                "docs": "d"}]}]}
      """;
  private static final String LOOKED =
      """
      {"version": "1", "time": "2026-11-22T10:14:03.001Z", "author": "me", "message": "m",
       "number": 1, "hash": "5f2c01d6a7b95f2c01d6a7b9", "in-flight": 1, "connections": 1,
       "config": {"live": {"number": 1, "hash": "5f2c01d6a7b9", "since": "2026", "origin": "files"},
                  "source": {"name": "etcd", "up": true}},
       "requests-per-second": 1.0, "errors-per-second": {"client": 1}, "statuses": {"5xx": 1.0},
       "latency-ms": {"p50": 1.0},
       "routes": [{"route": "a", "requests-per-second": 1, "errors-per-second": 1, "p50": 1}],
       "upstreams": [{"upstream": "u", "requests-per-second": 1, "errors-per-second": 1}],
       "items": [{"number": 1, "time": "2026-11-22T10:14:03.001Z", "hash": "5f2c", "author": "a",
                  "message": "m"}],
       "changes": [{"change": "changed", "section": "routes", "name": "a", "path": "routes[a]",
                    "settings": [{"change": "added", "path": "x", "before": "1", "after": "2"}]}]}
      """;
  private static final String REFUSED =
      """
      {"title": "t", "detail": "d", "code": "INVALID", "status": 422,
       "problems": [{"file": "f", "line": 1, "column": 2, "path": "p", "message": "m"}]}
      """;

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine main =
      Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
  private HttpServer server;
  private volatile boolean endless;
  private volatile int status = 200;
  private volatile byte[] answer = {};

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          byte[] body = answer;
          exchange.sendResponseHeaders(status, endless ? 0 : body.length == 0 ? -1 : body.length);
          do {
            exchange.getResponseBody().write(endless ? new byte[1 << 20] : body);
          } while (endless);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  static Stream<Arguments> commandsAndWhatIsAnswered() {
    return Stream.of(
        Arguments.of("explain http://localhost/a", EXPLAINED),
        Arguments.of("plan NEW", PLANNED),
        Arguments.of("plan NEW --fail-on warning --lang zh", PLANNED),
        Arguments.of("replay NEW", REPLAYED),
        Arguments.of("diagnose auth http://localhost/a", DIAGNOSED),
        Arguments.of("diagnose timeouts", DIAGNOSED),
        Arguments.of("history", LOOKED),
        Arguments.of("history at 10:00", LOOKED),
        Arguments.of("diff 1 2", PLANNED),
        Arguments.of("versions", LOOKED),
        Arguments.of("top --once", LOOKED),
        Arguments.of("rollback 1", LOOKED),
        Arguments.of("confirm 1", LOOKED));
  }

  @ParameterizedTest
  @MethodSource("commandsAndWhatIsAnswered")
  void whateverAServerAnswersIsPrintedHarmlessly(String command, String usual) throws IOException {
    Path file = Files.writeString(folder.resolve("new.yaml"), "routes: []\n");
    String[] words = command.replace("NEW", file.toString()).split(" ");
    for (JsonNode odd : odd(JSON.readTree(usual))) {
      ask(200, odd.toString(), words, "text");
    }
    for (String form : List.of("text", "json")) {
      ask(200, usual.replace("1\"", "\u202e\u009b31m\\u001b[2J\""), words, form);
    }
  }

  @Test
  void aRefusalIsPrintedHarmlessly() {
    String[] words = {"history"};
    for (JsonNode odd : odd(JSON.readTree(REFUSED))) {
      assertEquals(1, ask(422, odd.toString(), words, "text"));
    }
  }

  @Test
  void curvesOfFiguresThatCanNotBeAreDrawn() {
    JsonNode none = JSON.createObjectNode();
    List<Double> rates = List.of(-1.0, Double.NaN, Double.POSITIVE_INFINITY, 2.0);
    assertEquals(5, TopPage.of("a", none, none, rates, 80).getFirst().text().indexOf(" "));
  }

  @Test
  void anEndlessAnswerIsLeftAlone() {
    endless = true;
    assertEquals(1, ask(200, "[", new String[] {"history"}, "text"));
    assertTrue(err.toString().contains("can not be asked: "), err::toString);
  }

  private int ask(int status, String body, String[] words, String form) {
    this.status = status;
    this.answer = body.getBytes(StandardCharsets.UTF_8);
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--admin", "127.0.0.1:" + server.getAddress().getPort()));
    all.addAll(List.of("--output", form));
    int code = main.execute(all.toArray(String[]::new));
    String said = out.toString() + err;
    String told = String.join(" ", words) + " " + form + "\n" + body + "\n" + said;
    assertTrue(code == 0 || code == 1, told);
    assertTrue(!said.contains("Exception") && !said.contains("\tat "), told);
    assertTrue(said.lines().noneMatch(line -> line.startsWith("forged")), told);
    assertTrue(said.chars().noneMatch(HostileAnswersTest::isHarmful), told);
    return code;
  }

  private static boolean isHarmful(int c) {
    return c != '\n' && (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT);
  }

  /** The document with all of its values, and each in turn, being something else. */
  private static List<JsonNode> odd(JsonNode usual) {
    List<JsonNode> all = new ArrayList<>();
    List<JsonNode> values = new ArrayList<>();
    values.add(JSON.getNodeFactory().stringNode(ESCAPES));
    values.add(
        JSON.createObjectNode().put(ESCAPES, 1).put("change", ESCAPES).put("severity", ESCAPES));
    for (String text : List.of("1e400", "null", "{}", "[]", "true", "-12345678901234567890")) {
      values.add(JSON.readTree(text));
    }
    values.add(JSON.readTree("[[{\"a\": [null, 1, {}]}]]"));
    for (JsonNode value : values) {
      JsonNode every = usual.deepCopy();
      for (String place : places(usual, "")) {
        boolean container = usual.at(place).isContainer();
        if (!container) {
          put(every, place, value);
        }
        if (container ? value.isContainer() : value.isString()) {
          JsonNode one = usual.deepCopy();
          put(one, place, value);
          all.add(one);
        }
      }
      all.add(every);
      all.add(value);
    }
    return all;
  }

  private static List<String> places(JsonNode node, String above) {
    List<String> all = new ArrayList<>();
    if (node instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> one : object.properties()) {
        all.add(above + "/" + one.getKey());
        all.addAll(places(one.getValue(), above + "/" + one.getKey()));
      }
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        all.add(above + "/" + i);
        all.addAll(places(array.get(i), above + "/" + i));
      }
    }
    return all;
  }

  private static void put(JsonNode document, String place, JsonNode value) {
    int slash = place.lastIndexOf('/');
    String key = place.substring(slash + 1);
    switch (document.at(place.substring(0, slash))) {
      case ObjectNode object -> object.set(key, value);
      case ArrayNode array -> array.set(Integer.parseInt(key), value);
      default -> throw new AssertionError(place);
    }
  }

  @Test
  void anAnswerThatIsNoPlanIsNotTakenForOneWithoutDangers() throws IOException {
    Path file = Files.writeString(folder.resolve("new.yaml"), "routes: []\n");
    String[] words = {"plan", file.toString(), "--fail-on", "danger"};
    for (String other : List.of("", "{}", "[]", "{\"counts\": {}}")) {
      assertEquals(1, ask(200, other, words, "text"), other);
      assertTrue(err.toString().contains("(expected: the admin API"), err::toString);
    }
  }
}
