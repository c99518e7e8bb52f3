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

  /** What {@link #peek} gives where chance decides. */
  int BY_CHANCE = -1;

  /**
   * What {@link #choose} would give now, without counting it. Any thread, which may see what
   * another loop counts a little late.
   *
   * @return index of the endpoint, or {@link #BY_CHANCE}
   */
  int peek(int loop, long hash);
}
