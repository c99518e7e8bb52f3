package dev.yumen.dataplane.balance;

/**
 * Chooses one of a fixed set of endpoints. Made anew when the set changes; called by every loop, so
 * whatever it counts is kept by loop.
 */
public interface Balancer {

  /**
   * @param loop index of the calling loop
   * @return index of the chosen endpoint
   */
  int choose(int loop);

  /** How many attempts each endpoint serves now, for balancers that care. */
  @FunctionalInterface
  interface Load {
    int active(int loop, int endpoint);
  }
}
