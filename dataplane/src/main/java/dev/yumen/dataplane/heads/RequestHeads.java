package dev.yumen.dataplane.heads;

import dev.yumen.dataplane.http1.HeadLimits;
import dev.yumen.dataplane.http1.HeadParser;
import io.netty.handler.codec.Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The heads of requests. */
public final class RequestHeads extends Heads {
  private static final AsciiString COOKIE = AsciiString.cached("cookie");
  private static final AsciiString HOST = AsciiString.cached("host");
  private static final AsciiString CONNECT = AsciiString.cached("CONNECT");
  private static final AsciiString KEY = AsciiString.cached("sec-websocket-key");
  private static final AsciiString TE = AsciiString.cached("te");

  public RequestHeads(HeadLimits limits) {
    super(HeadParser.Kind.REQUEST, limits);
  }

  @Override
  protected void write(Headers<CharSequence, CharSequence, ?> headers) throws Malformed {
    startLine(headers);
    fields(headers);
  }

  private void startLine(Headers<CharSequence, CharSequence, ?> headers) throws Malformed {
    CharSequence method = one(headers, Http2Headers.PseudoHeaderName.METHOD);
    CharSequence authority = one(headers, Http2Headers.PseudoHeaderName.AUTHORITY);
    if (method == null || !HeadText.isToken(method)) {
      throw new Malformed(":method is missing or no token");
    }
    CharSequence protocol = one(headers, Http2Headers.PseudoHeaderName.PROTOCOL);
    if (protocol != null && !AsciiString.contentEquals(method, CONNECT)) {
      throw new Malformed(":protocol without CONNECT");
    }
    CharSequence target = target(headers, method, authority, protocol != null);
    HeadText.requirePlain(target, ":path");
    text().write(protocol == null ? method : "GET");
    text().write(" ");
    text().write(target);
    text().write(" HTTP/1.1\r\n");
    host(headers, authority);
    if (protocol != null) {
      upgrade(protocol);
    }
  }

  /**
   * Extended CONNECT (RFC 8441) asks for what Upgrade asks for in HTTP/1.1, so it is written as
   * that. The key, which HTTP/2 has no need of, lets us see whether the service understood.
   */
  private void upgrade(CharSequence protocol) throws Malformed {
    if (!HeadText.isToken(protocol)) {
      throw new Malformed(":protocol is no token");
    }
    text().write("connection: upgrade\r\nupgrade: ");
    text().write(protocol);
    text().write("\r\nsec-websocket-key: ");
    byte[] key = new byte[16];
    ThreadLocalRandom.current().nextBytes(key);
    text().write(Base64.getEncoder().encodeToString(key));
    text().write("\r\n");
  }

  /** Whether these are the fields of an extended CONNECT. */
  public static boolean extendedConnect(Headers<CharSequence, CharSequence, ?> headers) {
    return headers.get(Http2Headers.PseudoHeaderName.PROTOCOL.value()) != null;
  }

  private static CharSequence target(
      Headers<CharSequence, CharSequence, ?> headers,
      CharSequence method,
      @Nullable CharSequence authority,
      boolean extended)
      throws Malformed {
    CharSequence scheme = one(headers, Http2Headers.PseudoHeaderName.SCHEME);
    CharSequence path = one(headers, Http2Headers.PseudoHeaderName.PATH);
    if (AsciiString.contentEquals(method, CONNECT) && !extended) {
      if (path != null || scheme != null || authority == null) {
        throw new Malformed("CONNECT takes :authority alone");
      }
      return authority;
    }
    if (path == null || scheme == null) {
      throw new Malformed(":path or :scheme is missing");
    }
    if (!isScheme(scheme)) {
      throw new Malformed(":scheme is neither http nor https");
    }
    return path;
  }

  private static @Nullable CharSequence one(
      Headers<CharSequence, CharSequence, ?> headers, Http2Headers.PseudoHeaderName name) {
    return headers.get(name.value());
  }

  private static boolean isScheme(CharSequence scheme) {
    return AsciiString.contentEqualsIgnoreCase(scheme, "https")
        || AsciiString.contentEqualsIgnoreCase(scheme, "http");
  }

  /** {@code :authority} is what counts; a Host beside it must say the same (RFC 9113 §8.3.1). */
  private void host(
      Headers<CharSequence, CharSequence, ?> headers, @Nullable CharSequence authority)
      throws Malformed {
    List<CharSequence> hosts = headers.getAll(HOST);
    if (hosts.size() > 1) {
      throw new Malformed("Host is repeated");
    }
    CharSequence host = hosts.isEmpty() ? null : hosts.getFirst();
    if (authority != null
        && host != null
        && !AsciiString.contentEqualsIgnoreCase(authority, host)) {
      throw new Malformed("Host differs from :authority");
    }
    CharSequence written = authority != null ? authority : host;
    if (written != null) {
      text().field(HOST, written);
    }
  }

  private void fields(Headers<CharSequence, CharSequence, ?> headers) throws Malformed {
    boolean cookies = false;
    Set<Http2Headers.PseudoHeaderName> pseudos =
        EnumSet.noneOf(Http2Headers.PseudoHeaderName.class);
    for (Map.Entry<CharSequence, CharSequence> field : headers) {
      CharSequence name = field.getKey();
      if (name.isEmpty()) {
        throw new Malformed("a field without a name");
      }
      if (name.charAt(0) == ':') {
        if (!pseudos.add(requestPseudo(name))) {
          throw new Malformed("a pseudo-header field is repeated");
        }
      } else if (AsciiString.contentEquals(name, COOKIE)) {
        cookies = true;
      } else if (!AsciiString.contentEquals(name, HOST) && !AsciiString.contentEquals(name, KEY)) {
        HeadText.requireEndToEnd(name);
        field(name, field.getValue());
      }
    }
    if (cookies) {
      cookies(headers.getAll(COOKIE));
    }
  }

  private static Http2Headers.PseudoHeaderName requestPseudo(CharSequence name) throws Malformed {
    Http2Headers.PseudoHeaderName pseudo =
        Http2Headers.PseudoHeaderName.getPseudoHeader(AsciiString.of(name));
    if (pseudo == null || !pseudo.isRequestOnly()) {
      throw new Malformed("an unknown pseudo-header field");
    }
    return pseudo;
  }

  private void field(CharSequence name, CharSequence value) throws Malformed {
    if (AsciiString.contentEquals(name, TE)) {
      if (!AsciiString.contentEqualsIgnoreCase(value, "trailers")) {
        throw new Malformed("TE other than trailers");
      }
      // In HTTP/1.1 it counts when Connection names it.
      text().write("connection: te\r\n");
    }
    text().field(name, value);
  }

  /** Cookies may come in pieces, which HTTP/1.1 has in one field (RFC 9113 §8.2.3). */
  private void cookies(List<CharSequence> pieces) throws Malformed {
    text().write(COOKIE);
    text().write(": ");
    for (int i = 0; i < pieces.size(); i++) {
      if (i > 0) {
        text().write("; ");
      }
      HeadText.requireValue(pieces.get(i));
      text().write(pieces.get(i));
    }
    text().write("\r\n");
  }
}
