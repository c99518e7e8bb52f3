package dev.yumen.dataplane.overload;

import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/**
 * Where clients stand among those of their level when a share of them is turned away.
 *
 * <p>Not drawn for each request, because a client of whose calls each second one fails has nothing
 * of the others: a client keeps its place for a minute. Then places are drawn anew, so that it is
 * not always the same ones (DAGOR does so by the hour; Zhou et al., SoCC 2018). A part of the place
 * is drawn each time all the same, for otherwise one client that makes most of the load could be
 * turned away as a whole only.
 */
final class Places {
  private static final long KEPT_NANOS = 60_000_000_000L;
  private static final double DRAWN = 0.1;

  private final LongSupplier nanoClock;
  private final long salt;

  /**
   * @param salt what places depend on beside client and time
   */
  Places(LongSupplier nanoClock, long salt) {
    this.nanoClock = nanoClock;
    this.salt = salt;
  }

  /** A client's place now, 0 to 1; of many clients, and over time, as many are here as there. */
  double of(int client) {
    long minute = Math.floorDiv(nanoClock.getAsLong(), KEPT_NANOS);
    double kept = (mix(mix(salt + minute) + client) >>> 11) * 0x1p-53;
    return (kept + DRAWN * ThreadLocalRandom.current().nextDouble()) % 1;
  }

  /** The finalizer of SplitMix64: near numbers become far ones. */
  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    long b = (a ^ (a >>> 27)) * 0x94d049bb133111ebL;
    return b ^ (b >>> 31);
  }
}
