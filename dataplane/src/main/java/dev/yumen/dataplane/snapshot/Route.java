package dev.yumen.dataplane.snapshot;

import dev.yumen.dataplane.chain.FilterChain;

/**
 * One route ready for use.
 *
 * @param pattern its path as configured, the label in metrics
 * @param metric slot of the pattern in the metrics
 */
public record Route(String id, String pattern, int metric, FilterChain chain, RouteEnd end) {}
