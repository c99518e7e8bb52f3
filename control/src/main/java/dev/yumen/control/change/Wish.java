package dev.yumen.control.change;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a change is wanted.
 *
 * @param author who wants it
 * @param message what for; may be empty
 * @param expected tag of the text that the author saw, or null when it does not matter to them
 * @param dryRun whether it is only to be judged
 * @param confirmWithin after what time it is taken back unless somebody confirms it; null for never
 */
public record Wish(
    String author,
    String message,
    @Nullable String expected,
    boolean dryRun,
    @Nullable Duration confirmWithin) {

  /** Longest author and message in characters. */
  public static final int LONGEST = 500;
}
