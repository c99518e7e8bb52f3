package dev.yumen.dataplane.stream;

import dev.yumen.dataplane.http1.FieldSink;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.http1.NameSet;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields that tell an upstream where a request came from: {@code X-Forwarded-*}, {@code
 * Forwarded} (RFC 7239) and {@code Via} (RFC 9110 §7.6.3). What the client claimed has been removed
 * before unless its peer is trusted, so whatever still stands is kept and added to.
 *
 * @param xForwarded write X-Forwarded-For, -Proto, -Host, -Port
 * @param forwarded write Forwarded
 * @param via name in Via, or null
 * @param peer where the request came from
 */
public record ForwardedFields(
    boolean xForwarded, boolean forwarded, @Nullable String via, Peer peer) {

  private static final NameSet OURS =
      NameSet.of(
          "x-forwarded-for",
          "x-forwarded-proto",
          "x-forwarded-host",
          "x-forwarded-port",
          "forwarded",
          "via");
  private static final byte[] FOR = ascii("X-Forwarded-For: ");
  private static final byte[] PROTO = ascii("X-Forwarded-Proto: ");
  private static final byte[] HOST = ascii("X-Forwarded-Host: ");
  private static final byte[] PORT = ascii("X-Forwarded-Port: ");

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Upper bound of what {@link #writeTo} writes. */
  int bytes(InboundRequest request) {
    return 256 + 3 * peer.text().length() + 2 * request.clientAuthorityBytes();
  }

  /**
   * Joins what a trusted peer said with what we know of the peer. To be called once, before the
   * first attempt.
   */
  public void prepare(InboundRequest request) {
    HeadTable fields = request.headers();
    if (!fields.mayContain(OURS)) {
      return;
    }
    if (xForwarded) {
      append(fields, "X-Forwarded-For", peer.text());
    }
    if (forwarded) {
      append(fields, "Forwarded", element(request));
    }
    if (via != null) {
      append(fields, "Via", viaElement(request));
    }
  }

  private static void append(HeadTable fields, String name, String element) {
    if (fields.contains(name)) {
      List<String> values = new ArrayList<>(fields.all(name));
      values.removeIf(String::isBlank);
      values.add(element);
      fields.set(name, String.join(", ", values));
    }
  }

  private String element(InboundRequest request) {
    String text = peer.text();
    String node = text.indexOf(':') >= 0 ? "\"[" + text + "]\"" : text;
    String host = request.hasClientAuthority() ? ";host=\"" + request.clientAuthority() + "\"" : "";
    return "for=" + node + ";proto=" + peer.scheme() + host;
  }

  private String viaElement(InboundRequest request) {
    return request.version() + " " + via;
  }

  void writeTo(ByteBuf out, InboundRequest request) {
    HeadTable fields = request.headers();
    if (xForwarded) {
      writeXForwarded(out, request, fields);
    }
    if (forwarded && !fields.contains("forwarded")) {
      InboundRequest.writeAscii(out, "Forwarded: ");
      InboundRequest.writeAscii(out, element(request));
      out.writeShort(InboundRequest.CRLF);
    }
    if (via != null && !fields.contains("via")) {
      InboundRequest.writeAscii(out, "Via: ");
      InboundRequest.writeAscii(out, viaElement(request));
      out.writeShort(InboundRequest.CRLF);
    }
  }

  /** Gives the fields that {@link #writeTo} writes. */
  void forEachWritten(FieldSink sink, InboundRequest request) {
    HeadTable fields = request.headers();
    if (xForwarded) {
      add(sink, fields, "x-forwarded-for", peer.text());
      add(sink, fields, "x-forwarded-proto", peer.scheme());
      if (request.hasClientAuthority()) {
        add(sink, fields, "x-forwarded-host", request.clientAuthority());
      }
      add(sink, fields, "x-forwarded-port", Integer.toString(peer.localPort()));
    }
    if (forwarded) {
      add(sink, fields, "forwarded", element(request));
    }
    if (via != null) {
      add(sink, fields, "via", viaElement(request));
    }
  }

  private static void add(FieldSink sink, HeadTable fields, String name, String value) {
    if (!fields.contains(name)) {
      sink.field(AsciiString.cached(name), AsciiString.of(value));
    }
  }

  private void writeXForwarded(ByteBuf out, InboundRequest request, HeadTable fields) {
    if (!fields.mayContain(OURS)) {
      out.writeBytes(peer.forwardedLines());
      writeHost(out, request);
      return;
    }
    if (!fields.contains("x-forwarded-for")) {
      out.writeBytes(FOR);
      InboundRequest.writeAscii(out, peer.text());
      out.writeShort(InboundRequest.CRLF);
    }
    if (!fields.contains("x-forwarded-proto")) {
      out.writeBytes(PROTO);
      InboundRequest.writeAscii(out, peer.scheme());
      out.writeShort(InboundRequest.CRLF);
    }
    if (!fields.contains("x-forwarded-host")) {
      writeHost(out, request);
    }
    if (!fields.contains("x-forwarded-port")) {
      out.writeBytes(PORT);
      InboundRequest.writeAscii(out, Integer.toString(peer.localPort()));
      out.writeShort(InboundRequest.CRLF);
    }
  }

  private static void writeHost(ByteBuf out, InboundRequest request) {
    if (request.hasClientAuthority()) {
      out.writeBytes(HOST);
      request.writeClientAuthority(out);
      out.writeShort(InboundRequest.CRLF);
    }
  }
}
