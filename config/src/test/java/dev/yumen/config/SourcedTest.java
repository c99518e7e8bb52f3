package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourcedTest {
  private static final String FILE =
      """
      source: {store: {}}
      upstreams: {users: {endpoints: ["127.0.0.1:1"]}}
      routes:
        - {id: a, match: {path: /a}, to: users}
      """;

  @TempDir Path temporary;
  private ConfigFolder folder = new ConfigFolder(Path.of("."));

  @BeforeEach
  void openFolder() {
    folder = ConfigFolder.in(temporary).with("yumen.yaml", FILE);
  }

  @Test
  void whatASourceHoldsStandsBesideTheFiles() {
    LoadedConfig loaded =
        read(
            """
            upstreams: {orders: {endpoints: ["127.0.0.1:2"]}}
            routes:
              - {id: b, match: {path: /b}, to: orders}
            """);

    GatewayConfig config = ConfigFolder.good(loaded);
    assertEquals(List.of("a", "b"), config.routes().stream().map(RouteConfig::id).toList());
    assertEquals(2, config.upstreams().size());
    assertEquals("store:3:5", String.valueOf(loaded.positions().get("routes[1]")));
    assertEquals("yumen.yaml:4:5", String.valueOf(loaded.positions().get("routes[0]")));
  }

  @Test
  void theHashIsAnotherWithAnotherTextOfTheSource() {
    assertNotEquals(read("routes: []").hash(), read("routes: [] # no more").hash());
    assertEquals(read("routes: []").hash(), read("routes: []").hash());
  }

  @Test
  void nothingMayBeWrittenInBoth() {
    List<Problem> problems = read("upstreams: {users: {endpoints: ['127.0.0.1:2']}}").problems();

    assertEquals(1, problems.size(), problems::toString);
    assertTrue(
        problems.getFirst().message().contains("written twice (first at yumen.yaml:2"),
        problems::toString);
    assertEquals("upstreams.users", problems.getFirst().path());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "source: {store: {}}",
        "admin: {enabled: false}",
        "history: {keep: 1}",
        "management: {enabled: false}",
        "runtime: {loops: 1}",
        "include: other.yaml"
      })
  void aSourceDoesNotDecideWhatBelongsToTheProcess(String text) {
    LoadedConfig loaded = read(text);

    assertNull(loaded.config());
    assertEquals(1, loaded.problems().size(), loaded.problems()::toString);
    assertTrue(
        loaded.problems().getFirst().toString().contains("is not for a source"),
        loaded.problems()::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a: [", "- list", "text", "\"never closed", "routes: [{id: b}]"})
  void garbageIsAProblemThatNamesTheSource(String text) {
    LoadedConfig loaded = read(text);

    assertNull(loaded.config());
    assertTrue(
        loaded.problems().stream().anyMatch(problem -> problem.toString().startsWith("store:1:")),
        loaded.problems()::toString);
  }

  @Test
  void anEmptySourceAddsNothing() {
    assertEquals(ConfigFolder.good(read(" # nothing\n")), folder.read());
  }

  @Test
  void theDocumentHasBoth() {
    ConfigDocument document =
        ConfigFolder.reader()
            .document(main(), new Sourced("store", "routes: [{id: b, respond: {status: 200}}]"));

    assertNotNull(document);
    assertTrue(document.yaml().contains("/a") && document.yaml().contains("200"), document.yaml());
  }

  @Test
  void whatBelongsToTheProcessIsReadAlone() {
    folder.with("yumen.yaml", FILE + "runtime: {state: there}\nfilters: [unknown-one]\n");

    LoadedConfig own = ConfigFolder.reader().readOwn(main());

    GatewayConfig config = ConfigFolder.good(own);
    assertNotNull(config.source());
    assertEquals(Path.of("there"), config.runtime().state());
    assertEquals(List.of(), config.routes());
  }

  @Test
  void aSourceIsExactlyOne() {
    folder.with("yumen.yaml", "source: {}\n");

    List<Problem> problems = ConfigFolder.reader().read(main()).problems();

    assertTrue(problems.toString().contains("no place (expected: exactly one"), problems::toString);
  }

  private Path main() {
    return folder.path().resolve("yumen.yaml");
  }

  private LoadedConfig read(String text) {
    return ConfigFolder.reader().read(main(), new Sourced("store", text));
  }
}
