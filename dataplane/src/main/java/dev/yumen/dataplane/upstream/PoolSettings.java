package dev.yumen.dataplane.upstream;

import dev.yumen.config.UpstreamConfig;
import dev.yumen.dataplane.http1.HeadLimits;
import dev.yumen.dataplane.state.StateRegistry;
import dev.yumen.dataplane.tls.UpstreamTls;
import io.netty.bootstrap.Bootstrap;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a pool needs to know.
 *
 * @param bootstrap with channel type and socket options; cloned for each loop
 * @param tlsHandle null where there is no TLS; given back by {@link #release}
 * @param metric slot of the upstream in the metrics
 */
record PoolSettings(
    UpstreamConfig.Pool pool,
    Duration connectTimeout,
    HeadLimits headLimits,
    Bootstrap bootstrap,
    UpstreamConfig.Protocol protocol,
    StateRegistry.@Nullable Handle<UpstreamTls.Compiled> tlsHandle,
    int metric) {

  /** Null where there is no TLS. */
  @Nullable UpstreamTls tls() {
    return tlsHandle == null ? null : tlsHandle.value().tls();
  }

  /** No connection will be made any more. */
  void release() {
    if (tlsHandle != null) {
      tlsHandle.release();
    }
  }
}
