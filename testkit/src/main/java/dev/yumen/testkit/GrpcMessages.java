package dev.yumen.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/**
 * Messages of gRPC as bodies carry them: a byte of flags, the length in four bytes, the content.
 * They are never compressed.
 */
public final class GrpcMessages {
  private static final int TRAILERS = 0x80;

  private GrpcMessages() {}

  /** A message whose content is a text, as good as any that a compiler of protocols makes. */
  public static byte[] message(String text) {
    return frame(0, text.getBytes(UTF_8));
  }

  /** Trailers as gRPC-Web puts them behind the last message: lines that end with CR LF. */
  public static byte[] trailers(String lines) {
    return frame(TRAILERS, lines.getBytes(ISO_8859_1));
  }

  private static byte[] frame(int flags, byte[] content) {
    return ByteBuffer.allocate(5 + content.length)
        .put((byte) flags)
        .putInt(content.length)
        .put(content)
        .array();
  }
}
