/**
 * What the gateway counts and how Prometheus reads it.
 *
 * <p>Start at {@link dev.yumen.dataplane.observe.Metrics}, one per process. Each event loop writes
 * its own {@link dev.yumen.dataplane.observe.LoopMetrics}: plain longs, no lock, nothing allocated
 * once a series was seen. A scrape adds the loops up. {@link dev.yumen.dataplane.observe.Family} is
 * the closed list of metrics that {@code docs/metrics.md} describes.
 */
@NullMarked
package dev.yumen.dataplane.observe;

import org.jspecify.annotations.NullMarked;
