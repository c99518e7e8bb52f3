package dev.yumen.dataplane.heads;

/**
 * A message that RFC 9113 §8.1.1 and RFC 9114 §4.1.2 call malformed: its stream is reset with
 * PROTOCOL_ERROR or H3_MESSAGE_ERROR.
 */
public final class Malformed extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param message repeats nothing of what was sent
   */
  public Malformed(String message) {
    super(message, null, false, false);
  }
}
