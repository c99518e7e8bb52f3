package dev.yumen.dataplane.stream;

import dev.yumen.api.InvalidValue;
import dev.yumen.api.RequestHead;
import dev.yumen.dataplane.http1.FieldSink;
import dev.yumen.dataplane.http1.HeadTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The request on its way: the parsed head with the edits of filters over it. Path, query and
 * authority are ranges of the received bytes until somebody asks for or replaces them.
 */
public final class InboundRequest implements RequestHead {
  static final int CRLF = 0x0d0a;
  private static final byte[] NOTHING = new byte[0];
  private static final byte[] VERSION_AND_HOST =
      " HTTP/1.1\r\nHost: ".getBytes(StandardCharsets.US_ASCII);

  private final HeadTable fields;
  private final String version;
  private byte[] pathBytes = NOTHING;
  private int pathStart;
  private int pathEnd;
  private byte[] queryBytes = NOTHING;
  private int queryStart = -1;
  private int queryEnd;
  private final int authorityStart;
  private final int authorityEnd;
  private @Nullable String path;
  private @Nullable String query;
  private @Nullable String authority;
  private boolean queryRead;
  private boolean authorityReplaced;
  private @Nullable ForwardedFields forwarded;

  /**
   * The authority is a range of the head's bytes; start -1 when there is none.
   *
   * @param version of HTTP that the client speaks
   */
  public InboundRequest(HeadTable fields, String version, int authorityStart, int authorityEnd) {
    this.fields = fields;
    this.version = version;
    this.authorityStart = authorityStart;
    this.authorityEnd = authorityEnd;
  }

  /** Sets the normal form of the path. */
  public void path(byte[] bytes, int start, int end) {
    pathBytes = bytes;
    pathStart = start;
    pathEnd = end;
    path = null;
  }

  /** Sets the query's bytes; start -1 when there is no query. */
  public void query(byte[] bytes, int start, int end) {
    queryBytes = bytes;
    queryStart = start;
    queryEnd = end;
    query = null;
    queryRead = false;
  }

  /** Fields that the gateway adds when the head is sent. */
  public void forwarded(ForwardedFields forwarded) {
    this.forwarded = forwarded;
  }

  @Override
  public String method() {
    return fields.method();
  }

  @Override
  public String path() {
    if (path == null) {
      path = latin1(pathBytes, pathStart, pathEnd);
    }
    return path;
  }

  @Override
  public void path(String path) {
    requireTarget("path", path, path.startsWith("/"), "a path that starts with \"/\"");
    if (path.indexOf('?') >= 0) {
      throw new InvalidValue("path", path, "a path without a query");
    }
    byte[] bytes = path.getBytes(StandardCharsets.ISO_8859_1);
    path(bytes, 0, bytes.length);
    this.path = path;
  }

  @Override
  public @Nullable String query() {
    if (!queryRead) {
      query = queryStart < 0 ? null : latin1(queryBytes, queryStart, queryEnd);
      queryRead = true;
    }
    return query;
  }

  @Override
  public void query(@Nullable String query) {
    if (query == null) {
      query(NOTHING, -1, 0);
      return;
    }
    requireTarget("query", query, true, "");
    byte[] bytes = query.getBytes(StandardCharsets.ISO_8859_1);
    query(bytes, 0, bytes.length);
  }

  @Override
  public String authority() {
    if (authority == null) {
      authority =
          authorityStart < 0
              ? ""
              : latin1(fields.bytes(), authorityStart, authorityEnd).toLowerCase(Locale.ROOT);
    }
    return authority;
  }

  @Override
  public void authority(String authority) {
    if (authority.isEmpty() || !authority.matches("[A-Za-z0-9._~:\\[\\]%-]+")) {
      throw new InvalidValue("host", authority, "a host with an optional port");
    }
    this.authority = authority;
    authorityReplaced = true;
  }

  @Override
  public HeadTable headers() {
    return fields;
  }

  @Override
  public String version() {
    return version;
  }

  /** Upper bound of what {@link #writeTo} writes. */
  public int headBytes() {
    int size = method().length() + (pathEnd - pathStart) + fields.fieldBytes() + 64;
    size += queryStart < 0 ? 0 : queryEnd - queryStart + 1;
    size += authorityReplaced ? authority().length() : clientAuthorityBytes();
    return size + (forwarded == null ? 0 : forwarded.bytes(this));
  }

