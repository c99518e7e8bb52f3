package dev.yumen.dataplane.proxyprotocol;

import dev.yumen.dataplane.loop.ClientAddress;
import dev.yumen.dataplane.proxyprotocol.HeaderReader.Reading;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The header of version 2 (§2.2): a signature, what it is about, addresses, and added values. */
final class BinaryHeader {
  static final byte[] SIGNATURE = {
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
  };

  /** Signature, version and command, family and protocol, length of the rest. */
  static final int FIXED = 16;

  static final int LOCAL = 0x20;
  static final int PROXY = 0x21;
  static final int UNSPECIFIED = 0x00;
  static final int TCP_IPV4 = 0x11;
  static final int TCP_IPV6 = 0x21;
  static final int UNIX_STREAM = 0x31;
  static final int IPV4_LENGTH = 12;
  static final int IPV6_LENGTH = 36;
  static final int UNIX_LENGTH = 216;
  static final int AUTHORITY = 0x02;
  private static final int CHECKSUM = 0x03;

  private BinaryHeader() {}

  static Reading read(ByteBuf in, int most) {
    if (!HeaderReader.begins(in, SIGNATURE)) {
      return new Reading.Malformed("no header");
    }
    if (in.readableBytes() < FIXED) {
      return new Reading.More(FIXED);
    }
    int start = in.readerIndex();
    int command = in.getUnsignedByte(start + 12);
    if (command != LOCAL && command != PROXY) {
      return new Reading.Malformed("version and command 0x" + Integer.toHexString(command));
    }
    int length = FIXED + in.getUnsignedShort(start + 14);
    if (length > most) {
      return new Reading.TooLarge(length);
    }
    if (in.readableBytes() < length) {
      return new Reading.More(length);
    }
    return command == LOCAL
        ? new Reading.Done(null, length)
        : proxied(in.slice(start, length), in.getUnsignedByte(start + 13));
  }

  private static Reading proxied(ByteBuf header, int family) {
    int addresses =
        switch (family) {
          case UNSPECIFIED -> header.readableBytes() - FIXED;
          case TCP_IPV4 -> IPV4_LENGTH;
          case TCP_IPV6 -> IPV6_LENGTH;
          case UNIX_STREAM -> UNIX_LENGTH;
          default -> -1;
        };
    if (addresses < 0) {
      return new Reading.Malformed("family and protocol 0x" + Integer.toHexString(family));
    }
    if (header.readableBytes() < FIXED + addresses) {
      return new Reading.Malformed("addresses that are cut short");
    }
    String wrong = added(header, FIXED + addresses);
    if (wrong != null) {
      return new Reading.Malformed(wrong);
    }
    int length = header.readableBytes();
    return switch (family) {
      case TCP_IPV4 -> new Reading.Done(addresses(header, 4), length);
      case TCP_IPV6 -> new Reading.Done(addresses(header, 16), length);
      default -> new Reading.Done(null, length);
    };
  }

  /** Walks over the added values (§2.2, TLV); returns what is wrong with them, or null. */
  private static @Nullable String added(ByteBuf header, int from) {
    int at = from;
    int end = header.readableBytes();
    while (at < end) {
      int length = end - at < 3 ? Integer.MAX_VALUE : header.getUnsignedShort(at + 1);
      if (length > end - at - 3) {
        return "an added value that is cut short";
      }
      if (header.getUnsignedByte(at) == CHECKSUM && !isRight(header, at + 3, length)) {
        return "a wrong checksum";
      }
      at += 3 + length;
    }
    return null;
  }

  /** §2.2.3: over the whole header, with zeros where the checksum stands. */
  private static boolean isRight(ByteBuf header, int at, int length) {
    if (length != 4) {
      return false;
    }
    byte[] bytes = new byte[header.readableBytes()];
    header.getBytes(0, bytes);
    bytes[at] = 0;
    bytes[at + 1] = 0;
    bytes[at + 2] = 0;
    bytes[at + 3] = 0;
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    return sum.getValue() == header.getUnsignedInt(at);
  }

  private static ClientAddress addresses(ByteBuf header, int size) {
    int ports = FIXED + 2 * size;
    return new ClientAddress(
        new InetSocketAddress(ip(header, FIXED, size), header.getUnsignedShort(ports)),
        new InetSocketAddress(ip(header, FIXED + size, size), header.getUnsignedShort(ports + 2)));
  }

  private static InetAddress ip(ByteBuf header, int at, int size) {
    byte[] bytes = new byte[size];
    header.getBytes(at, bytes);
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }
}
