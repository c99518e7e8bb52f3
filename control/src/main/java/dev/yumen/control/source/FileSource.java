package dev.yumen.control.source;

import dev.yumen.config.LoadedConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a configuration again when one of its files, or a folder that it includes from, changes.
 *
 * <p>What counts is how the files look ({@link Stamps}), compared once a second: that also sees
 * editors that replace a file, links swapped by Kubernetes, and network folders, where the system's
 * notices are lost. Those notices only make it look earlier. A change is read once the files have
 * rested for a moment, and read again when they changed meanwhile, so a half-written file is not
 * taken for the new configuration.
 *
 * <p>Everything is read and published on one virtual thread of its own.
 */
public final class FileSource implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FileSource.class);

  private static final long POLL_MILLIS = 1_000;
  private static final long QUIET_MILLIS = 100;
  private static final int MOST_WAITS = 20;
  private static final int MOST_READS = 5;
  private static final Duration LONGEST_PUBLISHING = Duration.ofSeconds(10);

  private final Path main;
  private final Function<Path, LoadedConfig> reader;
  private final BiConsumer<LoadedConfig, String> publish;
  private final Semaphore wake = new Semaphore(0);
  private final Notices notices;
  private volatile boolean asked;
  private volatile boolean closed;
  private volatile @Nullable Thread thread;

  // The source's own thread.
  private Stamps live = Stamps.NONE;

  /**
   * @param main file or folder
   * @param reader reads it with everything that belongs to it
   * @param publish takes what was read, good or bad, and why it was; called on this source's thread
   */
  public FileSource(
      Path main, Function<Path, LoadedConfig> reader, BiConsumer<LoadedConfig, String> publish) {
    this.main = main;
    this.reader = reader;
    this.publish = publish;
    this.notices = new Notices(main, wake::release);
  }

  /**
   * Begins to watch.
   *
   * @param first what was read at the start of the program; changes to its files are noticed from
   *     now on
   */
  public FileSource start(LoadedConfig first) {
    know(first);
    thread = Thread.ofVirtual().name("config-source").start(this::run);
    notices.start();
    return this;
  }

  /**
   * Reads the configuration again at once, changed or not: who asks has written all of it. Any
   * thread; does not wait.
   */
  public void reloadNow() {
    asked = true;
    wake.release();
  }

  /**
   * Stops watching, and waits until what is being published has been, ten seconds at most. Not on
   * this source's own thread.
   */
  @Override
  public void close() {
    closed = true;
    wake.release();
    notices.close();
    Thread running = thread;
    if (running != null) {
      try {
        if (!running.join(LONGEST_PUBLISHING)) {
          LOG.warn("the configuration {} is still being applied", main);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run() {
    try {
      while (!closed) {
        if (wake.tryAcquire(POLL_MILLIS, TimeUnit.MILLISECONDS) && !asked) {
          awaitQuiet();
        }
        if (asked) {
          asked = false;
          load("signal");
        } else if (!closed && !live.now().equals(live)) {
          awaitRest();
          load("file-change");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns when no notice has come for a moment, or they go on for too long. */
  private void awaitQuiet() throws InterruptedException {
    for (int i = 0; i < MOST_WAITS && !closed; i++) {
      wake.drainPermits();
      if (!wake.tryAcquire(QUIET_MILLIS, TimeUnit.MILLISECONDS)) {
        return;
      }
    }
  }

  /** Returns when the files have not changed for a moment, or they go on changing for too long. */
  private void awaitRest() throws InterruptedException {
    Stamps before = live.now();
    for (int i = 0; i < MOST_WAITS && !closed; i++) {
      boolean noticed = wake.tryAcquire(QUIET_MILLIS, TimeUnit.MILLISECONDS);
      Stamps now = before.now();
      if (!noticed && now.equals(before)) {
        return;
      }
      before = now;
    }
  }

  private void load(String why) {
    try {
      publish.accept(readWhole(), why);
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      LOG.error("the configuration {} could not be applied", main, e); // a bug; go on watching
    }
  }

  /** Reads until nothing was changed while it was read. */
  private LoadedConfig readWhole() {
    for (int i = 1; ; i++) {
      Stamps before = live.now();
      Instant began = Instant.now();
      LoadedConfig loaded = reader.apply(main);
      know(loaded);
      if (i == MOST_READS || !live.changedSince(before, began)) {
        return loaded;
      }
    }
  }

  private void know(LoadedConfig loaded) {
    Set<Path> all = new HashSet<>(loaded.files());
    all.add(main.toAbsolutePath());
    live = Stamps.of(all, loaded.listings());
    notices.watch(live);
  }
}
