package dev.yumen.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What reading a configuration gave.
 *
 * @param config null exactly when there is a problem of severity ERROR
 * @param problems everything that was found, in the order of files and lines
 * @param positions where each setting stands, by its path such as {@code routes[2].match.path};
 *     only settings that were written
 * @param files every file that was read, absolute; watch these for changes
 * @param folder that relative names count from
 * @param hash SHA-256 in hex over all files as read (after includes, before substitution)
 */
public record LoadedConfig(
    @Nullable GatewayConfig config,
    List<Problem> problems,
    Map<String, Position> positions,
    List<Path> files,
    Path folder,
    String hash) {

  public LoadedConfig {
    problems = List.copyOf(problems);
    positions = Map.copyOf(positions);
    files = List.copyOf(files);
  }
}
