package dev.yumen.dataplane.balance;

/** The less busy of two drawn endpoints: by what the calling loop itself has under way there. */
public final class LeastRequest extends TwoDraws {
  private final Load load;

  public LeastRequest(int[] weights, Load load) {
    super(weights);
    this.load = load;
  }

  @Override
  double cost(int loop, int endpoint) {
    return load.active(loop, endpoint) + 1.0;
  }
}
