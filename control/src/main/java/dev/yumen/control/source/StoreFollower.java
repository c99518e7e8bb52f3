package dev.yumen.control.source;

import dev.yumen.api.UrlPasswords;
import dev.yumen.control.source.DocumentStore.Stored;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for changes of a {@link DocumentStore} and says so. While the store can not be had it tries
 * again, soon at first and then twice a second; what is live goes on. On one virtual thread of its
 * own.
 */
public final class StoreFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StoreFollower.class);
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 500;
  private static final Duration LONGEST_PUBLISHING = Duration.ofSeconds(10);

  private final DocumentStore store;
  private final OnChange onChange;
  private final Consumer<State> told;
  private final InstantSource clock;
  private final Semaphore wake = new Semaphore(0);
  private volatile State state;
  private volatile boolean closed;
  private @Nullable Thread thread;

  /** Takes what is there now. */
  @FunctionalInterface
  public interface OnChange {

    /**
     * Reads the store and makes what it holds live, unless it is.
     *
     * @return what it holds
     * @throws IOException when the store can not be had
     */
    Stored take() throws IOException, InterruptedException;
  }

  /**
   * How a store fares.
   *
   * @param since when it came to be so
   * @param error why it can not be had; null while it can
   */
  public record State(Instant since, @Nullable String error) {
    public boolean up() {
      return error == null;
    }
  }

  /**
   * @param onChange called on this follower's thread
   * @param told how the store fares, whenever that changes
   */
  public StoreFollower(
      DocumentStore store, OnChange onChange, Consumer<State> told, InstantSource clock) {
    this.store = store;
    this.onChange = onChange;
    this.told = told;
    this.clock = clock;
    this.state = new State(clock.instant(), null);
  }

  /**
   * Begins.
   *
   * @param known what is live of it; null when it could not be had yet
   * @param error why it could not
   */
  public StoreFollower start(@Nullable Stored known, @Nullable String error) {
    state = new State(clock.instant(), error);
    told.accept(state);
    thread = Thread.ofVirtual().name("config-store").start(() -> run(known));
    return this;
  }

  /** How the store fares. Any thread. */
  public State state() {
    return state;
  }

  /** The same as data for JSON. */
  public Map<String, Object> describe() {
    State now = state;
    Map<String, Object> said = new LinkedHashMap<>();
    said.put("name", store.name());
    said.put("up", now.up());
    said.put("since", now.since().toString());
    if (now.error() != null) {
      said.put("error", now.error());
    }
    return said;
  }

  private void run(@Nullable Stored first) {
    Stored known = first;
    long pause = FIRST_PAUSE_MILLIS;
    try {
      while (!closed) {
        try {
          Stored next = known == null ? onChange.take() : next(known);
          if (known != null && !next.revision().equals(known.revision())) {
            next = onChange.take();
          }
          known = next;
          pause = FIRST_PAUSE_MILLIS;
          up();
        } catch (IOException | RuntimeException e) { // the latter a bug; go on following
          down(e);
          long jitter = ThreadLocalRandom.current().nextLong(pause / 2 + 1);
          if (wake.tryAcquire(pause + jitter, TimeUnit.MILLISECONDS)) {
            return;
          }
          pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * What is there once it is another one. What could not be had may come back as it was, for which
   * there is no waiting: then it is what is there now.
   */
  private Stored next(Stored known) throws IOException, InterruptedException {
    return state.up() ? store.await(known.revision()) : store.read();
  }

  private void up() {
    if (!state.up()) {
      LOG.info("the source {} can be had again", store.name());
      tell(null);
    }
  }

  private void down(Exception e) {
    if (closed) {
      return;
    }
    String said = e instanceof IOException ? String.valueOf(e.getMessage()) : e.toString();
    String why = UrlPasswords.hiddenInText(said);
    if (state.up()) {
      LOG.error(
          "the source {} can not be had; what is live goes on, and it is tried again: {}",
          store.name(),
          why);
      tell(why);
    } else if (!why.equals(state.error())) {
      state = new State(state.since(), why);
    }
  }

  private void tell(@Nullable String error) {
    state = new State(clock.instant(), error);
    told.accept(state);
  }

  /**
   * Ends it and closes the store; waits until what is being published has been, ten seconds at
   * most.
   */
  @Override
  public void close() {
    closed = true;
    wake.release();
    store.close();
    Thread running = thread;
    if (running != null) {
      try {
        running.join(LONGEST_PUBLISHING);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
