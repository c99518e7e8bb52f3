package dev.yumen.control;

import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.control.change.Documents;
import dev.yumen.control.history.History;
import dev.yumen.control.history.Version;
import dev.yumen.control.history.Written;
import dev.yumen.control.publish.Cause;
import dev.yumen.control.publish.LastGood;
import dev.yumen.control.publish.Publisher;
import dev.yumen.control.publish.ReloadStatus.Live;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stays on disk of configurations that were live: the last good one, for a start whose files
 * are broken, and the history. Both are written after the configuration became live, by a thread of
 * their own; what can not be written is logged, and the gateway goes on.
 */
final class Kept implements Publisher.Keeper {
  private static final Logger LOG = LoggerFactory.getLogger(Kept.class);
  private static final int MOST_WAITING = 16;
  private static final Duration LONGEST_WRITING = Duration.ofSeconds(10);

  private final Path main;
  private final Documents documents;
  private final Consumer<LoadedConfig> told;
  private final History history;

  /** Versions that may wait to be written; each holds on to a whole configuration. */
  private final Semaphore room = new Semaphore(MOST_WAITING);

  /** Writes one version after another, while the next ones may become live. */
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("history").factory());

  /**
   * @param main the configuration's file or folder
   * @param documents tells what was written of a configuration
   * @param first what the gateway started with; says where the history is
   * @param told of each configuration that became live
   */
  Kept(Path main, Documents documents, LoadedConfig first, Consumer<LoadedConfig> told) {
    this.main = main;
    this.documents = documents;
    this.told = told;
    GatewayConfig config = Objects.requireNonNull(first.config());
    Path folder = state(first).resolve("history").resolve(ownName(main));
    this.history = History.open(folder, config.history().keep());
  }

  History history() {
    return history;
  }

  static Path state(LoadedConfig loaded) {
    return loaded.folder().resolve(Objects.requireNonNull(loaded.config()).runtime().state());
  }

  /** Several main files may share a folder for state, each with a history of its own. */
  static String ownName(Path main) {
    Path absolute = main.toAbsolutePath().normalize();
    byte[] whole = absolute.toUri().toString().getBytes(StandardCharsets.UTF_8);
    String name = String.valueOf(absolute.getFileName()).replaceAll("[^A-Za-z0-9._-]", "_");
    return name + "-" + UUID.nameUUIDFromBytes(whole).toString().substring(0, 8);
  }

  @Override
  public long firstNumber(String hash) {
    return history.numberOf(hash);
  }

  @Override
  public void keep(LoadedConfig loaded, Live live, Cause cause) {
    told.accept(loaded);
    Version version =
        new Version(
            live.number(),
            loaded.hash(),
            cause.author(),
            cause.message(),
            cause.source(),
            live.since());
    LastGood lastGood = new LastGood(state(loaded), main);
    Supplier<@Nullable Written> written = documents.written(loaded);
    boolean isNew = history.announce(version);
    room.acquireUninterruptibly();
    writer.execute(
        () -> {
          try {
            write(version, isNew, lastGood, written.get());
          } finally {
            history.end(version);
            room.release();
          }
        });
  }

  private void write(Version version, boolean isNew, LastGood lastGood, @Nullable Written written) {
    if (written == null) {
      LOG.warn("version {} is too large to be kept", version.number());
      return;
    }
    try {
      lastGood.save(version.hash(), version.time(), written.yaml());
    } catch (IOException e) {
      LOG.warn(
          "{} can not be written, so a start with broken files would fail: {}",
          lastGood.file(),
          e.toString());
    }
    if (!isNew) {
      return;
    }
    try {
      history.add(version, written);
    } catch (IOException e) {
      LOG.warn("version {} can not be kept in the history: {}", version.number(), e.toString());
    }
  }

  /** Waits until everything is written, ten seconds at most. */
  @Override
  public void close() {
    writer.shutdown();
    try {
      if (!writer.awaitTermination(LONGEST_WRITING.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("the history is still being written");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
