package dev.yumen.dataplane.server;

import dev.yumen.config.LimitsConfig;
import dev.yumen.dataplane.http1.HeadLimits;

/** The limits of a client connection in the units that it compares with. */
public record ListenerLimits(
    HeadLimits head,
    long bodyBytes,
    long headerNanos,
    long keepAliveNanos,
    long bodyNanos,
    long writeNanos,
    long minBytesPerSecond,
    long minRateGraceNanos,
    long halfCloseNanos,
    int requestsPerConnection,
    long drainBytes,
    int bufferBytes,
    long tunnelIdleNanos,
    long tunnelLifetimeNanos) {

  public static ListenerLimits of(LimitsConfig limits) {
    return new ListenerLimits(
        new HeadLimits(
            limits.requestLine().toInt(),
            limits.headerLine().toInt(),
            limits.headerBytes().toInt(),
            limits.headerCount(),
            limits.chunkLine().toInt()),
        limits.body().bytes() == 0 ? Long.MAX_VALUE : limits.body().bytes(),
        limits.headerTimeout().toNanos(),
        limits.keepAlive().toNanos(),
        limits.bodyTimeout().toNanos(),
        limits.writeTimeout().toNanos(),
        limits.minRate().bytes(),
        limits.minRateGrace().toNanos(),
        limits.halfClose().toNanos(),
        limits.requestsPerConnection(),
        limits.drain().bytes(),
        limits.buffer().toInt(),
        limits.tunnelIdle().toNanos(),
        limits.tunnelLifetime().toNanos());
  }
}
