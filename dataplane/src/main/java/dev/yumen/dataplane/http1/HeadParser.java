package dev.yumen.dataplane.http1;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads heads, one after another, from whatever pieces the network delivers. Strict where RFC 9112
 * leaves a choice. Bytes are copied in blocks into the {@link HeadTable} and looked at once: the
 * work of a head is linear in its length however it is cut, and the outcome does not depend on the
 * cuts.
 *
 * <p>One instance per connection and direction; not thread-safe.
 */
public final class HeadParser {

  /** What is read. */
  public enum Kind {
    REQUEST,
    RESPONSE,
    /** The fields behind the last chunk (RFC 9112 §7.1.2); those that may not be there are gone. */
    TRAILERS
  }

  /** What came of the bytes so far. */
  public enum Result {
    /** All bytes were consumed and the head has not ended. */
    NEED_MORE,
    /** The table is complete; the buffer stands behind the head. */
    DONE,
    /** The head is refused, see {@link #error}; what the table and the buffer hold is undefined. */
    FAILED
  }

  /** Bytes copied at once: a usual head fits, and a body behind the head is not copied in vain. */
  private static final int BLOCK = 2048;

  private static final int MOST_EMPTY_LINES = 2;

  // Phases, in the order in which a head passes them.
  private static final int IDLE = 0;
  private static final int EMPTY_LINES = 1;
  private static final int EMPTY_LINE_LF = 2;
  private static final int START_LINE = 3;
  private static final int FIELD = 4;
  private static final int FIELD_NAME = 5;
  private static final int FIELD_SPACE = 6;
  private static final int FIELD_VALUE = 7;
  private static final int FIELD_LF = 8;
  private static final int LAST_LF = 9;
  private static final int ENDED = 10;
  private static final int REFUSED = 11;

  private final Kind kind;
  private final HeadLimits limits;
  private final StartLine startLine;

  /** For each known name, whether its field goes on, is only readable, or gone. */
  private final int[] fates;

  private int phase = IDLE;
  private int position;
  private int lineStart;

  /** Index at which the current line is too long, its CR not having come before. */
  private int lineLimit;

  private int fieldsLimit;
  private int nameEnd;
  private int valueStart;
  private int emptyLines;
  private @Nullable WireError error;

  public HeadParser(Kind kind, HeadLimits limits) {
    this.kind = kind;
    this.limits = limits;
    this.startLine = new StartLine(kind, limits);
    this.fates = FieldName.fates(kind);
  }

  /**
   * Goes on with the head. Consumes its bytes and none behind it. The first call of a head resets
   * the table; later calls until {@code DONE} or {@code FAILED} must pass the same one. After
   * {@code DONE} the next call begins the next head; after {@code FAILED} it fails again until
   * {@link #reset}.
   */
  public Result parse(ByteBuf in, HeadTable into) {
    if (phase == IDLE) {
      begin(into);
    }
    while (in.isReadable() && phase != REFUSED) {
      int amount = Math.min(in.readableBytes(), BLOCK);
      int before = into.wire.length();
      into.wire.copy(in, amount);
      advance(into);
      if (phase == ENDED) {
        in.skipBytes(position - before);
        into.wire.truncate(position);
        phase = IDLE;
        return Result.DONE;
      }
      in.skipBytes(amount);
    }
    return phase == REFUSED ? Result.FAILED : Result.NEED_MORE;
  }

  /** Why the head is refused. Only after {@code FAILED}. */
  public WireError error() {
    if (error == null) {
      throw new IllegalStateException("the head is not refused");
    }
    return error;
  }

  /** Whether the first byte of a head was seen and its end was not; empty lines do not count. */
  public boolean started() {
    return phase >= START_LINE && phase < ENDED;
  }

  /** Forgets a head that was begun, or refused. */
  public void reset() {
    phase = IDLE;
    error = null;
  }

  private void begin(HeadTable table) {
    table.begin(kind == Kind.REQUEST);
    position = 0;
    lineStart = 0;
    emptyLines = 0;
    switch (kind) {
      case REQUEST -> phase = EMPTY_LINES;
      case RESPONSE -> beginStartLine();
      case TRAILERS -> beginFields();
    }
  }

