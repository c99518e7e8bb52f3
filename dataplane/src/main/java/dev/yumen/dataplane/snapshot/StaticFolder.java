package dev.yumen.dataplane.snapshot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds files of one folder. Nothing outside of the folder is ever found: not by dots, not by an
 * encoded slash, not by a symbolic link that leads out. Names that begin with a dot are hidden.
 * Does blocking file calls.
 */
public final class StaticFolder {
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("html", "text/html; charset=utf-8"),
          Map.entry("htm", "text/html; charset=utf-8"),
          Map.entry("css", "text/css; charset=utf-8"),
          Map.entry("js", "text/javascript; charset=utf-8"),
          Map.entry("mjs", "text/javascript; charset=utf-8"),
          Map.entry("json", "application/json"),
          Map.entry("txt", "text/plain; charset=utf-8"),
          Map.entry("md", "text/markdown; charset=utf-8"),
          Map.entry("xml", "application/xml"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("png", "image/png"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("jpeg", "image/jpeg"),
          Map.entry("gif", "image/gif"),
          Map.entry("webp", "image/webp"),
          Map.entry("ico", "image/x-icon"),
          Map.entry("woff2", "font/woff2"),
          Map.entry("wasm", "application/wasm"),
          Map.entry("pdf", "application/pdf"));

  private final Path root;

  /**
   * @param folder must exist
   * @throws IOException if it does not, or is no folder
   */
  public StaticFolder(Path folder) throws IOException {
    root = folder.toRealPath();
    if (!Files.isDirectory(root)) {
      throw new IOException(folder + " is not a folder");
    }
  }

  /**
   * The file for a path, or null when there is none.
   *
   * @param relative decoded, without a leading slash
   * @param index name of the file for a path that is empty or ends with a slash
   */
  public @Nullable Path find(String relative, String index) throws IOException {
    String name = relative.isEmpty() || relative.endsWith("/") ? relative + index : relative;
    for (String segment : name.split("/", -1)) {
      if (segment.isEmpty()
          || segment.startsWith(".")
          || segment.indexOf('\\') >= 0
          || segment.indexOf('\0') >= 0) {
        return null;
      }
    }
    Path file = root.resolve(name);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return null;
    }
    Path real = file.toRealPath();
    return real.startsWith(root) && Files.isRegularFile(real) ? real : null;
  }

  /** The media type by the file's ending. */
  public static String typeOf(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return TYPES.getOrDefault(
        name.substring(name.lastIndexOf('.') + 1), "application/octet-stream");
  }
}
