package dev.yumen.dataplane.tls;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Writes first messages of clients, right and wrong ones. */
final class HelloBytes {
  private HelloBytes() {}

  /** The message, without records: of this version, asking for this name and these protocols. */
  static byte[] message(int version, String name, List<String> protocols) {
    ByteArrayOutputStream extensions = new ByteArrayOutputStream();
    if (!name.isEmpty()) {
      byte[] host = name.getBytes(StandardCharsets.ISO_8859_1);
      extension(extensions, 0, vector(2, join(new byte[] {0}, vector(2, host))));
    }
    if (!protocols.isEmpty()) {
      ByteArrayOutputStream list = new ByteArrayOutputStream();
      protocols.forEach(
          each -> list.writeBytes(vector(1, each.getBytes(StandardCharsets.ISO_8859_1))));
      extension(extensions, 16, vector(2, list.toByteArray()));
    }
    byte[] body =
        join(
            new byte[] {(byte) (version >> 8), (byte) version},
            new byte[32],
            vector(1, new byte[0]),
            vector(2, new byte[] {0, 0x2f, (byte) 0xc0, 0x13}),
            vector(1, new byte[] {0}),
            vector(2, extensions.toByteArray()));
    return join(new byte[] {1}, vector(3, body));
  }

  private static void extension(ByteArrayOutputStream to, int type, byte[] content) {
    to.writeBytes(new byte[] {(byte) (type >> 8), (byte) type});
    to.writeBytes(vector(2, content));
  }

  /** The message in records of at most this size. */
  static byte[] records(byte[] message, int size) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int at = 0; at < message.length; at += size) {
      byte[] piece = Arrays.copyOfRange(message, at, Math.min(message.length, at + size));
      out.writeBytes(join(new byte[] {22, 3, 1}, vector(2, piece)));
    }
    return out.toByteArray();
  }

  static byte[] record(byte[] message) {
    return records(message, 16_384);
  }

  /** The content behind its length in so many octets. */
  private static byte[] vector(int octets, byte[] content) {
    byte[] length = new byte[octets];
    for (int i = 0; i < octets; i++) {
      length[i] = (byte) (content.length >> (8 * (octets - 1 - i)));
    }
    return join(length, content);
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
