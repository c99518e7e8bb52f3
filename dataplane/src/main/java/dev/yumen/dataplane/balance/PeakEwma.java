package dev.yumen.dataplane.balance;

/**
 * Of two drawn endpoints the one where a request is likely to be answered first: requests under way
 * times the latency seen of late ({@link Latency}). After Finagle's "peak EWMA".
 */
public final class PeakEwma extends TwoDraws {
  private final Load load;

  public PeakEwma(int[] weights, Load load) {
    super(weights);
    this.load = load;
  }

  @Override
  double cost(int loop, int endpoint) {
    // One that nothing is known of is tried; its first requests then hold back the next ones.
    return (load.active(loop, endpoint) + 1.0) * (load.latencyNanos(loop, endpoint) + 1.0);
  }
}
