package dev.yumen.dataplane.http1;

import dev.yumen.api.Headers;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One parsed head: a copy of its bytes and, beside it, a table of where each field begins and ends.
 * Filled by {@link HeadParser}, reused for the next message after {@link #reset}. Edits never touch
 * the bytes: wire fields are struck out, new ones go to a list behind them.
 *
 * <p>Owned by one exchange on one event loop. Memory is bounded by {@link HeadLimits}; what a large
 * head made it grow is given back at the next reset.
 */
public final class HeadTable implements Headers {

  /** The four forms of a request target (RFC 9112 §3.2). */
  public enum TargetForm {
    ORIGIN,
    ABSOLUTE,
    AUTHORITY,
    ASTERISK
  }

  /** How the end of a body is found (RFC 9112 §6.3). */
  public enum Framing {
    NONE,
    LENGTH,
    CHUNKED,
    UNTIL_CLOSE
  }

  static final int CLOSE = 1;
  static final int KEEP_ALIVE = 1 << 1;
  static final int CONNECTION_UPGRADE = 1 << 2;
  static final int CONNECTION_TE = 1 << 3;
  static final int NOMINATES = 1 << 4;
  static final int HAS_UPGRADE = 1 << 5;
  static final int TE_TRAILERS = 1 << 6;
  static final int EXPECT_CONTINUE = 1 << 7;
  static final int EXPECT_UNKNOWN = 1 << 8;
  static final int CHUNKED = 1 << 9;
  static final int HAS_TRANSFER_ENCODING = 1 << 10;
  static final int HAS_UNDERSCORE = 1 << 11;
  static final int BACKSLASH = 1 << 12;
  static final int BRACKET = 1 << 13;

  private static final int NAME_START = 0;
  private static final int NAME_END = 1;
  private static final int VALUE_START = 2;
  private static final int VALUE_END = 3;
  private static final int META = 4;
  private static final int STRIDE = 5;

  private static final int ID = 0xFF;

  /** Struck out: neither readable nor written. */
  static final int GONE = 1 << 8;

  /** Readable, but written by the gateway in its own way or not at all. */
  static final int OWNED = 1 << 9;

  /** White space around the value is not one space or none, so the line is not copied as it is. */
  static final int LOOSE = 1 << 10;

  private static final int USUAL_BYTES = 2048;
  private static final int USUAL_FIELDS = 32;
  private static final int KEPT_BYTES = 4 * USUAL_BYTES;
  private static final int KEPT_FIELDS = 4 * USUAL_FIELDS;

  private byte[] bytes = new byte[USUAL_BYTES];
  private int length;
  private int[] fields = new int[USUAL_FIELDS * STRIDE];
  private int count;
  private int gone;
  private boolean request;

  private final List<String> addedNames = new ArrayList<>(8);
  private final List<String> addedValues = new ArrayList<>(8);
  private int addedBytes;

  int flags;
  String method = "";
  int targetStart;
  int targetEnd;
  int authorityStart;
  int authorityEnd;
  int pathStart;
  int queryStart;
  TargetForm targetForm = TargetForm.ORIGIN;
  int minorVersion;
  int status;
  long contentLength = -1;
  int hostStart = -1;
  int hostEnd = -1;

  public HeadTable() {}

  /** Forgets everything, so that the next head can be read into this table. */
  public void reset() {
    if (bytes.length > KEPT_BYTES) {
      bytes = new byte[USUAL_BYTES];
    }
    if (fields.length > KEPT_FIELDS * STRIDE) {
      fields = new int[USUAL_FIELDS * STRIDE];
    }
    length = 0;
    count = 0;
    gone = 0;
    request = false;
    if (!addedNames.isEmpty()) {
      addedNames.clear();
      addedValues.clear();
    }
    addedBytes = 0;
    flags = 0;
    method = "";
    targetStart = 0;
    targetEnd = 0;
    authorityStart = -1;
    authorityEnd = -1;
    pathStart = 0;
    queryStart = -1;
    targetForm = TargetForm.ORIGIN;
    minorVersion = 1;
    status = 0;
    contentLength = -1;
    hostStart = -1;
    hostEnd = -1;
  }

  /** The head as it was read; all offsets are into this array. Replaced when a head grows. */
  public byte[] bytes() {
    return bytes;
  }

  /** The method in the case it was sent; well-known ones are constants. Empty for a response. */
  public String method() {
    return method;
  }

  /** Where the request target starts, in whichever form it was sent. */
  public int targetStart() {
    return targetStart;
  }

  public int targetEnd() {
    return targetEnd;
  }

  public TargetForm targetForm() {
    return targetForm;
  }

  /** Where the target's own authority starts; -1 in origin and asterisk form. */
  public int authorityStart() {
    return authorityStart;
  }

  public int authorityEnd() {
    return authorityEnd;
  }

  /**
   * Where the target's path starts. An absolute target may have none: then the range is empty and
   * {@code /} is meant, or {@code *} for OPTIONS without a query (RFC 9112 §3.2.4).
   */
  public int pathStart() {
    return pathStart;
  }

  public int pathEnd() {
    return queryStart < 0 ? targetEnd : queryStart - 1;
  }

  /** Where the query starts, behind its {@code ?}; -1 when there is none. It ends the target. */
  public int queryStart() {
    return queryStart;
  }

  /** Whether the target holds a backslash, which path normalisation has a setting for. */
  public boolean targetHasBackslash() {
    return (flags & BACKSLASH) != 0;
  }

  /** 0 for HTTP/1.0, else 1. */
  public int minorVersion() {
    return minorVersion;
  }

  /** A response's status, 100 to 599; 0 for a request. */
  public int status() {
    return status;
  }

  /**
   * What Content-Length says, or -1 without one. Always -1 for 1xx and 204, where the field means
   * nothing; on answers to HEAD and on 304 it speaks of a body that does not come.
   */
  public long contentLength() {
    return contentLength;
  }

  public boolean chunked() {
    return (flags & CHUNKED) != 0;
  }

  /** Whether the connection may carry another message after this one (RFC 9112 §9.3). */
  public boolean persistent() {
    return (flags & CLOSE) == 0 && (minorVersion != 0 || (flags & KEEP_ALIVE) != 0);
  }

  public boolean expectContinue() {
    return (flags & EXPECT_CONTINUE) != 0 && minorVersion != 0;
  }

  /** Whether there is an expectation other than 100-continue; it is answered by 417. */
  public boolean expectUnknown() {
    return (flags & EXPECT_UNKNOWN) != 0 && minorVersion != 0;
  }

  /** Whether Upgrade is there and Connection names it; never in HTTP/1.0 (RFC 9110 §7.8). */
  public boolean upgrade() {
    int both = CONNECTION_UPGRADE | HAS_UPGRADE;
    return (flags & both) == both && minorVersion != 0;
  }

  /** Whether the sender takes trailers: {@code TE: trailers}, which Connection must name. */
  public boolean acceptsTrailers() {
    int both = CONNECTION_TE | TE_TRAILERS;
    return (flags & both) == both;
  }

  /** Where the value of Host starts; -1 without one. */
  public int hostStart() {
    return hostStart;
  }

  public int hostEnd() {
    return hostEnd;
  }

  /** How a request's body ends. */
  public Framing requestFraming() {
    if (chunked()) {
      return Framing.CHUNKED;
    }
    return contentLength > 0 ? Framing.LENGTH : Framing.NONE;
  }

  /** How the body of this answer to a request with the given method ends. */
  public Framing responseFraming(String requestMethod) {
    boolean tunnel = requestMethod.equals("CONNECT") && status >= 200 && status < 300;
    if (status < 200 || status == 204 || status == 304 || tunnel || requestMethod.equals("HEAD")) {
      return Framing.NONE;
    }
    if (chunked()) {
      return Framing.CHUNKED;
    }
    if (contentLength < 0) {
      return Framing.UNTIL_CLOSE;
    }
    return contentLength > 0 ? Framing.LENGTH : Framing.NONE;
  }

  /** The bytes of a range as text, one character each (ISO 8859-1). */
  public String text(int start, int end) {
    return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
  }

  @Override
  public @Nullable String first(String name) {
    int i = find(name, FieldName.idOf(name), 0);
    if (i >= 0) {
      return value(i);
    }
    int added = findAdded(name, 0);
    return added < 0 ? null : addedValues.get(added);
  }

  @Override
  public List<String> all(String name) {
    int id = FieldName.idOf(name);
    int i = find(name, id, 0);
    int added = findAdded(name, 0);
    if (i < 0 && added < 0) {
      return List.of();
    }
    List<String> values = new ArrayList<>(2);
    for (; i >= 0; i = find(name, id, i + STRIDE)) {
      values.add(value(i));
    }
    for (; added >= 0; added = findAdded(name, added + 1)) {
      values.add(addedValues.get(added));
    }
    return values;
  }

  @Override
  public boolean contains(String name) {
    return find(name, FieldName.idOf(name), 0) >= 0 || findAdded(name, 0) >= 0;
  }

  /**
   * Replaces every value of this name. A wire field whose name differs only by underscores for
   * hyphens goes too: many servers can not tell the two apart.
   */
  @Override
  public HeadTable set(String name, String value) {
    FieldSyntax.check(name, value);
    int id = FieldName.idOf(name);
    if (!isOwned(id)) {
      strike(name, id);
      append(name, value);
    }
    return this;
  }

  @Override
  public HeadTable add(String name, String value) {
    FieldSyntax.check(name, value);
    if (!isOwned(FieldName.idOf(name))) {
      append(name, value);
    }
    return this;
  }

  /** Removes every value of this name, and look-alikes as {@link #set} does. */
  @Override
  public HeadTable remove(String name) {
    int id = FieldName.idOf(name);
    if (!isOwned(id)) {
      strike(name, id);
    }
    return this;
  }

  @Override
  public int size() {
    return count / STRIDE - gone + addedNames.size();
  }

  @Override
  public void forEach(BiConsumer<String, String> action) {
    for (int i = 0; i < count; i += STRIDE) {
      if ((fields[i + META] & GONE) == 0) {
        action.accept(text(fields[i + NAME_START], fields[i + NAME_END]), value(i));
      }
    }
    for (int i = 0; i < addedNames.size(); i++) {
      action.accept(addedNames.get(i), addedValues.get(i));
    }
  }

  /** An upper bound of what {@link #writeFields} writes, in bytes. */
  public int fieldBytes() {
    return addedBytes + (count == 0 ? 0 : length - fields[NAME_START]);
  }

  /**
   * Writes every field that goes on to the next hop as {@code name: value CRLF}, wire fields first.
   * Left out are fields that belong to the connection (RFC 9110 §7.6.1), Content-Length and, for a
   * request, Host: the writer of the head adds those itself.
   */
  public void writeFields(ByteBuf out) {
    out.ensureWritable(fieldBytes());
    int runStart = -1;
    int runEnd = -1;
    for (int i = 0; i < count; i += STRIDE) {
      int meta = fields[i + META];
      boolean copied = (meta & (GONE | OWNED | LOOSE)) == 0;
      if (copied) {
        runStart = runStart < 0 ? fields[i + NAME_START] : runStart;
        runEnd = fields[i + VALUE_END] + 2;
      } else {
        writeRun(out, runStart, runEnd);
        runStart = -1;
        if ((meta & (GONE | OWNED)) == 0) {
          writeLoose(out, i);
        }
      }
    }
    writeRun(out, runStart, runEnd);
    for (int i = 0; i < addedNames.size(); i++) {
      FieldSyntax.write(out, addedNames.get(i), addedValues.get(i));
    }
  }

  private void writeRun(ByteBuf out, int start, int end) {
    if (start >= 0) {
      out.writeBytes(bytes, start, end - start);
    }
  }

  private void writeLoose(ByteBuf out, int i) {
    out.writeBytes(bytes, fields[i + NAME_START], fields[i + NAME_END] - fields[i + NAME_START]);
    out.writeByte(':').writeByte(' ');
    out.writeBytes(bytes, fields[i + VALUE_START], fields[i + VALUE_END] - fields[i + VALUE_START]);
    out.writeByte('\r').writeByte('\n');
  }

  private boolean isOwned(int id) {
    return FieldName.isOwned(id) || (request && id == FieldName.HOST);
  }

  private int find(String name, int id, int from) {
    for (int i = from; i < count; i += STRIDE) {
      int meta = fields[i + META];
      if ((meta & (ID | GONE)) == id && (id != 0 || isNamed(i, name))) {
        return i;
      }
    }
    return -1;
  }

  private boolean isNamed(int i, String name) {
    return Octets.holdsName(bytes, fields[i + NAME_START], fields[i + NAME_END], name);
  }

  private int findAdded(String name, int from) {
    for (int i = from; i < addedNames.size(); i++) {
      if (addedNames.get(i).equalsIgnoreCase(name)) {
        return i;
      }
    }
    return -1;
  }

  private void strike(String name, int id) {
    for (int i = find(name, id, 0); i >= 0; i = find(name, id, i + STRIDE)) {
      strikeAt(i);
    }
    if ((flags & HAS_UNDERSCORE) != 0) {
      strikeLookAlikes(name);
    }
    for (int i = findAdded(name, 0); i >= 0; i = findAdded(name, i)) {
      addedBytes -= addedNames.remove(i).length() + addedValues.remove(i).length() + 4;
    }
  }

  private void strikeLookAlikes(String name) {
    for (int i = 0; i < count; i += STRIDE) {
      if ((fields[i + META] & (GONE | OWNED)) == 0
          && Octets.resemblesName(bytes, fields[i + NAME_START], fields[i + NAME_END], name)) {
        strikeAt(i);
      }
    }
  }

  private void strikeAt(int i) {
    fields[i + META] |= GONE;
    gone++;
  }

  private void append(String name, String value) {
    addedNames.add(name);
    addedValues.add(value);
    addedBytes += name.length() + value.length() + 4;
  }

  private String value(int i) {
    return text(fields[i + VALUE_START], fields[i + VALUE_END]);
  }

  /** Starts a head of the given kind. */
  void begin(boolean isRequest) {
    reset();
    request = isRequest;
  }

  boolean isRequest() {
    return request;
  }

  int length() {
    return length;
  }

  /** Copies the next bytes of the buffer, without consuming them, behind those already here. */
  void copy(ByteBuf in, int amount) {
    int needed = length + amount + Octets.SLACK;
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, 2 * bytes.length));
    }
    in.getBytes(in.readerIndex(), bytes, length, amount);
    length += amount;
  }

  /** Forgets bytes behind the head's end. */
  void truncate(int end) {
    length = end;
  }

  int fieldCount() {
    return count / STRIDE;
  }

  void addField(int nameStart, int nameEnd, int valueStart, int valueEnd, int meta) {
    if (count == fields.length) {
      fields = Arrays.copyOf(fields, 2 * fields.length);
    }
    int i = count;
    fields[i + NAME_START] = nameStart;
    fields[i + NAME_END] = nameEnd;
    fields[i + VALUE_START] = valueStart;
    fields[i + VALUE_END] = valueEnd;
    fields[i + META] = meta;
    count = i + STRIDE;
    if ((meta & GONE) != 0) {
      gone++;
    }
  }

  /**
   * Strikes out the wire fields that Connection names (RFC 9110 §7.6.1). Fields which frame or
   * route the message keep their meaning: they are not written anyway.
   */
  void strikeNominated() {
    for (int i = 0; i < count; i += STRIDE) {
      if ((fields[i + META] & ID) == FieldName.CONNECTION) {
        strikeListed(fields[i + VALUE_START], fields[i + VALUE_END]);
      }
    }
  }

  private void strikeListed(int start, int end) {
    int i = start;
    while (i < end) {
      int optionEnd = Octets.skip(bytes, i, end, Octets.TOKEN);
      if (optionEnd > i) {
        strikeNamed(i, optionEnd);
      }
      i = optionEnd + 1;
    }
  }

  private void strikeNamed(int start, int end) {
    for (int i = 0; i < count; i += STRIDE) {
      int nameStart = fields[i + NAME_START];
      if ((fields[i + META] & (GONE | OWNED)) == 0
          && fields[i + NAME_END] - nameStart == end - start
          && Octets.equalIgnoringCase(bytes, nameStart, bytes, start, end - start)) {
        strikeAt(i);
      }
    }
  }
}