  /** Writes request line, Host, fields and forwarded fields, without framing and end of head. */
  public void writeTo(ByteBuf out) {
    writeAscii(out, method());
    out.writeByte(' ');
    out.writeBytes(pathBytes, pathStart, pathEnd - pathStart);
    if (queryStart >= 0) {
      out.writeByte('?');
      out.writeBytes(queryBytes, queryStart, queryEnd - queryStart);
    }
    out.writeBytes(VERSION_AND_HOST);
    writeAuthority(out);
    out.writeShort(CRLF);
    fields.writeFields(out);
    if (forwarded != null) {
      forwarded.writeTo(out, this);
    }
  }

  /** Path and query as they go upstream. */
  public AsciiString target() {
    int length = pathEnd - pathStart;
    int more = queryStart < 0 ? 0 : 1 + queryEnd - queryStart;
    byte[] target = new byte[length + more];
    System.arraycopy(pathBytes, pathStart, target, 0, length);
    if (more > 0) {
      target[length] = '?';
      System.arraycopy(queryBytes, queryStart, target, length + 1, more - 1);
    }
    return new AsciiString(target, false);
  }

  /** What goes upstream as Host or {@code :authority}; empty when there is none. */
  public AsciiString sentAuthority() {
    if (authorityReplaced) {
      return AsciiString.of(authority());
    }
    int length = clientAuthorityBytes();
    return length == 0
        ? AsciiString.EMPTY_STRING
        : new AsciiString(fields.bytes(), authorityStart, length, true);
  }

  /** Gives the fields and forwarded fields that {@link #writeTo} would write. */
  public void forEachWritten(FieldSink sink) {
    fields.forEachWritten(sink);
    if (forwarded != null) {
      forwarded.forEachWritten(sink, this);
    }
  }

  /**
   * The same request as it would be written now, which may outlive the exchange: the fields that
   * the gateway adds are among its own, and nothing is shared with the connection's head.
   */
  public InboundRequest copy() {
    HeadTable head = HeadTable.request(method());
    forEachWritten((name, value) -> head.add(name.toString(), value.toString()));
    if (fields.acceptsTrailers()) {
      head.acceptTrailers();
    }
    InboundRequest copy = new InboundRequest(head, version, -1, -1);
    copy.path(Arrays.copyOfRange(pathBytes, pathStart, pathEnd), 0, pathEnd - pathStart);
    if (queryStart >= 0) {
      int length = queryEnd - queryStart;
      copy.query(Arrays.copyOfRange(queryBytes, queryStart, queryEnd), 0, length);
    }
    if (hasAuthority()) {
      copy.authority = sentAuthority().toString();
      copy.authorityReplaced = true;
    }
    return copy;
  }

  private void writeAuthority(ByteBuf out) {
    if (authorityReplaced) {
      writeAscii(out, authority());
    } else if (hasClientAuthority()) {
      writeClientAuthority(out);
    }
  }

  /** Where the authority begins in the head's bytes: the target's, else the one of Host. */
  public int authorityStart() {
    return Math.max(0, authorityStart);
  }

  /** Equal to {@link #authorityStart()} when the client named none. */
  public int authorityEnd() {
    return authorityStart < 0 ? 0 : authorityEnd;
  }

  /** Whether there is anything to send as Host. */
  public boolean hasAuthority() {
    return authorityReplaced || hasClientAuthority();
  }

  /** Whether the client named a host at all; HTTP/1.0 need not. */
  boolean hasClientAuthority() {
    return authorityStart >= 0;
  }

  int clientAuthorityBytes() {
    return hasClientAuthority() ? authorityEnd - authorityStart : 0;
  }

  String clientAuthority() {
    return hasClientAuthority() ? latin1(fields.bytes(), authorityStart, authorityEnd) : "";
  }

  /** Writes the authority as the client sent it. */
  void writeClientAuthority(ByteBuf out) {
    out.writeBytes(fields.bytes(), authorityStart, authorityEnd - authorityStart);
  }

  static void writeAscii(ByteBuf out, String text) {
    ByteBufUtil.writeAscii(out, text);
  }

  private static String latin1(byte[] bytes, int start, int end) {
    return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
  }

  private static void requireTarget(String what, String text, boolean form, String expected) {
    if (!form) {
      throw new InvalidValue(what, text, expected);
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c <= ' ' || c >= 0x7f || c == '#') {
        throw new InvalidValue(what, text, "printable ASCII without space and #");
      }
    }
  }
}
