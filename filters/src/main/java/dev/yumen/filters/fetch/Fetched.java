package dev.yumen.filters.fetch;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What came of asking. */
public sealed interface Fetched {

  /**
   * An answer of status 200, in full.
   *
   * @param maxAge how long it is said to stay right ({@code Cache-Control: max-age}); null when
   *     nothing is said
   */
  record Page(byte[] body, @Nullable Duration maxAge) implements Fetched {}

  /**
   * No such answer.
   *
   * @param detail one line for the log
   */
  record Trouble(Kind kind, String detail) implements Fetched, Posted {}

  /** What a metric tells apart. */
  enum Kind {
    TIMEOUT,
    UNREACHABLE,
    /** A redirect to another host, or one too many. */
    REDIRECT,
    /** A status other than 200. */
    STATUS,
    TOO_LARGE,
    /** Not what it was asked for; who asked finds out. */
    CONTENT
  }
}
