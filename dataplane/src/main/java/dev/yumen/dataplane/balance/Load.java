package dev.yumen.dataplane.balance;

/** What each endpoint has to do now, for balancers that care. Only on the loop that is named. */
public interface Load {

  /** Attempts that this loop has under way. */
  int active(int loop, int endpoint);

  /**
   * How long the endpoint takes for the head of an answer, as this loop has seen of late; 0 when
   * nothing is known.
   */
  double latencyNanos(int loop, int endpoint);
}