  private void beginStartLine() {
    phase = START_LINE;
    startLine.begin(position);
  }

  private void beginFields() {
    phase = FIELD;
    lineStart = position;
    fieldsLimit = position + limits.headerBytes() - 1;
  }

  private void advance(HeadTable table) {
    byte[] bytes = table.bytes();
    int end = table.wire.length();
    while (position < end && phase < ENDED) {
      switch (phase) {
        case EMPTY_LINES, EMPTY_LINE_LF -> emptyLine(bytes[position]);
        case START_LINE -> startLine(table, end);
        case FIELD -> field(table, end);
        case FIELD_NAME -> fieldName(bytes, end);
        case FIELD_SPACE -> fieldSpace(bytes, end);
        case FIELD_VALUE -> fieldValue(bytes, end);
        case FIELD_LF -> fieldLf(table, bytes[position]);
        default -> lastLf(table, bytes[position]);
      }
    }
  }

  /** Empty lines before a request are skipped, but not for ever (RFC 9112 §2.2). */
  private void emptyLine(byte b) {
    if (phase == EMPTY_LINE_LF) {
      if (b != '\n') {
        refuse(WireError.BARE_CR);
        return;
      }
      position++;
      phase = EMPTY_LINES;
    } else if (b == '\r') {
      if (++emptyLines > MOST_EMPTY_LINES) {
        refuse(WireError.BAD_REQUEST_LINE);
        return;
      }
      position++;
      phase = EMPTY_LINE_LF;
    } else {
      beginStartLine();
    }
  }

  private void startLine(HeadTable table, int end) {
    position = startLine.advance(table, position, end);
    if (startLine.error() != null) {
      refuse(startLine.error());
    } else if (startLine.isComplete()) {
      beginFields();
    }
  }

  private void field(HeadTable table, int end) {
    int start = wholeFields(table, end);
    position = start;
    if (start == end || phase != FIELD) {
      return;
    }
    lineStart = start;
    byte b = table.bytes()[start];
    if (b == '\r') {
      position = start + 1;
      phase = LAST_LF;
    } else if (table.wire.lines() == limits.headerCount()) {
      refuse(WireError.TOO_MANY_HEADERS);
    } else if (b == ':') {
      refuse(WireError.EMPTY_NAME);
    } else if (Octets.isSpace(b)) {
      refuse(WireError.OBS_FOLD);
    } else {
      lineLimit = Math.min(start + limits.headerLine() + 1, fieldsLimit);
      phase = FIELD_NAME;
    }
  }

  /**
   * Takes field lines that are here whole and in the usual form, at a fraction of the cost. Stops
   * where the next line is anything else, be it the end, cut off, odd or wrong: the phases then go
   * through it byte by byte and find out. Returns where that is.
   */
  private int wholeFields(HeadTable table, int end) {
    byte[] bytes = table.bytes();
    int start = position;
    int room = limits.headerCount() - table.wire.lines();
    for (; room > 0 && start < end && bytes[start] != '\r'; room--) {
      int colon = Octets.findColon(bytes, start, end);
      int id = FieldName.idOf(bytes, start, colon);
      if (id == FieldName.OTHER && Octets.skip(bytes, start, colon, Octets.TOKEN) != colon) {
        break;
      }
      int value = colon + 1 < end && bytes[colon + 1] == ' ' ? colon + 2 : colon + 1;
      int cr = Octets.skipValue(bytes, value, end);
      boolean usual =
          cr + 1 < end
              && colon > start
              && bytes[cr] == '\r'
              && bytes[cr + 1] == '\n'
              && bytes[cr - 1] > ' '
              && bytes[value] > ' ';
      if (!usual || cr - start > limits.headerLine() || cr >= fieldsLimit) {
        break;
      }
      lineStart = start;
      start = cr + 2;
      take(table, id, colon, value, cr, 0);
      if (phase == REFUSED) {
        break;
      }
    }
    return start;
  }

