package dev.yumen.filters.traffic;

/**
 * One rate and how it is counted: the arithmetic on the counts of a {@link LimitTable}. Immutable;
 * any thread. Times are the table's.
 *
 * <p>What a count says is passed around as its <em>level</em>: a number that is 0 when nothing is
 * taken and means more the more is; {@link #left} and {@link #resetIn} say what it means.
 */
abstract sealed class Limiter permits TokenBucket, FixedWindow, SlidingWindow {
  private final Terms terms;

  Limiter(Terms terms) {
    this.terms = terms;
  }

  /** The limiter of some terms, for counts of this table. */
  static Limiter of(Terms terms, LimitTable table) {
    return switch (terms.algorithm()) {
      case TOKEN_BUCKET -> new TokenBucket(terms);
      case FIXED_WINDOW -> new FixedWindow(terms, table.epochNanos());
      case SLIDING_WINDOW -> new SlidingWindow(terms, table.epochNanos());
    };
  }

  final Terms terms() {
    return terms;
  }

  /** A count of nothing. */
  abstract LimitTable.Count fresh(long key, long time);

  /**
   * Takes from a key's count if there is enough.
   *
   * @param cost 1 to {@link Terms#most}
   * @return the level afterwards; or, if there was not enough, less than zero: the nanoseconds
   *     until there is, negated
   */
  abstract long take(LimitTable table, long key, long time, long cost);

  /** Nanoseconds until {@link #take} would take, as far as is known now; 0 if it would at once. */
  abstract long waitFor(LimitTable table, long key, long time, long cost);

  /**
   * Counts what is known afterwards: more, even if that leaves a debt, or less than zero to give
   * back.
   *
   * @param time when the first part was taken
   */
  abstract void charge(LimitTable table, long key, long time, long cost);

  /** The level of a key's count. */
  abstract long level(LimitTable table, long key, long time);

  /** What may still be taken at once. */
  abstract long left(long level);

  /** Nanoseconds until more may be taken than {@link #left}, at most, if nobody takes meanwhile. */
  abstract long resetIn(long level, long time);
}
