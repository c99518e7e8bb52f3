package dev.yumen.control.source;

import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.SourceConfig;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Opens the store that a configuration names. */
public final class Stores {
  private Stores() {}

  /**
   * The store, which need not be reachable; null when none is named.
   *
   * @param own with a configuration
   */
  public static @Nullable DocumentStore open(LoadedConfig own) {
    GatewayConfig config = Objects.requireNonNull(own.config());
    SourceConfig source = config.source();
    if (source == null || source.store() == null) {
      return null;
    }
    Path path = source.store().path();
    Path file = path == null ? config.runtime().state().resolve("store.yaml") : path;
    return new LocalStore(own.folder().resolve(file));
  }
}