  private void fieldName(byte[] bytes, int end) {
    int stop = Math.min(end, lineLimit);
    int i = Octets.skip(bytes, position, stop, Octets.TOKEN);
    position = i;
    if (i == stop) {
      refuseIfTooLong();
    } else if (bytes[i] == ':') {
      nameEnd = i;
      position = i + 1;
      phase = FIELD_SPACE;
    } else if (Octets.isSpace(bytes[i])) {
      refuse(WireError.SPACE_BEFORE_COLON);
    } else {
      refuse(bytes[i] == '\n' ? WireError.BARE_LF : WireError.BAD_NAME);
    }
  }

  private void fieldSpace(byte[] bytes, int end) {
    int stop = Math.min(end, lineLimit);
    int i = position;
    while (i < stop && Octets.isSpace(bytes[i])) {
      i++;
    }
    position = i;
    if (i == stop) {
      refuseIfTooLong();
    } else {
      valueStart = i;
      phase = FIELD_VALUE;
    }
  }

  private void fieldValue(byte[] bytes, int end) {
    int stop = Math.min(end, lineLimit);
    int i = Octets.skipValue(bytes, position, stop);
    position = i;
    if (i == stop) {
      refuseIfTooLong();
    } else if (bytes[i] == '\r') {
      position = i + 1;
      phase = FIELD_LF;
    } else {
      refuse(bytes[i] == '\n' ? WireError.BARE_LF : WireError.BAD_VALUE);
    }
  }

  private void fieldLf(HeadTable table, byte b) {
    if (b != '\n') {
      refuse(WireError.BARE_CR);
      return;
    }
    byte[] bytes = table.bytes();
    int cr = position - 1;
    int valueEnd = cr;
    while (valueEnd > valueStart && Octets.isSpace(bytes[valueEnd - 1])) {
      valueEnd--;
    }
    int space = valueStart - nameEnd - 1;
    boolean tight = valueEnd == cr && (space == 0 || (space == 1 && bytes[nameEnd + 1] == ' '));
    position++;
    phase = FIELD;
    int id = FieldName.idOf(bytes, lineStart, nameEnd);
    take(table, id, nameEnd, valueStart, valueEnd, tight ? 0 : WireFields.LOOSE);
  }

  /** Enters a complete field into the table and reads what it says about the message. */
  private void take(
      HeadTable table, int id, int endOfName, int startOfValue, int endOfValue, int loose) {
    int fate = id == FieldName.OTHER ? fateOfOther(table, endOfName) : fates[id];
    table.wire.append(lineStart, endOfName, startOfValue, endOfValue, id | loose | fate);
    if (id != FieldName.OTHER && id <= FieldName.LAST_MEANINGFUL && kind != Kind.TRAILERS) {
      WireError wrong = FieldMeaning.read(table, id, startOfValue, endOfValue);
      if (wrong != null) {
        refuse(wrong);
      }
    }
  }

  private int fateOfOther(HeadTable table, int end) {
    byte[] bytes = table.bytes();
    boolean underscored = false;
    for (int i = lineStart; i < end; i++) {
      underscored |= bytes[i] == '_';
    }
    if (underscored) {
      table.flags |= HeadTable.HAS_UNDERSCORE;
      if (FieldName.resemblesOwned(bytes, lineStart, end)) {
        return WireFields.GONE;
      }
    }
    boolean goes = kind != Kind.TRAILERS || FieldName.otherMayTrail(bytes, lineStart, end);
    return goes ? 0 : WireFields.GONE;
  }

  private void lastLf(HeadTable table, byte b) {
    if (b != '\n') {
      refuse(WireError.BARE_CR);
      return;
    }
    WireError wrong =
        switch (kind) {
          case REQUEST -> FieldMeaning.judgeRequest(table);
          case RESPONSE -> FieldMeaning.judgeResponse(table);
          case TRAILERS -> null;
        };
    if (wrong != null) {
      refuse(wrong);
      return;
    }
    position++;
    phase = ENDED;
  }

  private void refuseIfTooLong() {
    if (position == lineLimit) {
      refuse(WireError.HEADER_TOO_LARGE);
    }
  }

  private void refuse(WireError reason) {
    boolean limit = reason == WireError.HEADER_TOO_LARGE || reason == WireError.TOO_MANY_HEADERS;
    error = kind == Kind.TRAILERS && !limit ? WireError.BAD_TRAILER : reason;
    phase = REFUSED;
  }
}
