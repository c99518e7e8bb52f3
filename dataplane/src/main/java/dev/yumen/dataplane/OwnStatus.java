package dev.yumen.dataplane;

import dev.yumen.dataplane.exchange.BuiltInEndpoints;
import dev.yumen.dataplane.upstream.Upstream;
import java.util.Map;
import java.util.function.Supplier;

/** What {@code /ready} and {@code /version} say of a gateway that runs. Any thread. */
final class OwnStatus implements BuiltInEndpoints.Status {
  private final Supplier<Map<String, Upstream>> upstreams;
  private volatile Supplier<String> reloads = () -> "{}";
  private volatile boolean ready;

  /**
   * @param upstreams those of the live configuration, by name
   */
  OwnStatus(Supplier<Map<String, Upstream>> upstreams) {
    this.upstreams = upstreams;
  }

  void ready(boolean isReady) {
    ready = isReady;
  }

  /** What is said about the last reload: a JSON object. */
  void reloads(Supplier<String> json) {
    reloads = json;
  }

  @Override
  public boolean ready() {
    return ready;
  }

  @Override
  public Map<String, Upstream> upstreams() {
    return upstreams.get();
  }

  @Override
  public String readyBody() {
    String status = ready ? "ready" : "draining";
    return "{\"status\":\"" + status + "\",\"config\":" + reloads.get() + "}\n";
  }

  @Override
  public String versionBody() {
    return "{\"name\":\"yumen\",\"version\":\"" + ProgramVersion.text() + "\"}\n";
  }
}
