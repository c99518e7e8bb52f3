package dev.yumen.control;

import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.SourceConfig;
import dev.yumen.config.StoreSourceConfig;
import dev.yumen.control.source.DocumentStore;
import dev.yumen.control.source.LocalStore;
import dev.yumen.control.source.remote.ConsulStore;
import dev.yumen.control.source.remote.EtcdStore;
import dev.yumen.control.source.remote.HttpStore;
import dev.yumen.control.source.remote.NacosStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Opens the store that a configuration names. */
final class Stores {
  private Stores() {}

  /**
   * The store, which need not be reachable; null when none is named.
   *
   * @param own with a configuration
   * @throws IOException when a file of its TLS settings can not be used
   */
  static @Nullable DocumentStore open(LoadedConfig own) throws IOException {
    GatewayConfig config = Objects.requireNonNull(own.config());
    SourceConfig source = config.source();
    if (source == null) {
      return null;
    }
    if (source.etcd() != null) {
      return new EtcdStore(source.etcd());
    }
    if (source.consul() != null) {
      return new ConsulStore(source.consul());
    }
    if (source.nacos() != null) {
      return new NacosStore(source.nacos());
    }
    if (source.http() != null) {
      return new HttpStore(source.http());
    }
    StoreSourceConfig local = Objects.requireNonNull(source.store());
    Path file =
        local.path() == null ? config.runtime().state().resolve("store.yaml") : local.path();
    return new LocalStore(own.folder().resolve(file));
  }
}
