package dev.yumen.config;

import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where more of the configuration is kept, beside the files: in exactly one place. */
@Describe(
    "Where more of the configuration is kept, beside the files, so that it can be written by the"
        + " admin API or shared by several gateways. Read at start, from the files alone.")
public record SourceConfig(
    @Describe("A file of this gateway's own, written by its admin API.")
        @Nullable StoreSourceConfig store,
    @Describe("A key of etcd, for any number of gateways; written by their admin API.")
        @Nullable EtcdSourceConfig etcd,
    @Describe("A key of Consul, for any number of gateways; written by their admin API.")
        @Nullable ConsulSourceConfig consul,
    @Describe("A configuration of Nacos, for any number of gateways; written by their admin API.")
        @Nullable NacosSourceConfig nacos,
    @Describe("A document of a configuration centre; CONFIG_CENTER_URL sets its address.")
        @Nullable HttpSourceConfig http) {

  public SourceConfig {
    long written = Stream.of(store, etcd, consul, nacos, http).filter(Objects::nonNull).count();
    if (written != 1) {
      throw InvalidValue.found(
          "",
          written == 0 ? "no place" : written + " places",
          "exactly one of store, etcd, consul, nacos and http");
    }
  }
}
