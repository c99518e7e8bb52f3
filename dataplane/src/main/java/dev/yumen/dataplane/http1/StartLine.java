package dev.yumen.dataplane.http1;

import org.jspecify.annotations.Nullable;

/**
 * The first line of a head: method, target and version of a request (RFC 9112 §3), version and
 * status of a response (§4). Single spaces divide it, nothing else.
 */
final class StartLine {
  private static final int METHOD = 0;
  private static final int PATH = 1;
  private static final int QUERY = 2;
  private static final int VERSION = 3;
  private static final int STATUS = 4;
  private static final int REASON = 5;
  private static final int LF = 6;
  private static final int COMPLETE = 7;

  private static final String VERSION_FORM = "HTTP/d.d";
  private static final long HTTP_1_1 = 0x312E312F50545448L;
  private static final long HTTP_1_0 = 0x302E312F50545448L;

  private final boolean request;
  private final int mostBytes;

  private int phase;
  private int partStart;
  private int limit;
  private int major;
  private @Nullable WireError error;

  StartLine(HeadParser.Kind kind, HeadLimits limits) {
    this.request = kind == HeadParser.Kind.REQUEST;
    this.mostBytes = limits.requestLine();
  }

  void begin(int start) {
    phase = request ? METHOD : VERSION;
    partStart = start;
    limit = start + mostBytes + 1;
    error = null;
  }

  boolean isComplete() {
    return phase == COMPLETE;
  }

  @Nullable WireError error() {
    return error;
  }

  /** Reads on from {@code position}; returns where it stopped. */
  int advance(HeadTable table, int position, int end) {
    byte[] bytes = table.bytes();
    int stop = Math.min(end, limit);
    int i = position;
    while (i < stop && error == null && phase < LF) {
      i =
          switch (phase) {
            case METHOD -> method(table, bytes, i, stop);
            case PATH, QUERY -> target(table, bytes, i, stop);
            case VERSION -> version(table, bytes, i, stop);
            case STATUS -> status(table, bytes[i], i);
            default -> reason(bytes, i, stop);
          };
    }
    if (i < end && error == null) {
      if (phase != LF) {
        error = request ? WireError.REQUEST_LINE_TOO_LONG : WireError.HEADER_TOO_LARGE;
      } else if (bytes[i] != '\n') {
        error = WireError.BARE_CR;
      } else {
        finish(table);
        return i + 1;
      }
    }
    return i;
  }

  private int method(HeadTable table, byte[] bytes, int from, int stop) {
    int i = Octets.skip(bytes, from, stop, Octets.TOKEN);
    if (i == stop) {
      return i;
    }
    if (bytes[i] != ' ') {
      error = bytes[i] == '\n' ? WireError.BARE_LF : WireError.BAD_METHOD;
      return i;
    }
    if (i == partStart) {
      error = WireError.BAD_REQUEST_LINE;
      return i;
    }
    table.method = Methods.of(bytes, partStart, i);
    table.targetStart = i + 1;
    table.pathStart = i + 1;
    partStart = i + 1;
    phase = PATH;
    return i + 1;
  }

  private int target(HeadTable table, byte[] bytes, int from, int stop) {
    int allowed = phase == PATH ? Octets.PATH : Octets.QUERY;
    int i = Octets.skip(bytes, from, stop, allowed);
    if (i == stop) {
      return i;
    }
    byte b = bytes[i];
    if (b == '?' && phase == PATH) {
      table.queryStart = i + 1;
      phase = QUERY;
      return i + 1;
    }
    if (phase == PATH && (b == '[' || b == ']')) {
      // An IPv6 literal stands in the authority; TargetReader refuses brackets anywhere else.
      table.flags |= HeadTable.BRACKET;
      return i + 1;
    }
    if (b == ' ' && i > partStart) {
      table.targetEnd = i;
      partStart = i + 1;
      phase = VERSION;
      return i + 1;
    }
    error = targetError(b);
    return i;
  }

  private static WireError targetError(byte b) {
    return switch (b) {
      case '\n' -> WireError.BARE_LF;
      // HTTP/0.9 ends the line here.
      case '\r' -> WireError.BAD_REQUEST_LINE;
      case ' ' -> WireError.BAD_REQUEST_LINE;
      default -> WireError.BAD_TARGET;
    };
  }

  private int version(HeadTable table, byte[] bytes, int i, int stop) {
    int at = i - partStart;
    if (at == 0 && stop - i > VERSION_FORM.length()) {
      long word = (long) Octets.LONG.get(bytes, i);
      if (word == HTTP_1_1 || word == HTTP_1_0) {
        major = 1;
        table.minorVersion = word == HTTP_1_1 ? 1 : 0;
        return versionEnd(bytes[i + 8], i + 8);
      }
    }
    byte b = bytes[i];
    if (at == VERSION_FORM.length()) {
      return versionEnd(b, i);
    }
    char expected = VERSION_FORM.charAt(at);
    boolean fits = expected == 'd' ? Octets.is(b, Octets.DIGIT) : b == expected;
    if (!fits) {
      error = !request ? WireError.BAD_STATUS_LINE : WireError.BAD_VERSION;
      error = b == '\n' ? WireError.BARE_LF : error;
      return i;
    }
    if (at == 5) {
      major = b - '0';
    } else if (at == 7) {
      table.minorVersion = b == '0' ? 0 : 1;
    }
    return i + 1;
  }

  private int versionEnd(byte b, int i) {
    if (b == (request ? '\r' : ' ')) {
      phase = request ? LF : STATUS;
      partStart = i + 1;
      return i + 1;
    }
    error = request ? WireError.BAD_VERSION : WireError.BAD_STATUS_LINE;
    error = b == '\n' ? WireError.BARE_LF : error;
    return i;
  }

  private int status(HeadTable table, byte b, int i) {
    int at = i - partStart;
    if (at < 3 && Octets.is(b, Octets.DIGIT)) {
      table.status = table.status * 10 + (b - '0');
      return i + 1;
    }
    if (at == 3 && table.status >= 100 && table.status <= 599 && (b == ' ' || b == '\r')) {
      phase = b == ' ' ? REASON : LF;
      return i + 1;
    }
    error = b == '\n' ? WireError.BARE_LF : WireError.BAD_STATUS_LINE;
    return i;
  }

  private int reason(byte[] bytes, int from, int stop) {
    int i = Octets.skipValue(bytes, from, stop);
    if (i == stop) {
      return i;
    }
    if (bytes[i] == '\r') {
      phase = LF;
      return i + 1;
    }
    error = bytes[i] == '\n' ? WireError.BARE_LF : WireError.BAD_STATUS_LINE;
    return i;
  }

  private void finish(HeadTable table) {
    phase = COMPLETE;
    if (!request) {
      error = major == 1 ? null : WireError.BAD_STATUS_LINE;
      return;
    }
    if (major != 1) {
      boolean preface = table.method.equals("PRI") && major == 2;
      error = preface ? WireError.HTTP2_PREFACE : WireError.UNSUPPORTED_VERSION;
      return;
    }
    error = TargetReader.read(table) ? null : WireError.BAD_TARGET;
  }
}
