package dev.yumen.config;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A folder in which configuration files were looked for, and which names in it count. Any thread;
 * blocks on files.
 *
 * @param folder absolute
 * @param glob for paths relative to the folder
 * @param depth levels below the folder that are searched, at least 1
 */
public record Listing(Path folder, String glob, int depth) {
  private static final int MOST_NAMES = 100_000;

  public Listing {
    folder = folder.toAbsolutePath().normalize();
  }

  /**
   * What is there now, in the order of names: everything that matches and is no folder. Links are
   * followed; those that lead nowhere are left out, and so is what stands in a hidden folder, such
   * as the state that the gateway keeps, unless the glob names one.
   *
   * @throws IOException or an {@link java.io.UncheckedIOException} when it can not be searched
   */
  public List<Path> files() throws IOException {
    PathMatcher matcher = folder.getFileSystem().getPathMatcher("glob:" + glob);
    try (Stream<Path> found = Files.walk(folder, depth, FileVisitOption.FOLLOW_LINKS)) {
      return found
          .limit(MOST_NAMES)
          .filter(file -> matcher.matches(folder.relativize(file)) && !isHidden(file))
          .filter(file -> !Files.isDirectory(file) && Files.exists(file))
          .sorted()
          .toList();
    }
  }

  private boolean isHidden(Path file) {
    Path parent = folder.relativize(file).getParent();
    return parent != null
        && !glob.startsWith(".")
        && !glob.contains("/.")
        && StreamSupport.stream(parent.spliterator(), false)
            .anyMatch(name -> name.toString().startsWith("."));
  }
}
