package dev.yumen.config;

import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Origin;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.SourceFiles.SourceText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file and every file that it includes, directly or not. A file is read once, however many
 * others name it.
 */
final class Includes {
  /** The key that names other files; it stands at the top of any file. */
  static final String KEY = "include";

  static final String DESCRIPTION =
      "Other files that belong to the configuration: names or globs, relative to this file.";

  private static final int DEEPEST = 32;

  private final SourceFiles files;
  private final Substitution substitution;
  private final Problems problems;
  private final Set<Path> seen = new HashSet<>();
  private final Deque<Path> open = new ArrayDeque<>();

  Includes(SourceFiles files, Substitution substitution, Problems problems) {
    this.files = files;
    this.substitution = substitution;
    this.problems = problems;
  }

  /** The file's own mapping and those of the files it includes, in the order they are read. */
  List<Mapping> read(Path file) {
    List<Mapping> all = new ArrayList<>();
    read(file, all);
    return all;
  }

  /** The same for text that is at hand. */
  List<Mapping> read(SourceText text) {
    List<Mapping> all = new ArrayList<>();
    read(text, files.folder(), all);
    return all;
  }

  private void read(Path file, List<Mapping> all) {
    Path real = real(file);
    if (!seen.add(real)) {
      return;
    }
    SourceText text = files.configuration(file);
    if (text != null) {
      open.addLast(real);
      read(text, parent(file), all);
      open.removeLast();
    }
  }

  private void read(SourceText text, Path folder, List<Mapping> all) {
    Node root = NodeParser.parse(text, problems);
    if (root == null) {
      files.incomplete();
      return;
    }
    if (text.text().isBlank()) { // cut off by a full disk, or not written yet
      files.incomplete();
      problems.error(
          root.place(),
          At.TOP,
          "the file is empty (expected: settings, or a comment why there are none)");
      return;
    }
    if (Node.absent(root)) {
      problems.warning(root.place(), At.TOP, "there are no settings in the file");
      all.add(new Mapping(root.place(), List.of()));
      return;
    }
    if (!(root instanceof Mapping mapping)) {
      problems.error(root.place(), At.TOP, root.kind() + " (expected: a mapping of settings)");
      return;
    }
    List<Entry> own = new ArrayList<>();
    @Nullable Entry include = null;
    for (Entry entry : mapping.entries()) {
      if (entry.key().equals(KEY)) {
        include = entry;
      } else {
        own.add(entry);
      }
    }
    all.add(new Mapping(mapping.place(), List.copyOf(own)));
    if (include != null) {
      include(include, folder, all);
    }
  }

  private void include(Entry include, Path folder, List<Mapping> all) {
    At at = At.TOP.key(KEY);
    List<Node> names = Node.items(include.value());
    for (int i = 0; i < names.size(); i++) {
      At here = include.value() instanceof Node.Sequence ? at.item(i) : at;
      if (names.get(i) instanceof Scalar written && !written.isNull()) {
        Scalar name = substitution.fill(written, here, problems);
        if (name.origin() != Origin.UNRESOLVED) {
          include(name, here, folder, all);
        }
      } else {
        String found = names.get(i).kind();
        problems.error(names.get(i).place(), here, found + " (expected: a file name or a glob)");
      }
    }
  }

  private void include(Scalar name, At at, Path folder, List<Mapping> all) {
    if (open.size() >= DEEPEST) {
      problems.error(name.place(), at, "files that include each other more than 32 deep");
      return;
    }
    try {
      if (!isGlob(name.text())) {
        includeOne(folder.resolve(name.text()), name, at, all);
        return;
      }
      List<Path> matching = expand(folder, name.text());
      if (matching.isEmpty()) {
        problems.warning(name.place(), at, Text.quoted(name.text()) + " matches no file");
      }
      matching.stream().filter(file -> !open.contains(real(file))).forEach(f -> read(f, all));
    } catch (InvalidPathException | PatternSyntaxException _) {
      refuse(name, at, "a file name or a glob");
    } catch (IOException | UncheckedIOException e) {
      refuse(name, at, "a folder that can be read: " + SourceFiles.reason(e));
    }
  }

  private void includeOne(Path file, Scalar name, At at, List<Mapping> all) {
    if (open.contains(real(file))) {
      refuse(name, at, "a file that does not lead back here");
    } else if (!Files.exists(file)) {
      files.touch(file);
      files.incomplete();
      refuse(name, at, "a file that exists");
    } else {
      read(file, all);
    }
  }

  private void refuse(Scalar name, At at, String expected) {
    problems.error(name.place(), at, Text.quoted(name.text()) + " (expected: " + expected + ")");
  }

  private static boolean isGlob(String name) {
    return name.chars().anyMatch(c -> c == '*' || c == '?' || c == '[' || c == '{');
  }

  /** The files that a glob matches, sorted by name. Folders without a wildcard are not searched. */
  private List<Path> expand(Path folder, String glob) throws IOException {
    int wildcard = 0;
    while (!isGlob(glob.substring(wildcard, wildcard + 1))) {
      wildcard++;
    }
    int slash = glob.lastIndexOf('/', wildcard);
    Path start = slash < 0 ? folder : folder.resolve(glob.substring(0, Math.max(slash, 1)));
    String pattern = glob.substring(slash + 1);
    int folders = (int) pattern.chars().filter(c -> c == '/').count();
    int depth = pattern.contains("**") ? DEEPEST : folders + 1;
    Listing listing = new Listing(start, pattern, depth);
    files.list(listing);
    return Files.isDirectory(start) ? listing.files() : List.of();
  }

  private static Path parent(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file.toAbsolutePath() : parent;
  }

  private static Path real(Path file) {
    try {
      return file.toRealPath();
    } catch (IOException _) {
      return file.toAbsolutePath().normalize();
    }
  }
}
