package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A read after another one finds what a first one would find. */
class RememberedTest {
  private static final int MANY = 3 * Remembered.FEWEST;

  private final ConfigReader reader = ConfigFolder.reader();

  @TempDir private Path folder;

  @Test
  void whatIsWrittenAsBeforeIsMadeOnce() throws IOException {
    List<String> routes = routes();
    GatewayConfig first = good(routes);
    routes.set(3, route("r3", "changed"));
    routes.add(0, route("new", "x"));
    GatewayConfig second = good(routes);

    assertSame(first.routes().getLast(), second.routes().getLast());
    assertNotSame(first.routes().get(3), second.routes().get(4));
    assertEquals("new", second.routes().getFirst().id());
  }

  @Test
  @SuppressWarnings("ReferenceEquality") // the very same is what is asked for
  void allButWhatWasEditedIsMadeOnce() throws Exception {
    Path file = Files.writeString(folder.resolve("yumen.yaml"), "routes: [{id: f, respond: {}}]");
    EditableDocument before =
        EditableDocument.of("store", "routes: [" + String.join(", ", routes()) + "]").asWritten();
    GatewayConfig first = ConfigFolder.good(reader.read(file, Sourced.of(before)));
    EditableDocument edited = before.with(Section.ROUTES, "r3", route("r3", "changed"));
    GatewayConfig second = ConfigFolder.good(reader.read(file, Sourced.of(edited)));

    for (int i = 1; i <= MANY; i++) {
      boolean same = first.routes().get(i) == second.routes().get(i);
      assertEquals(!first.routes().get(i).id().equals("r3"), same, first.routes().get(i).id());
    }
  }

  @Test
  void aProblemIsToldEachTimeAndAtItsPlace() throws IOException {
    List<String> routes = routes();
    routes.set(5, "{id: r5, match: {path: /r5}, respond: {status: 99}}");
    LoadedConfig first = read(routes);
    routes.addFirst(route("new", "x"));
    LoadedConfig second = read(routes);

    assertEquals(1, first.problems().size());
    assertEquals(line(first) + 1, line(second));
  }

  @Test
  void whatIsReadOfAFileIsReadEachTime() throws IOException {
    Files.writeString(folder.resolve("word"), "one");
    List<String> routes = routes();
    routes.set(5, route("r5", "${file:word}"));
    GatewayConfig first = good(routes);
    Files.writeString(folder.resolve("word"), "two");
    GatewayConfig second = good(routes);

    assertNotEquals(first.routes().get(5), second.routes().get(5));
  }

  @Test
  void anUpstreamThatAFilterNamesIsLookedForEachTime() throws IOException {
    List<String> routes = routes();
    routes.set(5, "{id: r5, match: {path: /r5}, filters: [split: {to: gone}], respond: {}}");
    LoadedConfig first = read(routes);
    LoadedConfig second = read(routes);

    assertEquals(1, first.problems().size());
    assertEquals(first.problems(), second.problems());
  }

  @Test
  void anyChangeGivesWhatAReaderWithoutMemoryGives() throws IOException {
    Random random = new Random(7);
    List<String> routes = routes();
    for (int i = 0; i < 100; i++) {
      int at = random.nextInt(routes.size());
      String id = "n" + i;
      switch (random.nextInt(4)) {
        case 0 -> routes.remove(at);
        case 1 -> routes.add(at, route(id, "added"));
        case 2 -> routes.set(at, route(id, "${WORD:-w" + i + "}"));
        default -> routes.set(at, "{id: " + id + ", respond: {status: x}, bad: " + i + "}");
      }
      LoadedConfig remembered = read(routes);
      LoadedConfig anew = ConfigFolder.reader().read(folder.resolve("yumen.yaml"));
      assertEquals(anew.problems(), remembered.problems());
      assertEquals(anew.config(), remembered.config());
    }
  }

  private GatewayConfig good(List<String> routes) throws IOException {
    return ConfigFolder.good(read(routes));
  }

  private LoadedConfig read(List<String> routes) throws IOException {
    Path file = folder.resolve("yumen.yaml");
    Files.writeString(file, "routes:\n- " + String.join("\n- ", routes) + "\n");
    return reader.read(file);
  }

  private static int line(LoadedConfig loaded) {
    Position position = loaded.problems().getFirst().position();
    return position == null ? -1 : position.line();
  }

  private static List<String> routes() {
    return new ArrayList<>(
        IntStream.range(0, MANY).mapToObj(i -> route("r" + i, "body " + i)).toList());
  }

  private static String route(String id, String body) {
    return "{id: %s, match: {path: /%s}, respond: {body: \"%s\"}}".formatted(id, id, body);
  }
}
