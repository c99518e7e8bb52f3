package dev.yumen.control.history;

import java.time.Instant;

/**
 * A configuration that was live.
 *
 * @param number grows by one with each, across starts of the process
 * @param hash of its files or documents, in hex
 * @param author who changed it, as far as is known: the name of a token, or what changed it
 * @param message why, in the author's words; empty when nothing was said
 * @param source where it came from, such as {@code files}
 * @param time when it became live
 */
public record Version(
    long number, String hash, String author, String message, String source, Instant time) {
  private static final int LONGEST_AUTHOR = 200;
  private static final int LONGEST_MESSAGE = 2_000;

  public Version {
    author = bounded(author, LONGEST_AUTHOR);
    message = bounded(message, LONGEST_MESSAGE);
  }

  private static String bounded(String text, int most) {
    String clean = text.replaceAll("\\p{Cntrl}+", " ").strip();
    return clean.length() <= most ? clean : clean.substring(0, most);
  }
}
