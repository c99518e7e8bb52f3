package dev.yumen.filters.observe;

import dev.yumen.api.Exchange;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Ids that clients send along and that are made here. */
final class Ids {
  private static final int MOST_CHARACTERS = 128;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private Ids() {}

  /**
   * The id that the client sent, or null when it sent none, several, or one that could do harm in a
   * log: longer than 128 characters, or with others than letters, digits and {@code . _ - ~ : / +
   * = @}.
   */
  static @Nullable String sent(Exchange exchange, String header) {
    String id = exchange.request().headers().first(header);
    if (id == null || !isSane(id)) {
      return null;
    }
    List<String> all = exchange.request().headers().all(header);
    return all.size() == 1 ? id : null;
  }

  private static boolean isSane(String id) {
    if (id.isEmpty() || id.length() > MOST_CHARACTERS) {
      return false;
    }
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!letter && !(c >= '0' && c <= '9') && "._-~:/+=@".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }

  /** A new id of 128 random bits as 32 hexadecimal digits, the form of W3C Trace Context. */
  static String create() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    byte[] text = new byte[32];
    write(text, 0, random.nextLong());
    write(text, 16, random.nextLong());
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private static void write(byte[] text, int at, long bits) {
    long rest = bits;
    for (int i = 15; i >= 0; i--) {
      text[at + i] = HEX[(int) rest & 15];
      rest >>>= 4;
    }
  }
}
