package dev.yumen.dataplane.recording;

import dev.yumen.api.FailureCode;
import dev.yumen.api.Response.Field;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one entry, as {@link EntryWriter} writes them. */
final class EntryReader {
  private static final FailureCode[] CODES = FailureCode.values();

  private final byte[] bytes;
  private final int start;
  private int at;

  EntryReader(byte[] bytes, int start) {
    this.bytes = bytes;
    this.start = start;
    this.at = start + EntryWriter.TEXTS;
  }

  /** Length of the entry that begins there. */
  static int length(byte[] bytes, int start) {
    return ByteBuffer.wrap(bytes).getInt(start);
  }

  RecordedRequest read() {
    ByteBuffer numbers = ByteBuffer.wrap(bytes);
    int flags = bytes[start + EntryWriter.FLAGS];
    String id = text();
    String listener = text();
    String serverName = text();
    InetAddress peer = address(null);
    InetAddress client = address(peer);
    String method = text();
    String version = text();
    String host = text();
    String target = text();
    String route = text();
    String upstream = text();
    String endpoint = text();
    List<Field> fields = new ArrayList<>();
    Set<String> hidden = new LinkedHashSet<>(RecordedRequest.hiddenIn(target));
    int end = start + length(bytes, start);
    while (at < end) {
      String name = text();
      String value = hiddenOrText();
      if (value == null) {
        hidden.add(name.toLowerCase(Locale.ROOT));
      }
      fields.add(new Field(name, value == null ? RecordedRequest.HIDDEN : value));
    }
    int failure = bytes[start + EntryWriter.FAILURE] & 0xFF;
    return new RecordedRequest(
        id,
        Instant.ofEpochMilli(numbers.getLong(start + EntryWriter.TIME)),
        new RecordedRequest.Way(
            listener,
            (flags & EntryWriter.SECURE) != 0,
            serverName.isEmpty() ? null : serverName,
            (flags & EntryWriter.CERTIFICATE) != 0,
            peer,
            client),
        new RecordedRequest.Head(method, version, host, target, fields, hidden),
        new Ended.Result(
            route,
            upstream.isEmpty() ? null : upstream,
            endpoint.isEmpty() ? null : endpoint,
            numbers.getShort(start + EntryWriter.STATUS) & 0xFFFF,
            failure == 0 ? null : CODES[failure - 1],
            numbers.getLong(start + EntryWriter.NANOS)),
        (flags & EntryWriter.CUT) != 0);
  }

  private int number() {
    int number = ((bytes[at] & 0xFF) << 8) | (bytes[at + 1] & 0xFF);
    at += 2;
    return number;
  }

  private String text() {
    return text(number());
  }

  private @Nullable String hiddenOrText() {
    int length = number();
    return length == EntryWriter.HIDDEN ? null : text(length);
  }

  /** As UTF-8 where it is that, so that it can be written again as it was; else byte by byte. */
  private String text(int length) {
    int from = at;
    at += length;
    for (int i = from; i < at; i++) {
      if (bytes[i] < 0) {
        return beyondAscii(from, length);
      }
    }
    return new String(bytes, from, length, StandardCharsets.ISO_8859_1);
  }

  private String beyondAscii(int from, int length) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, from, length))
          .toString();
    } catch (CharacterCodingException _) {
      return new String(bytes, from, length, StandardCharsets.ISO_8859_1);
    }
  }

  private InetAddress address(@Nullable InetAddress otherwise) {
    int length = number();
    byte[] address = new byte[length];
    System.arraycopy(bytes, at, address, 0, length);
    at += length;
    if (length == 0 && otherwise != null) {
      return otherwise;
    }
    try {
      return InetAddress.getByAddress(address);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }
}
