package dev.yumen.config;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import java.util.List;

/** A port that clients connect to. */
@Describe("A port that clients connect to.")
public record ListenerConfig(
    @Describe("Address and port to listen on; port 0 takes a free one.") Address address,
    @Describe("Pending connections that the kernel may hold.") @Default("4096") int backlog,
    @Describe("Own endpoints answered here when no route matches: health, version, metrics.")
        @Default("[health]")
        List<BuiltIn> builtIn) {

  /** Endpoints the gateway answers by itself. */
  public enum BuiltIn {
    HEALTH,
    VERSION,
    METRICS
  }

  public ListenerConfig {
    Check.range("backlog", backlog, 1, 65_535);
    builtIn = List.copyOf(builtIn);
  }
}
