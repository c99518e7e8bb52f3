package dev.yumen.dataplane.http1;

import io.netty.util.AsciiString;

/** Takes the fields of a head one by one, for a protocol that writes them in its own form. */
public interface FieldSink {

  /**
   * One field, in the order of the head.
   *
   * @param name in lower case
   * @param value a copy, one byte a character
   */
  void field(AsciiString name, AsciiString value);
}
