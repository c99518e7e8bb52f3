package dev.yumen.control.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.control.source.DocumentStore.Stored;
import dev.yumen.testkit.Eventually;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
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

  @Test
  void aDocumentThatComesBackWhileItIsLookedForIsNoticed() {
    BackSoon store = new BackSoon();
    try (StoreFollower follower =
        new StoreFollower(store, store::absent, state -> {}, InstantSource.system())) {
      follower.start(BackSoon.KNOWN, "the document is not there any more");

      Eventually.within(SOON, () -> follower.state().up());
    }
  }

  /** Is not there when it is read first, and then is again, as it was. */
  private static final class BackSoon implements DocumentStore {
    private static final Stored KNOWN = new Stored("{}", "1");

    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicInteger reads = new AtomicInteger();

    private Stored absent() throws IOException {
      throw new IOException("the document is not there any more");
    }

    @Override
    public String name() {
      return "back-soon";
    }

    @Override
    public boolean writable() {
      return false;
    }

    @Override
    public Stored read() {
      return reads.getAndIncrement() == 0 ? new Stored(null, "none") : KNOWN;
    }

    @Override
    public Stored await(String revision) throws IOException, InterruptedException {
      closed.await(); // nothing else ever comes
      throw new IOException("closed");
    }

    @Override
    public Stored write(String document, String revision) throws IOException {
      throw new IOException("not writable");
    }

    @Override
    public void close() {
      closed.countDown();
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
