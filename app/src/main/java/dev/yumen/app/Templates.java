package dev.yumen.app;

import dev.yumen.app.Main.BadInput;
import dev.yumen.control.plan.Texts;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The configurations that somebody can begin with: a folder each, whose name is the template's and
 * whose README says in its title what it is.
 */
final class Templates {
  /** What a gateway that was run in place, or its user, leaves there. */
  private static final Set<String> LEFT = Set.of(".yumen", ".env", "logs");

  private final Path folder;

  /**
   * @param folder that has a folder for each
   */
  Templates(Path folder) {
    this.folder = folder;
  }

  /**
   * One of them.
   *
   * @param name of its folder
   * @param title what it is, in a line
   */
  record Template(String name, String title) {}

  /** All of them, by name. */
  List<Template> all(Texts.Language language) {
    try (Stream<Path> folders = Files.list(folder)) {
      return folders
          .filter(Files::isDirectory)
          .sorted()
          .map(path -> new Template(path.getFileName().toString(), title(path, language)))
          .toList();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static String title(Path template, Texts.Language language) {
    String page =
        switch (language) {
          case EN -> "README.md";
          case ZH -> "README.zh-CN.md";
        };
    try (Stream<String> lines = Files.lines(template.resolve(page))) {
      return lines.findFirst().orElse("").replaceFirst("^# *", "");
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /**
   * Copies a template: every file of it, or none. A file that is there already is never touched.
   *
   * @param to a folder, made if it is not there
   * @return what was written, relative to it
   */
  List<Path> copy(String name, Path to) {
    Path from = folder.resolve(name);
    List<Path> files = files(from);
    List<Path> there = files.stream().filter(file -> isThere(to.resolve(file.toString()))).toList();
    if (!there.isEmpty()) {
      throw new BadInput(exists(to, there));
    }
    Deque<Path> written = new ArrayDeque<>();
    try {
      for (Path file : files) {
        copy(from.resolve(file), to.resolve(file.toString()), written);
      }
    } catch (FileAlreadyExistsException e) {
      takeBack(written);
      throw new BadInput(e.getFile() + " exists. Nothing was written.");
    } catch (IOException e) {
      takeBack(written);
      throw new BadInput(
          "%s can not be written: %s (expected: a folder that this user may write to). Nothing was written."
              .formatted(to, ReadableFile.why(to, e)));
    }
    return files;
  }

  private static List<Path> files(Path from) {
    List<Path> files = new ArrayList<>();
    try {
      Files.walkFileTree(
          from,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
              return isLeft(path) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
              if (attributes.isRegularFile() && !isLeft(path)) {
                files.add(from.relativize(path));
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw unreadable(e);
    }
    return files.stream().sorted().toList();
  }

  private static boolean isLeft(Path path) {
    Path name = path.getFileName();
    return name != null && LEFT.contains(name.toString());
  }

  /** Also a link that leads nowhere, through which something would be written elsewhere. */
  private static boolean isThere(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static String exists(Path to, List<Path> there) {
    StringBuilder said = new StringBuilder("Nothing was written, as these files exist:");
    there.forEach(file -> said.append("\n  ").append(to.resolve(file.toString())));
    return said.append("\nName another folder, or move them away.").toString();
  }

  /**
   * @param written gets each file and folder that was made, the last one first
   */
  private static void copy(Path from, Path to, Deque<Path> written) throws IOException {
    makeFolder(to.toAbsolutePath().getParent(), written);
    Files.copy(from, to);
    written.push(to);
  }

  private static void makeFolder(@Nullable Path folder, Deque<Path> written) throws IOException {
    if (folder == null || Files.isDirectory(folder)) {
      return;
    }
    makeFolder(folder.getParent(), written);
    Files.createDirectory(folder);
    written.push(folder);
  }

  private static void takeBack(Deque<Path> written) {
    for (Path path : written) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException _) {
        // somebody else put something into it meanwhile
      }
    }
  }

  private static BadInput unreadable(IOException e) {
    return new BadInput(
        "The templates can not be read: "
            + String.valueOf(e.getMessage())
            + " (expected: the folder examples/templates beside the launcher)");
  }
}
