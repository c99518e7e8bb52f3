package dev.yumen.dataplane.snapshot;

import dev.yumen.dataplane.chain.FilterChain;

/**
 * One route ready for use.
 *
 * @param pattern its path as configured, the label in metrics
 * @param metrics its slots in the metrics
 */
public record Route(String id, String pattern, Slots metrics, FilterChain chain, RouteEnd end) {

  /**
   * Where its requests are counted.
   *
   * @param path slot of the pattern
   * @param name slot of the id
   */
  public record Slots(int path, int name) {}
}
