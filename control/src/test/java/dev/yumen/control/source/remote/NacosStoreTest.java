package dev.yumen.control.source.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.yumen.config.NacosSourceConfig;
import dev.yumen.control.source.DocumentStore.Conflict;
import dev.yumen.control.source.DocumentStore.Stored;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@link NacosStore} against the documented behaviour of Nacos 2. */
class NacosStoreTest {
  /** Less than until a watch or a query is begun anew, which would find a change too. */
  private static final Duration SOON = Duration.ofSeconds(8);

  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final NacosServer nacos = new NacosServer();

  @AfterEach
  void stop() {
    nacos.close();
  }

  @Test
  void nothingIsThereAtFirstAndThenWhatWasWritten() throws Exception {
    try (NacosStore store = open(null)) {
      assertEquals(new Stored(null, "0"), store.read());
      Stored written = store.write("a: 1 # 一 & 二", "0");
      assertEquals("a: 1 # 一 & 二", written.document());
      assertEquals(written, store.read());
    }
  }

  @Test
  void ofTwoWritersOneIsToldThatTheOtherWasFirst() throws Exception {
    try (NacosStore one = open(null);
        NacosStore other = open(null)) {
      Stored first = one.write("a: 1", "0");
      assertThrows(Conflict.class, () -> other.write("a: 2", "0"));
      Stored second = other.write("a: 3", first.revision());
      assertThrows(Conflict.class, () -> one.write("a: 4", first.revision()));
      assertEquals(second, one.read());
    }
  }

  @Test
  void changesAreSeenAtOnceByAQuestionThatIsHeld() throws Exception {
    try (NacosStore store = open(null)) {
      Background<Stored> first = Background.start(() -> store.await("0"));
      assertFalse(first.endsSoon());
      nacos.put("a: 1");
      Stored now = first.getWithin(SOON);
      assertEquals("a: 1", now.document());
      Background<Stored> second = Background.start(() -> store.await(now.revision()));
      assertFalse(second.endsSoon());
      nacos.put(null);
      assertEquals(new Stored(null, "0"), second.getWithin(SOON));
    }
  }

  @Test
  void itLogsInAndAgainWhenTheTokenIsOld() throws Exception {
    nacos.protect("right");
    try (NacosStore wrong = open("wrong");
        NacosStore stranger = open(null);
        NacosStore store = open("right")) {
      IOException refused = assertThrows(IOException.class, wrong::read);
      assertEquals("nacos: it does not let us in: 403", refused.getMessage());
      assertThrows(IOException.class, stranger::read);
      Stored written = store.write("a: 1", "0");
      nacos.forgetTokens();
      assertEquals(written, store.read());
      Background<Stored> seen = Background.start(() -> store.await(written.revision()));
      assertFalse(seen.endsSoon());
      nacos.put("a: 2");
      assertEquals("a: 2", seen.getWithin(SOON).document());
    }
  }

  @Test
  void goneIsAnErrorAndClosingEndsAwait() throws Exception {
    nacos.put("a: 1");
    NacosStore store = open(null);
    String revision = store.read().revision();
    Background<Stored> seen = Background.start(() -> store.await(revision));
    assertFalse(seen.endsSoon());
    store.close();
    assertInstanceOf(IOException.class, seen.failure());
    nacos.close();
    try (NacosStore other = open(null)) {
      assertThrows(IOException.class, other::read);
      assertThrows(IOException.class, () -> other.await(revision));
      assertThrows(IOException.class, () -> other.write("a: 2", revision));
    }
  }

  private NacosStore open(@Nullable String password) throws IOException {
    String user = password == null ? null : "yumen";
    return new NacosStore(
        new NacosSourceConfig(
            nacos.uri(), "prod", "GATEWAYS", "yumen.yaml", user, password, null, TIMEOUT));
  }
}
