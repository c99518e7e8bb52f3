package dev.yumen.dataplane.tls;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the first message of a client asks for (RFC 8446 §4.1.2). Read before the TLS library sees
 * it, because the library's context depends on it; whether the message is right is left to the
 * library, which also knows the alert for it.
 *
 * @param serverName asked for, in lower case; null when none is, or none that could be a host
 * @param protocols offered by ALPN (RFC 7301 §3.1); empty when it is not used
 */
public record ClientHello(@Nullable String serverName, List<String> protocols) {
  /** One that can not be read, or asks for nothing. */
  public static final ClientHello NONE = new ClientHello(null, List.of());

  private static final int RECORD_HEADER = 5;
  private static final int HANDSHAKE = 22;
  private static final int CLIENT_HELLO = 1;
  private static final int MESSAGE_HEADER = 4;
  private static final int SERVER_NAME = 0;
  private static final int ALPN = 16;
  private static final int LONGEST_HOST = 255;

  /** How far the reading came. */
  public sealed interface Reading {
    /** Nothing can be said before there are this many bytes. */
    record More(int bytes) implements Reading {}

    /** The message is there. */
    record Done(ClientHello hello) implements Reading {}

    /** The message has, or is going to have, more bytes than are allowed. */
    record TooLarge() implements Reading {}

    /** These bytes do not begin a handshake. */
    record NoHandshake() implements Reading {}
  }

  /**
   * Looks at the bytes that have come, and consumes none.
   *
   * @param most bytes that the message and the records it is in may have
   */
  public static Reading read(ByteBuf in, int most) {
    int start = in.readerIndex();
    int at = start;
    byte[] message = new byte[0];
    while (true) {
      int have = in.writerIndex() - at;
      if ((have > 0 && in.getUnsignedByte(at) != HANDSHAKE)
          || (have > 1 && in.getUnsignedByte(at + 1) != 3)) {
        return at == start ? new Reading.NoHandshake() : new Reading.Done(NONE);
      }
      if (have < RECORD_HEADER) {
        return new Reading.More(at - start + RECORD_HEADER);
      }
      int length = in.getUnsignedShort(at + 3);
      int end = at + RECORD_HEADER + length;
      if (end - start > most) {
        return new Reading.TooLarge();
      }
      if (length == 0) {
        return new Reading.Done(NONE); // RFC 8446 §5.1
      }
      if (in.writerIndex() < end) {
        return new Reading.More(end - start);
      }
      int old = message.length;
      message = Arrays.copyOf(message, old + length);
      in.getBytes(at + RECORD_HEADER, message, old, length);
      Reading reading = of(message, most);
      if (reading != null) {
        return reading;
      }
      at = end;
    }
  }

  /** Null when more records are needed. */
  private static @Nullable Reading of(byte[] message, int most) {
    if (message[0] != CLIENT_HELLO) {
      return new Reading.Done(NONE);
    }
    if (message.length < MESSAGE_HEADER) {
      return null;
    }
    int end =
        MESSAGE_HEADER
            + (((message[1] & 0xff) << 16) | ((message[2] & 0xff) << 8) | (message[3] & 0xff));
    if (end > most) {
      return new Reading.TooLarge();
    }
    if (message.length < end) {
      return null;
    }
    ClientHello hello = parse(new Octets(message, MESSAGE_HEADER, end));
    return new Reading.Done(hello == null ? NONE : hello);
  }

  private static @Nullable ClientHello parse(Octets in) {
    in.skip(2 + 32); // version, random
    in.skip(in.number(1)); // session id
    in.skip(in.number(2)); // cipher suites
    in.skip(in.number(1)); // compression methods
    Octets extensions = in.part(in.number(2));
    String name = null;
    List<String> protocols = List.of();
    while (extensions.left() > 0) {
      int type = extensions.number(2);
      Octets extension = extensions.part(extensions.number(2));
      switch (type) {
        case SERVER_NAME -> name = serverName(extension);
        case ALPN -> protocols = protocols(extension);
        default -> {}
      }
      if (extension.broken) {
        return null;
      }
    }
    return in.broken || extensions.broken ? null : new ClientHello(name, protocols);
  }

  /** The first host name (RFC 6066 §3). */
  private static @Nullable String serverName(Octets in) {
    Octets names = in.part(in.number(2));
    while (names.left() > 0) {
      int type = names.number(1);
      String name = names.text(names.number(2));
      if (type == 0) {
        return host(name);
      }
    }
    in.broken |= names.broken;
    return null;
  }

  private static @Nullable String host(String name) {
    String host = name.toLowerCase(Locale.ROOT);
    if (host.endsWith(".")) {
      host = host.substring(0, host.length() - 1);
    }
    boolean plausible =
        !host.isEmpty()
            && host.length() <= LONGEST_HOST
            && host.chars()
                .allMatch(
                    c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "-._".indexOf(c) >= 0);
    return plausible ? host : null;
  }

  private static List<String> protocols(Octets in) {
    Octets list = in.part(in.number(2));
    List<String> protocols = new ArrayList<>();
    while (list.left() > 0) {
      protocols.add(list.text(list.number(1)));
    }
    in.broken |= list.broken;
    return List.copyOf(protocols);
  }

  /** Reads forward in bytes; past their end everything is zero or empty, and {@code broken}. */
  private static final class Octets {
    private final byte[] bytes;
    private final int end;
    private int at;
    private boolean broken;

    Octets(byte[] bytes, int at, int end) {
      this.bytes = bytes;
      this.at = at;
      this.end = end;
    }

    int left() {
      return broken ? 0 : end - at;
    }

    void skip(int count) {
      broken |= count > end - at;
      at = broken ? end : at + count;
    }

    int number(int octets) {
      int from = at;
      skip(octets);
      int number = 0;
      for (int i = 0; i < octets && !broken; i++) {
        number = (number << 8) | (bytes[from + i] & 0xff);
      }
      return number;
    }

    Octets part(int length) {
      int from = at;
      skip(length);
      return broken ? new Octets(bytes, end, end) : new Octets(bytes, from, at);
    }

    String text(int length) {
      int from = at;
      skip(length);
      return broken ? "" : new String(bytes, from, length, StandardCharsets.ISO_8859_1);
    }
  }
}
