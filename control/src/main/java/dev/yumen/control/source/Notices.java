package dev.yumen.control.source;

import dev.yumen.config.Listing;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the system tells about changes in the folders of a configuration. A hint to look earlier,
 * nothing more: there may be no such service, and it may lose notices.
 *
 * <p>A file that is written and is no part of the configuration, such as a log beside it, is passed
 * over.
 */
final class Notices implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Notices.class);

  private final @Nullable WatchService service;
  private final Runnable changed;

  // Of the caller of watch, one thread.
  private Set<Path> folders = Set.of();

  /** Written by the caller of {@link #watch}; read by the notices' own thread. */
  private volatile Set<Path> known = Set.of();

  /**
   * @param main the configuration's file or folder
   * @param changed called on a thread of its own when something that matters may have changed
   */
  Notices(Path main, Runnable changed) {
    this.service = open(main);
    this.changed = changed;
  }

  void start() {
    if (service != null) {
      WatchService open = service;
      Thread.ofVirtual().name("config-notices").start(() -> passOn(open));
    }
  }

  /** Watches these from now on, and nothing else. */
  void watch(Stamps stamps) {
    Set<Path> files = new HashSet<>(stamps.files().keySet());
    Set<Path> wanted = new HashSet<>();
    for (Path file : stamps.files().keySet()) {
      try {
        files.add(file.toRealPath());
      } catch (IOException e) {
        LOG.trace("{} does not exist", file);
      }
    }
    files.forEach(file -> addFolder(file, wanted));
    stamps.listings().keySet().stream().map(Listing::folder).forEach(wanted::add);
    known = Set.copyOf(files);
    wanted.stream().filter(folder -> !folders.contains(folder)).forEach(this::register);
    folders = wanted;
  }

  @Override
  public void close() {
    if (service != null) {
      try {
        service.close();
      } catch (IOException e) {
        LOG.debug("the watch on files could not be closed", e);
      }
    }
  }

  private static void addFolder(Path file, Set<Path> folders) {
    Path folder = Files.isDirectory(file) ? file : file.getParent();
    if (folder != null) {
      folders.add(folder);
    }
  }

  private void register(Path folder) {
    try {
      if (service != null && Files.isDirectory(folder)) {
        folder.register(
            service,
            StandardWatchEventKinds.ENTRY_CREATE,
            StandardWatchEventKinds.ENTRY_DELETE,
            StandardWatchEventKinds.ENTRY_MODIFY);
      }
    } catch (IOException e) {
      LOG.debug("{} is looked at once a second only: {}", folder, e.toString());
    } catch (ClosedWatchServiceException e) {
      LOG.trace("closed while {} was read", folder);
    }
  }

  private void passOn(WatchService open) {
    try {
      while (true) {
        WatchKey key = open.take();
        boolean matters = false;
        for (WatchEvent<?> event : key.pollEvents()) {
          matters |= matters((Path) key.watchable(), event.kind(), event.context(), known);
        }
        key.reset();
        if (matters) {
          changed.run();
        }
      }
    } catch (ClosedWatchServiceException e) {
      LOG.trace("the watch on files ended");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Whether what happened in a folder can be a change of the configuration. Whatever appears or
   * goes can, because a link may be part of the way to a file; of what is written only the files
   * that are known, and those that look like configuration.
   *
   * @param name null when notices were lost
   */
  static boolean matters(
      Path folder, WatchEvent.Kind<?> kind, @Nullable Object name, Set<Path> known) {
    return !kind.equals(StandardWatchEventKinds.ENTRY_MODIFY)
        || !(name instanceof Path file)
        || file.toString().matches("(?s).*\\.(yaml|yml|json)")
        || known.contains(folder.resolve(file));
  }

  private static @Nullable WatchService open(Path main) {
    try {
      return main.getFileSystem().newWatchService();
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("{} is looked at once a second only: {}", main, e.toString());
      return null;
    }
  }
}
