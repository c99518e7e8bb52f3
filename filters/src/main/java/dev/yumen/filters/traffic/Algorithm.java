package dev.yumen.filters.traffic;

/** How requests are counted against a rate. */
public enum Algorithm {
  /** A bucket that holds {@code burst} requests and refills steadily. */
  TOKEN_BUCKET,
  /** This window's count, and of the last one's the part that the length of a window reaches. */
  SLIDING_WINDOW,
  /** Windows side by side, each with a count of its own. */
  FIXED_WINDOW
}
