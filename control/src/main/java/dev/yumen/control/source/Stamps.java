package dev.yumen.control.source;

import dev.yumen.config.Listing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How files looked at one moment, and which files were in folders. Equal stamps mean that nothing
 * was changed.
 *
 * <p>Links are followed, so a swapped link shows as another file. Of a folder only the names count
 * that a configuration takes from it: a log that is written there changes nothing.
 */
record Stamps(Map<Path, Stamp> files, Map<Listing, List<Path>> listings) {
  static final Stamps NONE = new Stamps(Map.of(), Map.of());

  /**
   * One file or folder.
   *
   * @param file device and inode; null when it does not exist, or where there is no such thing
   */
  record Stamp(@Nullable Object file, long size, Instant modified) {
    static final Stamp ABSENT = new Stamp(null, -1, Instant.EPOCH);
  }

  static Stamps of(Collection<Path> paths, Collection<Listing> listings) {
    Map<Path, Stamp> stamps = new HashMap<>();
    for (Path path : paths) {
      stamps.put(path, stamp(path));
    }
    Map<Listing, List<Path>> names = new HashMap<>();
    for (Listing listing : listings) {
      names.put(listing, names(listing));
    }
    return new Stamps(Map.copyOf(stamps), Map.copyOf(names));
  }

  /** How the same files and folders look now. */
  Stamps now() {
    return of(files.keySet(), listings.keySet());
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
    for (Map.Entry<Listing, List<Path>> entry : listings.entrySet()) {
      List<Path> earlier = before.listings.get(entry.getKey());
      if (earlier != null && !earlier.equals(entry.getValue())) {
        return true;
      }
    }
    return false;
  }

  private static Stamp stamp(Path path) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return attributes.isDirectory()
          ? new Stamp(attributes.fileKey(), 0, Instant.EPOCH) // its listing says what is in it
          : new Stamp(
              attributes.fileKey(), attributes.size(), attributes.lastModifiedTime().toInstant());
    } catch (IOException e) {
      return Stamp.ABSENT; // reading it says why
    }
  }

  private static List<Path> names(Listing listing) {
    try {
      return listing.files();
    } catch (IOException | UncheckedIOException e) {
      return List.of(); // reading it says why
    }
  }
}
