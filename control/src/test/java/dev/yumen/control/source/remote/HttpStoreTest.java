package dev.yumen.control.source.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import dev.yumen.config.HttpSourceConfig;
import dev.yumen.control.source.DocumentStore.Stored;
import dev.yumen.testkit.Eventually;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@link HttpStore} against a server with validators, and against ones without. */
class HttpStoreTest {
  private static final Duration INTERVAL = Duration.ofMillis(100);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final WebServer server = new WebServer(this::answer);
  private volatile String text = "a: 1";
  private volatile int status = 200;
  private volatile boolean validates = true;
  private volatile String location = "";

  @AfterEach
  void stop() {
    server.close();
  }

  private void answer(HttpExchange exchange) throws Exception {
    String match = exchange.getRequestHeaders().getFirst("If-None-Match");
    String prefer = exchange.getRequestHeaders().getFirst("Prefer");
    asked.add(exchange.getRequestURI() + " " + match + " " + prefer);
    String tag = "\"" + text.hashCode() + "\"";
    if (!location.isEmpty() && exchange.getRequestURI().getPath().equals("/config")) {
      exchange.getResponseHeaders().set("Location", location);
      WebServer.send(exchange, 302, "");
    } else if (status != 200) {
      WebServer.send(exchange, status, "sorry");
    } else if (!"Bearer t0p".equals(exchange.getRequestHeaders().getFirst("Authorization"))
        || !"gold".equals(exchange.getRequestHeaders().getFirst("X-Tier"))) {
      WebServer.send(exchange, 401, "");
    } else {
      if (prefer != null && tag.equals(match)) {
        Eventually.holdsWithin(
            Duration.ofSeconds(20), () -> !tag.equals("\"" + text.hashCode() + "\""));
      }
      String now = "\"" + text.hashCode() + "\"";
      if (validates) {
        exchange.getResponseHeaders().set("ETag", now);
      }
      boolean same = validates && now.equals(match);
      WebServer.send(exchange, same ? 304 : 200, same ? "" : text);
    }
  }

  @Test
  void changesAreSeenAfterAnInterval() throws Exception {
    try (HttpStore store = open(null)) {
      Stored first = store.read();
      assertEquals("a: 1", first.document());
      Background<Stored> seen = Background.start(() -> store.await(first.revision()));
      Eventually.within(Duration.ofSeconds(5), () -> asked.size() >= 4);
      assertFalse(seen.endsSoon());
      assertTrue(asked.get(2).endsWith("\"" + text.hashCode() + "\" null"), asked.toString());
      text = "a: 2";
      assertEquals("a: 2", seen.get().document());
    }
  }

  @Test
  void aServerWithoutValidatorsIsAsGood() throws Exception {
    validates = false;
    try (HttpStore store = open(null)) {
      Stored first = store.read();
      Background<Stored> seen = Background.start(() -> store.await(first.revision()));
      Eventually.within(Duration.ofSeconds(5), () -> asked.size() >= 4);
      assertFalse(seen.endsSoon());
      text = "a: 2";
      Stored second = seen.get();
      assertEquals(second, store.read());
    }
  }

  @Test
  void aServerThatHoldsTheQuestionTellsAtOnce() throws Exception {
    try (HttpStore store = open(Duration.ofSeconds(20))) {
      Stored first = store.read();
      Background<Stored> seen = Background.start(() -> store.await(first.revision()));
      Eventually.within(Duration.ofSeconds(5), () -> asked.size() == 2);
      assertTrue(asked.getLast().endsWith(" wait=20"), asked.toString());
      assertFalse(seen.endsSoon());
      text = "a: 2";
      assertEquals("a: 2", seen.get().document());
      assertEquals(2, asked.size());
    }
  }

  @Test
  void aServerThatDoesNotHoldItIsNotAskedMoreOften() throws Exception {
    validates = false;
    try (HttpStore store = open(Duration.ofSeconds(3))) {
      Stored first = store.read();
      long began = System.nanoTime();
      Background<Stored> seen = Background.start(() -> store.await(first.revision()));
      Eventually.within(Duration.ofSeconds(5), () -> asked.size() >= 6);
      long took = System.nanoTime() - began;
      assertTrue(took >= INTERVAL.multipliedBy(4).toNanos(), took + "ns");
      assertFalse(seen.endsSoon());
    }
  }

  @Test
  void whatIsNoDocumentIsRefused() throws Exception {
    try (HttpStore store = open(null)) {
      Stored first = store.read();
      status = 404;
      assertEquals(where() + " answered 404", refusal(store));
      Background<Stored> seen = Background.start(() -> store.await(first.revision()));
      assertEquals(where() + " answered 404", seen.failure().getMessage());
      status = 503;
      assertEquals(where() + " answered 503", refusal(store));
      status = 200;
      assertEquals(first, store.read());
    }
  }

  @Test
  void redirectsAreFollowedOnTheSameServerAlone() throws Exception {
    try (HttpStore store = open(null)) {
      location = "/other";
      assertEquals("a: 1", store.read().document());
      location = "/config";
      assertEquals(where() + " redirects without end", refusal(store));
      location = "http://localhost:" + server.uri("/").getPort() + "/other";
      assertEquals(where() + " redirects to somewhere else", refusal(store));
      assertTrue(asked.stream().noneMatch(one -> one.contains("localhost")), asked.toString());
    }
  }

  @Test
  void noServerAndOneThatHangsAreErrors() throws Exception {
    HttpStore store = open(null);
    server.close();
    String refused = refusal(store);
    assertTrue(refused.startsWith(where()), refused);
    assertFalse(refused.contains("t0p") || refused.contains("secret=1"), refused);
    assertInstanceOf(IOException.class, Background.start(() -> store.await("")).failure());
    store.close();
  }

  @Test
  void closingEndsAwait() throws Exception {
    HttpStore store =
        new HttpStore(
            new HttpSourceConfig(
                server.uri("/config"), Duration.ofHours(1), null, null, Map.of(), null, TIMEOUT));
    Background<Stored> seen = Background.start(() -> store.await("x"));
    assertFalse(seen.endsSoon());
    store.close();
    assertInstanceOf(IOException.class, seen.failure());
  }

  @Test
  void itCanNotBeWritten() throws Exception {
    try (HttpStore store = open(null)) {
      assertFalse(store.writable());
      assertThrows(IOException.class, () -> store.write("a: 2", store.read().revision()));
    }
  }

  private String where() {
    return server.uri("/config").toString();
  }

  private static String refusal(HttpStore store) {
    return String.valueOf(assertThrows(IOException.class, store::read).getMessage());
  }

  private HttpStore open(@Nullable Duration longPoll) throws IOException {
    URI uri = server.uri("/config?secret=1");
    return new HttpStore(
        new HttpSourceConfig(
            uri, INTERVAL, longPoll, "t0p", Map.of("X-Tier", "gold"), null, TIMEOUT));
  }
}
