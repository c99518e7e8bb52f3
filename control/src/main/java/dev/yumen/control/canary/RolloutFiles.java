package dev.yumen.control.canary;

import dev.yumen.api.Canary;
import dev.yumen.control.disk.WholeFile;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * How far canaries have come, on disk: a file for each route, which is replaced as a whole. What
 * can not be read or written is logged, and the gateway goes on.
 */
final class RolloutFiles {
  private static final Logger LOG = LoggerFactory.getLogger(RolloutFiles.class);

  private final Path folder;

  /**
   * @param folder need not be there yet
   */
  RolloutFiles(Path folder) {
    this.folder = folder;
  }

  /** That of a route; its name is the id, with what a file may not be called written as %XX. */
  Path file(String route) {
    String name = URLEncoder.encode(route, StandardCharsets.UTF_8);
    return folder.resolve(name.length() > 200 ? name.substring(0, 200) : name + ".json");
  }

  /** What is known of a canary; null when nothing is, or only of other rules. */
  @Nullable Progress read(String route, Canary.Rules rules) {
    Path file = file(route);
    try {
      Progress known = JsonMapper.shared().readValue(Files.readAllBytes(file), Progress.class);
      return Rollout.definition(rules).equals(known.definition()) ? known : null;
    } catch (NoSuchFileException _) {
      return null;
    } catch (IOException | JacksonException e) {
      LOG.error("{} can not be read, so the canary begins anew: {}", file, e.toString());
      return null;
    }
  }

  void write(String route, Progress progress) {
    Path file = file(route);
    try {
      WholeFile.replace(file, JsonMapper.shared().writeValueAsBytes(progress));
    } catch (IOException e) {
      LOG.error("{} can not be written, so a restart would go back: {}", file, e.toString());
    }
  }
}
