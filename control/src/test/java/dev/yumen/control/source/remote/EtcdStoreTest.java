package dev.yumen.control.source.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.EtcdSourceConfig;
import dev.yumen.control.source.DocumentStore.Conflict;
import dev.yumen.control.source.DocumentStore.Stored;
import dev.yumen.testkit.EtcdServer;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.LocalServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link EtcdStore} against a real etcd. */
class EtcdStoreTest {
  /** Less than until a watch or a query is begun anew, which would find a change too. */
  private static final Duration SOON = Duration.ofSeconds(8);

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final String KEY = "/yumen/config";

  @TempDir private static Path folder;
  private static EtcdServer etcd;

  @BeforeAll
  static void startEtcd() {
    etcd = EtcdServer.start(folder);
  }

  @AfterAll
  static void stopEtcd() {
    etcd.close();
  }

  @BeforeEach
  void forget() {
    etcd.call("/v3/kv/deleterange", "{\"key\":\"AA==\",\"range_end\":\"AA==\"}");
  }

  @Test
  void nothingIsThereAtFirstAndThenWhatWasWritten() throws Exception {
    try (EtcdStore store = open(etcd)) {
      Stored nothing = store.read();
      assertNull(nothing.document());
      assertEquals("0", nothing.revision());
      Stored written = store.write("routes: [] # 路由", nothing.revision());
      assertEquals(written, store.read());
      assertEquals("routes: [] # 路由", written.document());
    }
  }

  @Test
  void ofTwoWritersOneIsToldThatTheOtherWasFirst() throws Exception {
    try (EtcdStore one = open(etcd);
        EtcdStore other = open(etcd)) {
      Stored seen = one.read();
      Stored first = other.write("a: 1", seen.revision());
      Conflict conflict = assertThrows(Conflict.class, () -> one.write("a: 2", seen.revision()));
      assertTrue(message(conflict).contains("is at revision " + first.revision()));
      assertEquals("a: 1", one.read().document());
      Stored second = one.write("a: 2", first.revision());
      assertThrows(Conflict.class, () -> other.write("a: 3", first.revision()));
      assertEquals(second, other.read());
      assertThrows(Conflict.class, () -> other.write("a: 3", "of-another-source"));
    }
  }

  @Test
  void manyWritersAtOnceLoseNothing() throws Exception {
    int writers = 4;
    int each = 25;
    try (EtcdStore store = open(etcd)) {
      List<Background<Void>> all =
          IntStream.range(0, writers)
              .mapToObj(writer -> Background.start(() -> addLines(writer, each)))
              .toList();
      for (Background<Void> one : all) {
        one.get();
      }
      Set<String> lines =
          new TreeSet<>(Set.of(String.valueOf(store.read().document()).split("\n")));
      assertEquals(writers * each, lines.size());
    }
  }

  private static Void addLines(int writer, int count) throws Exception {
    try (EtcdStore store = open(etcd)) {
      long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      for (int i = 0; i < count && System.nanoTime() < end; ) {
        Stored now = store.read();
        String before = now.document() == null ? "" : now.document();
        try {
          store.write(before + "# " + writer + " " + i + "\n", now.revision());
          i++;
        } catch (Conflict _) {
          assertNotEquals(now, store.read(), "again, on the newer one");
        }
      }
      return null;
    }
  }

  @Test
  void changesAreSeenByTheWatch() throws Exception {
    try (EtcdStore reader = open(etcd);
        EtcdStore writer = open(etcd)) {
      Stored known = reader.read();
      for (int i = 0; i < 20; i++) {
        String revision = known.revision();
        Background<Stored> seen = Background.start(() -> reader.await(revision));
        assertFalse(seen.endsSoon(), "nothing changed yet");
        Stored written = writer.write("a: " + i, revision);
        known = seen.getWithin(SOON);
        assertEquals(written, known);
      }
    }
  }

  @Test
  void aChangeOfTheTimeBeforeTheWatchIsSeen() throws Exception {
    try (EtcdStore store = open(etcd)) {
      Stored old = store.write("a: 1", store.read().revision());
      Stored now = store.write("a: 2", old.revision());
      assertEquals(now, store.await(old.revision()));
      assertEquals(now, store.await("0"));
    }
  }

