package dev.yumen.config;

import dev.yumen.api.InputFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What reading a configuration gave.
 *
 * @param config null exactly when there is a problem of severity ERROR
 * @param partial what can be used of it for finding further problems; null when all could be read,
 *     or nothing
 * @param issued certificates that ACME gave, as they lie in its storage; as much a part of the
 *     configuration as those that it names
 * @param problems everything that was found, in the order of files and lines
 * @param positions where each setting stands
 * @param files every file that was read or looked for, those that settings name among them,
 *     absolute; watch these for changes
 * @param listings where files were looked for by their names; watch these for others that match
 * @param folder that relative names count from
 * @param hash SHA-256 in hex over all configuration files as read (after includes, before
 *     substitution); not over the environment, {@code .env} or files of secrets
 * @param written what is written; null when it could not be read, or was let go of
 */
public record LoadedConfig(
    @Nullable GatewayConfig config,
    @Nullable Partial partial,
    Map<AcmeDomain, InputFile> issued,
    List<Problem> problems,
    Positions positions,
    List<Path> files,
    List<Listing> listings,
    Path folder,
    String hash,
    @Nullable WrittenText written) {

  public LoadedConfig {
    issued = Map.copyOf(issued);
    problems = List.copyOf(problems);
    files = List.copyOf(files);
    listings = List.copyOf(listings);
  }

  /** The same without {@link #written}, which takes as much memory as all the rest. */
  public LoadedConfig withoutWritten() {
    return new LoadedConfig(
        config, partial, issued, problems, positions, files, listings, folder, hash, null);
  }

  /** Settings of which something may be missing because of a problem, as in {@link Partial}. */
  public Set<String> doubts() {
    return partial == null ? Set.of() : partial.doubts();
  }
}
