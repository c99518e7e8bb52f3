package dev.yumen.control.source;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How files and folders looked at one moment. Equal stamps mean that nothing was changed.
 *
 * <p>Links are followed, so a swapped link shows as another file. Of a folder only the names in it
 * count, without hidden folders: what stands in its files is stamped where they were read.
 */
record Stamps(Map<Path, Stamp> files) {
  private static final int DEEPEST = 32;
  private static final int MOST_NAMES = 10_000;

  static final Stamps NONE = new Stamps(Map.of());

  /**
   * One file or folder.
   *
   * @param file device and inode; null when it does not exist, or where there is no such thing
   * @param names of what is in a folder; empty for a file
   */
  record Stamp(@Nullable Object file, long size, Instant modified, Set<Path> names) {
    static final Stamp ABSENT = new Stamp(null, -1, Instant.EPOCH, Set.of());
  }

  static Stamps of(Collection<Path> paths) {
    Map<Path, Stamp> stamps = new HashMap<>();
    for (Path path : paths) {
      stamps.put(path, stamp(path));
    }
    return new Stamps(Map.copyOf(stamps));
  }

  /**
   * Whether anything was changed while it was read: what was known differs from before, or what was
   * found by reading is younger than the reading.
   */
  boolean changedSince(Stamps before, Instant began) {
    for (Map.Entry<Path, Stamp> entry : files.entrySet()) {
      Stamp earlier = before.files.get(entry.getKey());
      Stamp now = entry.getValue();
      boolean changed = earlier == null ? !now.modified.isBefore(began) : !earlier.equals(now);
      if (changed) {
        return true;
      }
    }
    return false;
  }

  private static Stamp stamp(Path path) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return attributes.isDirectory()
          ? new Stamp(attributes.fileKey(), 0, Instant.EPOCH, names(path))
          : new Stamp(
              attributes.fileKey(),
              attributes.size(),
              attributes.lastModifiedTime().toInstant(),
              Set.of());
    } catch (IOException e) {
      return Stamp.ABSENT; // reading it says why
    }
  }

  private static Set<Path> names(Path folder) throws IOException {
    Names names = new Names(folder);
    Files.walkFileTree(folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), DEEPEST, names);
    return Set.copyOf(names.found);
  }

  /** Collects names; what can not be visited counts by its name too. */
  private static final class Names extends SimpleFileVisitor<Path> {
    final Set<Path> found = new HashSet<>();
    private final Path folder;

    Names(Path folder) {
      this.folder = folder;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
      boolean hidden = !path.equals(folder) && path.getFileName().toString().startsWith(".");
      return hidden ? FileVisitResult.SKIP_SUBTREE : found(path);
    }

    @Override
    public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
      return found(path);
    }

    @Override
    public FileVisitResult visitFileFailed(Path path, IOException failure) {
      return found(path);
    }

    @Override
    public FileVisitResult postVisitDirectory(Path path, @Nullable IOException failure) {
      return FileVisitResult.CONTINUE;
    }

    private FileVisitResult found(Path path) {
      found.add(folder.relativize(path));
      return found.size() < MOST_NAMES ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
    }
  }
}
