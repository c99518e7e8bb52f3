package dev.yumen.api;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many requests are under way at once; others wait their turn, in the order in which
 * they came, or are refused. Any thread; kept across reloads that leave its rules as they are.
 */
public interface ConcurrencyLimit {

  /**
   * How many.
   *
   * @param max requests under way for each key; the ceiling when adaptive
   * @param maxPending requests that wait for each key; 0 refuses at once
   * @param floor the least that an adaptive limit comes down to, or 0 when the limit is {@code max}
   *     always
   */
  record Rules(int max, int maxPending, int floor) {}

  /** A request that is under way, or waits for its turn. */
  interface Ticket {
    /** Whether it may go on. */
    boolean granted();

    /**
     * Gives the place back, or waits no more: then nothing is called any more. To be called once,
     * where the executor runs its tasks.
     *
     * @param nanos how long the service took, which an adaptive limit learns from; negative when
     *     that is not known
     */
    void end(long nanos);
  }

  /**
   * Asks for a place.
   *
   * @param key requests of different keys do not count against each other
   * @param executor where {@code granted} is called, unless the place is free at once
   * @return null when the request is refused
   */
  @Nullable Ticket ask(String key, Executor executor, Runnable granted);

  /** How much of it is used now. Nothing is asked for. */
  Usage usage(String key);

  /**
   * How much of a limit is used.
   *
   * @param underWay requests under way
   * @param most of them, as it is now
   * @param pending requests that wait
   */
  record Usage(int underWay, int most, int pending) {}
}
