package dev.yumen.dataplane.http2;

/** A message that RFC 9113 §8.1.1 calls malformed: its stream is reset with PROTOCOL_ERROR. */
final class Malformed extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param message repeats nothing of what was sent
   */
  Malformed(String message) {
    super(message, null, false, false);
  }
}
