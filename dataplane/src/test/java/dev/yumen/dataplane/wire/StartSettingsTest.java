package dev.yumen.dataplane.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.config.Problem;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings that are read at start only, changed while the gateway runs. */
class StartSettingsTest {
  private static final String NEXT_START = "takes effect with the next start";

  private static final String FIRST =
      """
      listeners: {http: {address: "127.0.0.1:0"}}
      management: {address: "127.0.0.1:0"}
      routes: [{id: all, match: {path: "/**"}, respond: {body: first}}]
      """;

  private static final GatewayFixture GATEWAY = GatewayFixture.start(FIRST);

  @BeforeEach
  void backToTheFirst() {
    assertEquals(List.of(), GATEWAY.apply(FIRST));
  }

  @AfterAll
  static void close() {
    GATEWAY.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          runtime       | runtime: {loops: 3}
          admin.address | admin: {address: "127.0.0.1:9911"}
          admin.enabled | admin: {enabled: false}
          history.keep  | history: {keep: 7}
          source        | source: {store: {}}
          source        | source: {http: {url: "http://127.0.0.1:1/a"}}
          """)
  void oneThatDiffersIsToldWithItsPlace(String path, String line) {
    String key = path.substring(path.indexOf('.') + 1) + ": ";
    int column = line.indexOf(key) + key.length() + 1;
    assertEquals(
        List.of("test.yaml:4:" + column + " warning: " + path + ": " + NEXT_START),
        apply(FIRST + line + "\n"));
  }

  @Test
  void managementIsReadAtStartOnly() {
    assertEquals(
        List.of("test.yaml:2:13 warning: management: " + NEXT_START),
        apply(FIRST.replace("management: {", "management: {enabled: false, ")));
  }

  @Test
  void itIsToldAsLongAsTheProcessRunsWithAnother() {
    String other = FIRST + "runtime: {zone: b}\n";
    assertEquals(1, apply(other).size());
    assertEquals(
        List.of("test.yaml:4:10 warning: runtime: " + NEXT_START),
        apply(other.replace("body: first", "body: second")));
  }

  @Test
  void goingBackToWhatItStartedWithIsNotTold() {
    assertEquals(1, apply(FIRST + "history: {keep: 7}\n").size());
    assertEquals(List.of(), apply(FIRST.replace("body: first", "body: second")));
  }

  @Test
  void whatIsReadWhileItRunsIsNotTold() {
    assertEquals(List.of(), apply(FIRST + "admin: {hosts: [a.example.com]}\nlog: {level: warn}\n"));
  }

  private static List<String> apply(String yaml) {
    return GATEWAY.apply(yaml).stream().map(Problem::toString).toList();
  }
}
