package dev.yumen.dataplane.balance;

/**
 * Chooses one of a fixed set of endpoints. Made anew when the set changes; called by every loop, so
 * whatever it counts is kept by loop. It knows nothing of connections and of health: endpoints that
 * are not to be used are not in its set.
 */
public interface Balancer {

  /**
   * @param loop index of the calling loop
   * @param hash of the request's key ({@link KeyHash}); ignored by balancers that draw or count
   * @return index of the chosen endpoint
   */
  int choose(int loop, long hash);
}
