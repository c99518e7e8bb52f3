package dev.yumen.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Ready-made behaviours of an upstream. They are put together by {@link Behaviour#then}. */
public final class Behaviours {
  private Behaviours() {}

  /** Reads the whole request, then answers with Content-Length. */
  public static Behaviour respond(int status, String body) {
    return respond(status, Map.of("Content-Type", "text/plain"), body);
  }

  /** Reads the whole request, then answers with these fields and Content-Length. */
  public static Behaviour respond(int status, Map<String, String> headers, String body) {
    return request -> {
      request.readBody();
      request.respond(status, headers, body.getBytes(UTF_8));
    };
  }

  /** Reads the whole request, then writes these bytes (ISO 8859-1), each piece by a write. */
  public static Behaviour raw(String... pieces) {
    return readBody().then(write(pieces));
  }

  /** Writes these bytes (ISO 8859-1), each piece by a write, without reading the body. */
  public static Behaviour write(String... pieces) {
    return request -> {
      for (String piece : pieces) {
        request.write(piece);
      }
    };
  }

  /** Reads the whole request, then answers with JSON that tells what was received. */
  public static Behaviour echo() {
    return request -> {
      Recorded recorded = request.readBody();
      StringBuilder json = new StringBuilder("{\"method\":" + quoted(recorded.method()));
      json.append(",\"target\":" + quoted(recorded.target()) + ",\"headers\":[");
      String comma = "";
      for (Map.Entry<String, String> field : recorded.headers()) {
        json.append(comma + "[" + quoted(field.getKey()) + "," + quoted(field.getValue()) + "]");
        comma = ",";
      }
      json.append("],\"bodyLength\":" + recorded.bodyLength());
      json.append(",\"connection\":" + recorded.connection() + "}");
      request.respond(
          200, Map.of("Content-Type", "application/json"), json.toString().getBytes(UTF_8));
    };
  }

  /** Answers 200 with this many bytes of {@link PatternBytes} under Content-Length. */
  public static Behaviour stream(long length) {
    return readBody()
        .then(write("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n"))
        .then(pattern(0, length));
  }

  /** Answers 200 with this many bytes of {@link PatternBytes} in chunks of this size. */
  public static Behaviour streamChunked(long length, int chunk) {
    return readBody()
        .then(write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"))
        .then(
            request -> {
              for (long sent = 0; sent < length; ) {
                int count = (int) Math.min(chunk, length - sent);
                request.write(Integer.toHexString(count) + "\r\n");
                pattern(sent, count).serve(request);
                request.write("\r\n");
                sent += count;
              }
              request.write("0\r\n\r\n");
            });
  }

  /** Writes this many bytes of {@link PatternBytes} from this offset. */
  public static Behaviour pattern(long offset, long length) {
    return request -> {
      byte[] piece = new byte[64 * 1024];
      for (long sent = 0; sent < length; ) {
        int count = (int) Math.min(piece.length, length - sent);
        PatternBytes.fill(piece, count, offset + sent);
        request.write(piece, count);
        sent += count;
      }
    };
  }

  /** Reads the request's body to its end. */
  public static Behaviour readBody() {
    return Incoming::readBody;
  }

  /** Reads the request's body with a pause after each piece of at most 16 KiB. */
  public static Behaviour readBodySlowly(Duration pause) {
    return request -> request.readBody(pause.toNanos());
  }

  /** Sends 100 Continue when the request expects it, then reads the body. */
  public static Behaviour continueAndReadBody() {
    return request -> {
      if (request.recorded().header("expect") != null) {
        request.write("HTTP/1.1 100 Continue\r\n\r\n");
      }
      request.readBody();
    };
  }

  /** Waits for the latch. */
  public static Behaviour await(CountDownLatch latch) {
    return request -> latch.await();
  }

  /** Closes the connection in order. */
  public static Behaviour close() {
    return Incoming::close;
  }

  /** Ends the connection by a reset. */
  public static Behaviour reset() {
    return Incoming::reset;
  }

  /** Reads the request, then nothing, until the peer gives up. */
  public static Behaviour neverAnswer() {
    return request -> {
      request.readBody();
      request.awaitClosedByPeer();
      request.close();
    };
  }

  /** Answers 101 for the protocol that was asked for, then sends back every byte. */
  public static Behaviour upgradeAndEcho() {
    return request -> {
      String protocol = request.recorded().header("upgrade");
      request.write(
          "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "
              + protocol
              + "\r\n\r\n");
      byte[] piece = new byte[16 * 1024];
      for (int count; (count = request.read(piece)) >= 0; ) {
        request.write(piece, count);
      }
      request.close();
    };
  }

  private static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ') {
        json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }
}