  @Test
  void aDeletedKeyHoldsNothing() throws Exception {
    try (EtcdStore store = open(etcd)) {
      Stored written = store.write("a: 1", store.read().revision());
      Background<Stored> seen = Background.start(() -> store.await(written.revision()));
      assertFalse(seen.endsSoon());
      forget();
      assertEquals(new Stored(null, "0"), seen.getWithin(SOON));
    }
  }

  @Test
  void keysBesideItAreNotSeen() throws Exception {
    try (EtcdStore store = open(etcd)) {
      Stored written = store.write("a: 1", store.read().revision());
      Background<Stored> seen = Background.start(() -> store.await(written.revision()));
      etcd.put(KEY + "2", new byte[] {'b'});
      assertFalse(seen.endsSoon());
      assertEquals(written, store.read());
    }
  }

  @Test
  void whatWasCompactedMeanwhileDoesNotMatter() throws Exception {
    try (EtcdStore store = open(etcd)) {
      Stored old = store.write("a: 1", store.read().revision());
      etcd.put(KEY, "a: 2".getBytes(UTF_8));
      etcd.put(KEY, "a: 3".getBytes(UTF_8));
      Stored now = store.read();
      etcd.call(
          "/v3/kv/compaction", "{\"revision\":\"%s\",\"physical\":true}".formatted(now.revision()));
      assertEquals(now, store.await(old.revision()));
      Background<Stored> seen = Background.start(() -> store.await(now.revision()));
      assertFalse(seen.endsSoon());
      Stored next = store.write("a: 4", now.revision());
      etcd.call(
          "/v3/kv/compaction",
          "{\"revision\":\"%s\",\"physical\":true}".formatted(next.revision()));
      assertEquals(next, seen.getWithin(SOON));
    }
  }

  @Test
  void whatIsNoTextIsRefusedWithTheKeyAndTheCause() throws Exception {
    try (EtcdStore store = open(etcd)) {
      etcd.put(KEY, new byte[] {'a', (byte) 0xff, 'b'});
      assertTrue(refusal(store).contains("key /yumen/config holds what is no UTF-8 text"));
      etcd.put(KEY, new byte[] {0x1f, (byte) 0x8b, 8, 0, 1, 2, 3});
      assertTrue(refusal(store).contains("key /yumen/config holds broken gzip"));
      byte[] cut = StoredBytes.of("# long\n".repeat(100_000));
      etcd.put(KEY, Arrays.copyOf(cut, cut.length - 20));
      assertTrue(refusal(store).contains("key /yumen/config holds broken gzip"));
      etcd.put(KEY, StoredBytesTest.bomb());
      assertTrue(refusal(store).contains("key /yumen/config holds more than 67108864 bytes"));
      etcd.put(KEY, new byte[0]);
      assertEquals("", store.read().document());
    }
  }

  @Test
  void largeDocumentsAreCompressed() throws Exception {
    String routes =
        IntStream.range(0, 10_000)
            .mapToObj(
                i ->
                    """
                      - id: route-%1$d
                        match: {path: /service-%1$d/**, method: GET}
                        forward: {to: service-%2$d, timeout: 3s}
                    """
                        .formatted(i, i % 100))
            .collect(Collectors.joining("", "routes:\n", ""));
    try (EtcdStore store = open(etcd)) {
      Background<Stored> seen = Background.start(() -> store.await("0"));
      assertFalse(seen.endsSoon());
      Stored written = store.write(routes, store.read().revision());
      assertEquals(written, seen.getWithin(SOON));
      assertTrue(routes.length() > 1_000_000, routes.length() + " characters");
      int stored = StoredBytes.of(routes).length;
      assertTrue(stored < 150_000, stored + " bytes");
    }
  }

  @Test
  void whatEtcdDoesNotTakeIsSaid() throws Exception {
    String large =
        new Random(1)
            .ints(3 << 20, 'a', 'z')
            .mapToObj(Character::toString)
            .collect(Collectors.joining());
    try (EtcdStore store = open(etcd)) {
      IOException refused =
          assertThrows(IOException.class, () -> store.write(large, store.read().revision()));
      assertTrue(message(refused).contains("request is too large"), message(refused));
      assertNull(store.read().document());
    }
  }

  @Test
  void closingEndsAwait() throws Exception {
    EtcdStore store = open(etcd);
    Background<Stored> seen = Background.start(() -> store.await("0"));
    assertFalse(seen.endsSoon());
    store.close();
    assertInstanceOf(IOException.class, seen.failure());
  }

