package dev.yumen.dataplane.proxyprotocol;

import dev.yumen.dataplane.loop.ClientAddress;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Tells what the first bytes of a connection are, in either version of the protocol. Strict: what
 * another reader could understand differently is malformed. Looks at bytes and consumes none.
 */
public final class HeaderReader {
  private static final byte[] TEXT = "PROXY ".getBytes(StandardCharsets.US_ASCII);
  private static final int LONGEST_TEXT = 107;

  private HeaderReader() {}

  /** How far the reading came. */
  public sealed interface Reading {
    /** Nothing can be said before there are this many bytes. */
    record More(int bytes) implements Reading {}

    /**
     * The header is there.
     *
     * @param address that was announced; null when the connection is the peer's own, or nothing was
     *     said that is an IP address
     * @param length bytes that the header has
     */
    record Done(@Nullable ClientAddress address, int length) implements Reading {}

    /** The header is larger than is allowed. */
    record TooLarge(int bytes) implements Reading {}

    /** These bytes are not a header. */
    record Malformed(String reason) implements Reading {}
  }

  /**
   * Reads from the reader index.
   *
   * @param most bytes that a header of version 2 may have
   */
  public static Reading read(ByteBuf in, int most) {
    if (!in.isReadable()) {
      return new Reading.More(1);
    }
    byte first = in.getByte(in.readerIndex());
    if (first == TEXT[0]) {
      return text(in);
    }
    return first == BinaryHeader.SIGNATURE[0]
        ? BinaryHeader.read(in, most)
        : new Reading.Malformed("no header");
  }

  /** Version 1: one line of text (§2.1). */
  private static Reading text(ByteBuf in) {
    if (!begins(in, TEXT)) {
      return new Reading.Malformed("no header");
    }
    int start = in.readerIndex();
    int there = Math.min(in.readableBytes(), LONGEST_TEXT);
    for (int i = TEXT.length; i < there; i++) {
      byte octet = in.getByte(start + i);
      if (octet == '\n') {
        return new Reading.Malformed("a line that does not end in CR LF");
      }
      if (octet == '\r') {
        if (i + 1 < there) {
          return in.getByte(start + i + 1) == '\n'
              ? line(in.toString(start, i, StandardCharsets.ISO_8859_1), i + 2)
              : new Reading.Malformed("CR without LF");
        }
        break;
      }
    }
    return in.readableBytes() >= LONGEST_TEXT
        ? new Reading.Malformed("a line of more than " + LONGEST_TEXT + " bytes")
        : new Reading.More(in.readableBytes() + 1);
  }

  private static Reading line(String line, int length) {
    ClientAddress address = null;
    if (!line.equals("PROXY UNKNOWN") && !line.startsWith("PROXY UNKNOWN ")) {
      address = TextHeader.parse(line);
      if (address == null) {
        return new Reading.Malformed("a line that is not as it should be");
      }
    }
    return new Reading.Done(address, length);
  }

  /** Whether the bytes that are there are those of this beginning. */
  static boolean begins(ByteBuf in, byte[] beginning) {
    int there = Math.min(in.readableBytes(), beginning.length);
    for (int i = 0; i < there; i++) {
      if (in.getByte(in.readerIndex() + i) != beginning[i]) {
        return false;
      }
    }
    return true;
  }
}
