package dev.yumen.control.source.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.ConsulSourceConfig;
import dev.yumen.control.source.DocumentStore.Conflict;
import dev.yumen.control.source.DocumentStore.Stored;
import dev.yumen.testkit.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@link ConsulStore} against the documented behaviour of Consul. */
class ConsulStoreTest {
  /** Less than until a watch or a query is begun anew, which would find a change too. */
  private static final Duration SOON = Duration.ofSeconds(8);

  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final ConsulServer consul = new ConsulServer();

  @AfterEach
  void stop() {
    consul.close();
  }

  @Test
  void nothingIsThereAtFirstAndThenWhatWasWritten() throws Exception {
    try (ConsulStore store = open(null)) {
      assertEquals(new Stored(null, "0"), store.read());
      Stored written = store.write("a: 1 # 一", "0");
      assertEquals(written, store.read());
      assertEquals("a: 1 # 一", written.document());
      assertTrue(consul.asked.contains("PUT /v1/kv/yumen/config?cas=0&dc=east"));
    }
  }

  @Test
  void ofTwoWritersOneIsToldThatTheOtherWasFirst() throws Exception {
    try (ConsulStore one = open(null);
        ConsulStore other = open(null)) {
      Stored first = one.write("a: 1", "0");
      assertThrows(Conflict.class, () -> other.write("a: 2", "0"));
      assertThrows(Conflict.class, () -> other.write("a: 2", "x"));
      assertEquals(first, other.read());
      assertEquals("a: 3", other.write("a: 3", first.revision()).document());
    }
  }

  @Test
  void changesAreSeenAtOnceByQueriesThatAreHeld() throws Exception {
    try (ConsulStore store = open(null)) {
      Background<Stored> first = Background.start(() -> store.await("0"));
      Eventually.within(SOON, () -> consul.asked.size() == 2);
      assertFalse(first.endsSoon());
      consul.put("a: 1".getBytes(UTF_8));
      Stored now = first.getWithin(SOON);
      assertEquals("a: 1", now.document());
      Background<Stored> second = Background.start(() -> store.await(now.revision()));
      Eventually.within(SOON, () -> consul.asked.size() == 4);
      assertFalse(second.endsSoon());
      consul.delete();
      assertEquals(new Stored(null, "0"), second.getWithin(SOON));
    }
  }

  @Test
  void anIndexThatGoesBackwardsCountsForNothing() throws Exception {
    consul.put("a: 1".getBytes(UTF_8));
    try (ConsulStore store = open(null)) {
      Stored now = store.read();
      Background<Stored> seen = Background.start(() -> store.await(now.revision()));
      assertFalse(seen.endsSoon());
      consul.goBack();
      Stored restored = seen.getWithin(SOON);
      assertEquals("a: 1", restored.document());
      Background<Stored> next = Background.start(() -> store.await(restored.revision()));
      assertFalse(next.endsSoon());
      consul.put("a: 2".getBytes(UTF_8));
      assertEquals("a: 2", next.getWithin(SOON).document());
    }
  }

  @Test
  void largeDocumentsAreCompressedAndTooLargeOnesAreRefused() throws Exception {
    String long1 = "# a line\n".repeat(200_000);
    String random =
        new Random(1)
            .ints(2 << 20, 'a', 'z')
            .mapToObj(Character::toString)
            .collect(Collectors.joining());
    try (ConsulStore store = open(null)) {
      Stored written = store.write(long1, "0");
      assertEquals(long1, written.document());
      IOException refused =
          assertThrows(IOException.class, () -> store.write(random, written.revision()));
      assertTrue(
          String.valueOf(refused.getMessage()).contains("more than Consul takes"),
          refused.toString());
      assertEquals(written, store.read());
    }
  }

  @Test
  void aWriteWhoseAnswerIsLostIsLookedUp() throws Exception {
    try (ConsulStore store = open(null)) {
      consul.answerNoWrites();
      Stored written = store.write("a: 1", "0");
      assertEquals(written, store.read());
      IOException refused = assertThrows(IOException.class, () -> store.write("a: 2", "0"));
      assertTrue(String.valueOf(refused.getMessage()).contains(consul.uri().getHost()));
    }
  }

  @Test
  void aWrongTokenIsRefused() throws Exception {
    consul.protect("right-one");
    try (ConsulStore wrong = open("wrong-one");
        ConsulStore store = open("right-one")) {
      IOException refused = assertThrows(IOException.class, wrong::read);
      assertEquals("consul: key yumen/config: 403 Permission denied", refused.getMessage());
      assertEquals("a: 1", store.write("a: 1", "0").document());
    }
  }

  @Test
  void goneIsAnErrorAndClosingEndsAwait() throws Exception {
    consul.put("a: 1".getBytes(UTF_8));
    ConsulStore store = open(null);
    String revision = store.read().revision();
    Background<Stored> seen = Background.start(() -> store.await(revision));
    assertFalse(seen.endsSoon());
    store.close();
    assertInstanceOf(IOException.class, seen.failure());
    consul.close();
    try (ConsulStore other = open(null)) {
      assertThrows(IOException.class, other::read);
      assertThrows(IOException.class, () -> other.await(revision));
      assertThrows(IOException.class, () -> other.write("a: 2", revision));
    }
  }

  private ConsulStore open(@Nullable String token) throws IOException {
    return new ConsulStore(
        new ConsulSourceConfig(consul.uri(), "yumen/config", token, "east", null, TIMEOUT));
  }
}
