package dev.yumen.dataplane.http1;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@link ChunkedDecoder} does, written a second time with the grammar of RFC 9112 §7.1 as a
 * regular expression. It only says what a good, complete body holds; anything else is null.
 */
final class SlowChunkReader {
  /** A good body. */
  record Body(int consumed, String data, List<String> trailers) {}

  private static final String TOKEN = SlowHeadReader.TOKEN;
  private static final String QUOTED =
      "\"(?:[\t !\\x23-\\x5B\\x5D-\\x7E\\x80-\\xFF]|\\\\[\t\\x20-\\x7E\\x80-\\xFF])*\"";
  private static final String EXTENSION =
      "[ \t]*;[ \t]*" + TOKEN + "(?:[ \t]*=[ \t]*(?:" + TOKEN + "|" + QUOTED + "))?";
  private static final Pattern SIZE_LINE =
      Pattern.compile("([0-9A-Fa-f]{1,16})(?:" + EXTENSION + ")*\r\n");
  private static final Pattern TRAILER =
      Pattern.compile("(" + TOKEN + "):[ \t]*([\t\\x20-\\x7E\\x80-\\xFF]*?)[ \t]*\r\n");

  /** Of all that RFC 9110 §6.5.1 forbids, what the generated bodies hold. */
  private static final Set<String> FORBIDDEN = Set.of("host", "content-length");

  private SlowChunkReader() {}

  static @Nullable Body read(String wire, int mostLineBytes) {
    StringBuilder data = new StringBuilder();
    int at = 0;
    while (true) {
      Matcher line = SIZE_LINE.matcher(wire).region(at, wire.length());
      if (!line.lookingAt() || line.end() - at - 2 > mostLineBytes) {
        return null;
      }
      long size = Long.parseUnsignedLong(line.group(1), 16);
      at = line.end();
      if (size == 0) {
        return trailers(wire, at, data.toString());
      }
      int end = (int) Math.min(at + Math.max(size, 0), Integer.MAX_VALUE / 2);
      if (size < 0 || !wire.startsWith("\r\n", end)) {
        return null;
      }
      data.append(wire, at, end);
      at = end + 2;
    }
  }

  private static @Nullable Body trailers(String wire, int from, String data) {
    List<String> trailers = new ArrayList<>();
    int at = from;
    while (!wire.startsWith("\r\n", at)) {
      Matcher line = TRAILER.matcher(wire).region(at, wire.length());
      if (!line.lookingAt()) {
        return null;
      }
      if (!FORBIDDEN.contains(line.group(1).toLowerCase(Locale.ROOT))) {
        trailers.add(line.group(1) + ": " + line.group(2));
      }
      at = line.end();
    }
    return new Body(at + 2, data, trailers);
  }
}
