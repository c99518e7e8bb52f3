package dev.yumen.control.source.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.yumen.control.source.DocumentStore.Stored;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * The form of a document in a place that takes bytes: UTF-8, compressed by gzip when it is large.
 * Which of the two it is shows in the first two bytes: no text begins with those of gzip.
 */
final class StoredBytes {
  /** From when on documents are compressed, in bytes: the limit of Consul, a third of etcd's. */
  static final int PLAIN_BYTES = 512 << 10;

  private static final int GZIP_FIRST = 0x1f;
  private static final int GZIP_SECOND = 0x8b;

  private StoredBytes() {}

  /**
   * @throws IOException when it is longer than {@link Stored#MOST_BYTES}
   */
  static byte[] of(String document) throws IOException {
    byte[] text = document.getBytes(UTF_8);
    if (text.length > Stored.MOST_BYTES) {
      throw new IOException("the document is longer than " + Stored.MOST_BYTES + " bytes");
    }
    if (text.length <= PLAIN_BYTES) {
      return text;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length / 8);
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text);
    }
    return bytes.toByteArray();
  }

  /**
   * @param where what holds it, for messages
   * @throws IOException when it is no text, longer than {@link Stored#MOST_BYTES}, or broken
   */
  static String text(byte[] bytes, String where) throws IOException {
    byte[] text = isGzip(bytes) ? inflated(bytes, where) : bytes;
    if (text.length > Stored.MOST_BYTES) {
      throw tooLong(where);
    }
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
    } catch (CharacterCodingException e) {
      throw new IOException(where + " holds what is no UTF-8 text", e);
    }
  }

  private static boolean isGzip(byte[] bytes) {
    return bytes.length >= 2 && (bytes[0] & 0xff) == GZIP_FIRST && (bytes[1] & 0xff) == GZIP_SECOND;
  }

  private static byte[] inflated(byte[] bytes, String where) throws IOException {
    byte[] text;
    try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      text = gzip.readNBytes(Stored.MOST_BYTES + 1);
    } catch (IOException e) {
      throw new IOException(where + " holds broken gzip: " + e.getMessage(), e);
    }
    if (text.length > Stored.MOST_BYTES) {
      throw tooLong(where);
    }
    return text;
  }

  private static IOException tooLong(String where) {
    return new IOException(where + " holds more than " + Stored.MOST_BYTES + " bytes");
  }
}
