package dev.yumen.config;

import java.util.Set;

/**
 * What can be used of a configuration with problems: good for finding further ones, never to be
 * run. Filters, routes and upstreams that could not be read are there as stand-ins that do nothing,
 * so that what is beside them stands at its place; everything else that could not be read is left
 * out.
 *
 * @param config what is left
 * @param doubts top-level settings of which something is left out: that something is not there says
 *     nothing; and {@code upstreams.<name>} of each that is a stand-in
 */
public record Partial(GatewayConfig config, Set<String> doubts) {
  public Partial {
    doubts = Set.copyOf(doubts);
  }
}
