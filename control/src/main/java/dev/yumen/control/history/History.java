package dev.yumen.control.history;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configurations that were live, the oldest of which are forgotten. Each is a file of its own
 * ({@link VersionFiles}), so it is there after a crash as soon as {@link #add} has returned.
 *
 * <p>Any thread; one at a time adds.
 */
public final class History {
  private static final Logger LOG = LoggerFactory.getLogger(History.class);

  private final VersionFiles files;
  private final int keep;
  private final NavigableMap<Long, Version> byNumber = new TreeMap<>();

  /** Versions whose documents are being written. */
  private final Map<Long, CompletableFuture<Void>> announced = new HashMap<>();

  private History(VersionFiles files, int keep) {
    this.files = files;
    this.keep = keep;
  }

  /**
   * Opens what a folder holds, which need not exist. What can not be read in it is left out and
   * logged; what a crash left half written is removed.
   *
   * @param keep most versions, at least 1
   */
  public static History open(Path folder, int keep) {
    History history = new History(new VersionFiles(folder), keep);
    try {
      for (Version version : history.files.read()) {
        history.byNumber.put(version.number(), version);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.error("the history in {} can not be read and begins anew: {}", folder, e.toString());
    }
    return history;
  }

  /**
   * The number of a configuration that becomes live now: that of the last one if it is the same.
   */
  public synchronized long numberOf(String hash) {
    Version last = last();
    return last == null ? 1 : last.hash().equals(hash) ? last.number() : last.number() + 1;
  }

  /**
   * Lets a version be known whose document is added soon; {@link #document} waits for it. Returns
   * at once.
   *
   * @return false when it is the last one already, and nothing is to be added
   */
  public synchronized boolean announce(Version version) {
    Version last = last();
    if (last != null && last.number() == version.number()) {
      return false;
    }
    byNumber.put(version.number(), version);
    announced.put(version.number(), new CompletableFuture<>());
    return true;
  }

  /**
   * Adds a version, unless it is the last one already and was not announced.
   *
   * @throws IOException when it can not be written; it is known as long as this process runs, but
   *     its document is not
   */
  public void add(Version version, Written document) throws IOException {
    List<Long> old = new ArrayList<>();
    synchronized (this) {
      boolean isAnnounced = announced.containsKey(version.number());
      if (!isAnnounced && !announce(version)) {
        return;
      }
      while (byNumber.size() > keep) {
        old.add(byNumber.pollFirstEntry().getKey());
      }
    }
    try {
      old.forEach(files::remove);
      files.write(version, document);
    } finally {
      end(version);
    }
  }

  /** Says of a version that was announced that its document does not come, or is there. */
  public synchronized void end(Version version) {
    CompletableFuture<Void> waited = announced.remove(version.number());
    if (waited != null) {
      waited.complete(null);
    }
  }

  /** The last version that was live, or null when there is none. */
  public synchronized @Nullable Version last() {
    return byNumber.isEmpty() ? null : byNumber.lastEntry().getValue();
  }

  /** All that are known, the newest first. */
  public synchronized List<Version> versions() {
    return byNumber.descendingMap().values().stream().limit(keep).toList();
  }

  /** The version of this number, or null. */
  public synchronized @Nullable Version version(long number) {
    return byNumber.get(number);
  }

  /** What was live then, or null when that is not known. */
  public synchronized @Nullable Version at(Instant time) {
    for (Version version : byNumber.descendingMap().values()) {
      if (!version.time().isAfter(time)) {
        return version;
      }
    }
    return null;
  }

  /**
   * The document of a version; waits while it is being written.
   *
   * @throws IOException when it is not there any more, or damaged
   */
  public Written document(Version version) throws IOException {
    CompletableFuture<Void> written;
    synchronized (this) {
      written = announced.get(version.number());
    }
    if (written != null) {
      written.join();
    }
    return files.document(version.number());
  }
}
