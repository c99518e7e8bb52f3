package dev.yumen.dataplane.upstream;

import dev.yumen.config.UpstreamConfig;
import dev.yumen.dataplane.http1.HeadLimits;
import io.netty.bootstrap.Bootstrap;
import java.time.Duration;

/**
 * What a pool needs to know.
 *
 * @param bootstrap with channel type and socket options; cloned for each loop
 * @param metric slot of the upstream in the metrics
 */
record PoolSettings(
    UpstreamConfig.Pool pool,
    Duration connectTimeout,
    HeadLimits headLimits,
    Bootstrap bootstrap,
    int metric) {}
