package dev.yumen.dataplane.http1;

import dev.yumen.api.Headers;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One parsed head: a copy of its bytes and, beside it, a table of where each field begins and ends.
 * Filled by {@link HeadParser}, reused for the next message. Edits never touch the bytes: wire
 * fields are struck out, new ones stand in a list behind them. Without a parser it is a list of
 * fields.
 *
 * <p>Owned by one exchange on one event loop. Memory is bounded by {@link HeadLimits}; what a large
 * head made it grow is given back at the next reset.
 */
public final class HeadTable implements Headers {

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
  static final int BRACKET = 1 << 12;

  final WireFields wire = new WireFields();
  private final AddedFields added = new AddedFields();

  /** Names that were set or removed since a request was read. */
  private final List<String> edited = new ArrayList<>(0);

  private boolean request;

  int flags;
  int connectionOptions;
  String method = "";
  int targetStart;
  int targetEnd;
  int authorityStart;
  int authorityEnd;
  int pathStart;
  int queryStart;
  int minorVersion;
  int status;
  long contentLength = -1;
  int hostStart = -1;
  int hostEnd = -1;

  public HeadTable() {}

  /** The head of a request of ours: its fields are added. */
  public static HeadTable request(String method) {
    HeadTable head = new HeadTable();
    head.begin(true);
    head.method = method;
    return head;
  }

  /** Forgets everything, so that the next head can be read into this table. */
  public void reset() {
    wire.reset();
    added.reset();
    edited.clear();
    request = false;
    flags = 0;
    connectionOptions = 0;
    method = "";
    targetStart = 0;
    targetEnd = 0;
    authorityStart = -1;
    authorityEnd = -1;
    pathStart = 0;
    queryStart = -1;
    minorVersion = 1;
    status = 0;
    contentLength = -1;
    hostStart = -1;
    hostEnd = -1;
  }

  /** The head as it was read; all offsets are into this array. Replaced when a head grows. */
  public byte[] bytes() {
    return wire.bytes();
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

  /** Says that trailers are taken, whatever the sender said. */
  public void acceptTrailers() {
    flags |= CONNECTION_TE | TE_TRAILERS;
  }

  /** Where the value of Host starts; -1 without one. */
  public int hostStart() {
    return hostStart;
  }

  public int hostEnd() {
    return hostEnd;
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
    return wire.text(start, end);
  }

  @Override
  public @Nullable String first(String name) {
    int field = wire.find(name, FieldName.idOf(name));
    if (field >= 0) {
      return wire.value(field);
    }
    int index = added.find(name, 0);
    return index < 0 ? null : added.value(index);
  }

  @Override
  public List<String> all(String name) {
    int id = FieldName.idOf(name);
    int field = wire.find(name, id);
    int index = added.find(name, 0);
    if (field < 0 && index < 0) {
      return List.of();
    }
    List<String> values = new ArrayList<>(2);
    for (; field >= 0; field = wire.findAfter(field, name, id)) {
      values.add(wire.value(field));
    }
    for (; index >= 0; index = added.find(name, index + 1)) {
      values.add(added.value(index));
    }
    return values;
  }

  @Override
  public boolean contains(String name) {
    return wire.find(name, FieldName.idOf(name)) >= 0 || added.find(name, 0) >= 0;
  }

  /**
   * Replaces every value of this name. A wire field whose name differs only by underscores for
   * hyphens goes too: many servers can not tell the two apart.
   */
  @Override
  public HeadTable set(String name, String value) {
    FieldLabel label = FieldLabel.of(name);
    added.encode(label, value);
    if (!isOwned(label.id())) {
      strike(name, label.id());
      added.append(label, value);
    }
    return this;
  }

  @Override
  public HeadTable add(String name, String value) {
    FieldLabel label = FieldLabel.of(name);
    added.encode(label, value);
    if (!isOwned(label.id())) {
      added.append(label, value);
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

  /** Removes every field of these names, and look-alikes as {@link #remove} does. */
  public void removeAll(NameSet set) {
    if (mayContain(set) || (flags & HAS_UNDERSCORE) != 0) {
      for (String name : set.names()) {
        remove(name);
      }
    }
  }

  /**
   * Removes from the fields behind the body what was set or removed in this head: whoever reads
   * both as one must not be told there by the client what was told here by the gateway.
   */
  public void strikeFrom(HeadTable trailers) {
    edited.forEach(trailers::remove);
  }

  /** False when there is no field of these names; true says nothing. */
  public boolean mayContain(NameSet set) {
    return wire.mayHold(set) || added.mayHold(set);
  }

  @Override
  public int size() {
    return wire.readable() + added.size();
  }

  @Override
  public void forEach(BiConsumer<String, String> action) {
    wire.forEach(action);
    added.forEach(action);
  }

  /** Gives the fields as they came from the sender, whatever became of them since, but for Host. */
  public void forEachRead(WireFieldSink sink) {
    wire.forEachRead(sink);
  }

  /** An upper bound of what {@link #writeFields} writes, in bytes. */
  public int fieldBytes() {
    return wire.writtenBytes() + added.bytes();
  }

  /**
   * Writes every field that goes on to the next hop as {@code name: value CRLF}, wire fields first.
   * Left out are fields that belong to the connection (RFC 9110 §7.6.1), Content-Length and, for a
   * request, Host: the writer of the head adds those itself.
   */
  public void writeFields(ByteBuf out) {
    out.ensureWritable(fieldBytes());
    wire.write(out);
    added.write(out);
  }

  /** Gives every field that {@link #writeFields} would write, in the same order. */
  public void forEachWritten(FieldSink sink) {
    wire.forEachWritten(sink);
    added.forEachWritten(sink);
  }

  private boolean isOwned(int id) {
    return FieldName.isOwned(id) || (request && id == FieldName.HOST);
  }

  private void strike(String name, int id) {
    if (request) {
      edited.add(name);
    }
    wire.strike(name, id);
    if ((flags & HAS_UNDERSCORE) != 0) {
      wire.strikeLookAlikes(name);
    }
    added.remove(name);
  }

  /** Starts a head of the given kind. */
  void begin(boolean isRequest) {
    reset();
    request = isRequest;
  }

  boolean isRequest() {
    return request;
  }
}
