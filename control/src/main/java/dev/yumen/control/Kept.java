package dev.yumen.control;

import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.control.change.Documents;
import dev.yumen.control.history.History;
import dev.yumen.control.history.Version;
import dev.yumen.control.history.Written;
import dev.yumen.control.publish.Cause;
import dev.yumen.control.publish.LastGood;
import dev.yumen.control.publish.Publisher;
import dev.yumen.control.publish.ReloadStatus.Live;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stays on disk of configurations that were live: the last good one, for a start whose files
 * are broken, and the history. What can not be written is logged, and the gateway goes on.
 */
final class Kept implements Publisher.Keeper {
  private static final Logger LOG = LoggerFactory.getLogger(Kept.class);

  private final Path main;
  private final Documents documents;
  private final Consumer<LoadedConfig> told;
  private final History history;

  /**
   * @param main the configuration's file or folder
   * @param documents tells what was written of a configuration
   * @param first what the gateway started with; says where the history is
   * @param told of each configuration that became live
   */
  Kept(Path main, Documents documents, LoadedConfig first, Consumer<LoadedConfig> told) {
    this.main = main;
    this.documents = documents;
    this.told = told;
    GatewayConfig config = Objects.requireNonNull(first.config());
    Path folder = state(first).resolve("history").resolve(ownName(main));
    this.history = History.open(folder, config.history().keep());
  }

  History history() {
    return history;
  }

  static Path state(LoadedConfig loaded) {
    return loaded.folder().resolve(Objects.requireNonNull(loaded.config()).runtime().state());
  }

  /** Several main files may share a folder for state, each with a history of its own. */
  static String ownName(Path main) {
    Path absolute = main.toAbsolutePath().normalize();
    byte[] whole = absolute.toUri().toString().getBytes(StandardCharsets.UTF_8);
    String name = String.valueOf(absolute.getFileName()).replaceAll("[^A-Za-z0-9._-]", "_");
    return name + "-" + UUID.nameUUIDFromBytes(whole).toString().substring(0, 8);
  }

  @Override
  public long firstNumber(String hash) {
    return history.numberOf(hash);
  }

  @Override
  public void keep(LoadedConfig loaded, Live live, Cause cause) {
    told.accept(loaded);
    Written written = documents.written(loaded);
    if (written == null) {
      return;
    }
    LastGood lastGood = new LastGood(state(loaded), main);
    try {
      lastGood.save(loaded.hash(), live.since(), written.yaml());
    } catch (IOException e) {
      LOG.warn(
          "{} can not be written, so a start with broken files would fail: {}",
          lastGood.file(),
          e.toString());
    }
    Version version =
        new Version(
            live.number(),
            loaded.hash(),
            cause.author(),
            cause.message(),
            cause.source(),
            live.since());
    try {
      history.add(version, written);
    } catch (IOException e) {
      LOG.warn("version {} can not be kept in the history: {}", live.number(), e.toString());
    }
  }
}
