package dev.yumen.control.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.control.source.DocumentStore.Stored;
import dev.yumen.testkit.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class StoreFollowerTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @Test
  void whyAStoreCanNotBeHadIsToldWithoutPasswords() {
    Absent store = new Absent("https://yumen:pass-word@config.internal refused it");
    try (StoreFollower follower =
        new StoreFollower(store, store::read, state -> {}, InstantSource.system())) {
      follower.start(null, null);

      Eventually.within(SOON, () -> !follower.state().up());
      assertEquals("https://***@config.internal refused it", follower.describe().get("error"));
    }
  }

  /** Can not be had. */
  private record Absent(String why) implements DocumentStore {
    @Override
    public String name() {
      return "absent";
    }

    @Override
    public boolean writable() {
      return false;
    }

    @Override
    public Stored read() throws IOException {
      throw new IOException(why);
    }

    @Override
    public Stored await(String revision) throws IOException {
      throw new IOException(why);
    }

    @Override
    public Stored write(String document, String revision) throws IOException {
      throw new IOException(why);
    }

    @Override
    public void close() {}
  }
}