  @Test
  void aMemberThatIsGoneIsPassedOver() throws Exception {
    URI dead = URI.create("http://127.0.0.1:" + LocalServer.freePort());
    try (EtcdStore store =
        new EtcdStore(config(List.of(dead, URI.create(etcd.address() + "/")), null))) {
      Stored written = store.write("a: 1", store.read().revision());
      assertEquals(written, store.await("0"));
    }
  }

  @Test
  void killedMeanwhileItIsAnErrorAndBackAgainItWorks(@TempDir Path own) throws Exception {
    try (EtcdServer other = EtcdServer.start(own);
        EtcdStore store = open(other)) {
      Stored written = store.write("a: 1", store.read().revision());
      Background<Stored> seen = Background.start(() -> store.await(written.revision()));
      assertFalse(seen.endsSoon());
      other.kill();
      assertInstanceOf(IOException.class, seen.failure());
      assertThrows(IOException.class, store::read);
      assertThrows(IOException.class, () -> store.write("a: 2", written.revision()));
      other.startAgain();
      assertEquals(written, store.read());
      Background<Stored> again = Background.start(() -> store.await(written.revision()));
      assertFalse(again.endsSoon());
      Stored next = store.write("a: 2", written.revision());
      assertEquals(next, again.getWithin(SOON));
    }
  }

  @Test
  void oneThatHangsIsAnErrorInBoundedTime(@TempDir Path own) throws Exception {
    try (EtcdServer other = EtcdServer.start(own);
        EtcdStore store = open(other)) {
      Stored written = store.write("a: 1", store.read().revision());
      Background<Stored> seen = Background.start(() -> store.await(written.revision()));
      assertFalse(seen.endsSoon());
      other.pause();
      try {
        IOException hung = assertThrows(IOException.class, store::read);
        assertTrue(message(hung).contains("did not answer within 5000ms"), message(hung));
        assertInstanceOf(IOException.class, seen.failure());
      } finally {
        other.resume();
      }
      assertEquals(written, store.read());
    }
  }

  @Test
  void itLogsInAndAgainWhenTheTokenIsOld(@TempDir Path own) throws Exception {
    try (EtcdServer other = EtcdServer.start(own, "--auth-token-ttl", "1")) {
      protect(other);
      List<URI> there = List.of(URI.create(other.address()));
      try (EtcdStore stranger = open(other);
          EtcdStore wrong = new EtcdStore(config(there, "guess-me-not"));
          EtcdStore store = new EtcdStore(config(there, "right"))) {
        assertTrue(refusal(stranger).contains("user name is empty"));
        String refused = refusal(wrong);
        assertTrue(refused.contains("invalid user ID or password"), refused);
        assertFalse(refused.contains("guess-me-not"), refused);
        Stored written = store.write("a: 1", store.read().revision());
        assertFalse(Eventually.holdsWithin(Duration.ofSeconds(3), () -> false));
        Background<Stored> seen = Background.start(() -> store.await(written.revision()));
        assertFalse(seen.endsSoon());
        Stored next = store.write("a: 2", written.revision());
        assertEquals(next, seen.getWithin(SOON));
        assertNotEquals(written, next);
      }
    }
  }

  private static void protect(EtcdServer server) {
    server.call("/v3/auth/role/add", "{\"name\":\"root\"}");
    Stream.of("root", "yumen")
        .forEach(
            user -> {
              server.call(
                  "/v3/auth/user/add", "{\"name\":\"%s\",\"password\":\"right\"}".formatted(user));
              server.call(
                  "/v3/auth/user/grant", "{\"user\":\"%s\",\"role\":\"root\"}".formatted(user));
            });
    server.call("/v3/auth/enable", "{}");
  }

  private static EtcdStore open(EtcdServer server) throws IOException {
    return new EtcdStore(config(List.of(URI.create(server.address())), null));
  }

  private static EtcdSourceConfig config(List<URI> endpoints, @Nullable String password) {
    String user = password == null ? null : "yumen";
    return new EtcdSourceConfig(endpoints, "/yumen", user, password, null, TIMEOUT);
  }

  private static String refusal(EtcdStore store) {
    return String.valueOf(assertThrows(IOException.class, store::read).getMessage());
  }

  private static String message(Exception failure) {
    return String.valueOf(failure.getMessage());
  }
}
