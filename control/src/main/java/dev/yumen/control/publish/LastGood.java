package dev.yumen.control.publish;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.control.disk.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * The last configuration that was live, kept on disk for a start at which the named files can not
 * be used.
 *
 * <p>It is one document: everything that was read, after includes and overlay, but before variables
 * and secret files were filled in, so nothing is on disk that was not in the configuration files
 * already. Only the owner may read it. It belongs to one main file; that of another is not used.
 */
public final class LastGood {
  /** Its name in the state folder. */
  public static final String FILE_NAME = "last-good.yaml";

  private static final String TITLE =
      "# The last configuration that was live. Written by the gateway; used at a start whose"
          + " configuration is broken.\n";
  private static final String MAIN = "# main: ";

  private final Path file;
  private final String belongsTo;

  /**
   * @param folder for state, made when it is missing
   * @param main the file or folder that was named as the configuration
   */
  public LastGood(Path folder, Path main) {
    this.file = folder.toAbsolutePath().normalize().resolve(FILE_NAME);
    this.belongsTo = MAIN + main.toAbsolutePath().normalize().toUri();
  }

  /** Where it is kept. */
  public Path file() {
    return file;
  }

  /**
   * Replaces what was kept, in one step.
   *
   * @param hash of the files it was read from
   * @param at when it became live
   * @param document YAML, with its references to variables and files
   */
  public void save(String hash, Instant at, String document) throws IOException {
    String text =
        TITLE + belongsTo + "\n# hash: " + hash + "\n# live since: " + at + "\n" + document;
    WholeFile.replace(file, text.getBytes(UTF_8));
  }

  /**
   * What was kept.
   *
   * @return empty when there is nothing, or nothing for this main file
   */
  public Optional<String> document() throws IOException {
    try {
      String text = Files.readString(file);
      boolean ours = text.lines().limit(2).anyMatch(belongsTo::equals);
      return ours ? Optional.of(text) : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
