package dev.yumen.control.publish;

/**
 * Why a configuration is to become live.
 *
 * @param author who or what wants it, such as the name of a token, {@code start} or {@code
 *     file-change}
 * @param message what for, in the author's words; empty without any
 * @param source where the change comes from: {@code files}, or the name of a store
 */
public record Cause(String author, String message, String source) {
  /** A source that is no store. */
  public static final String FILES = "files";

  /** A change of the files, or nobody's. */
  public static Cause of(String author) {
    return new Cause(author, "", FILES);
  }
}
