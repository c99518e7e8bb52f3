package dev.yumen.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Objects;

/**
 * A WebSocket service (RFC 6455) that sends every message back, answers Ping with Pong, and Close
 * with Close. It fails on a frame of a client that is not masked.
 */
public final class WebSocketEcho implements Behaviour {
  private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  @Override
  public void serve(Incoming request) throws IOException {
    String key = Objects.requireNonNull(request.recorded().header("sec-websocket-key"), "no key");
    request.write(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Accept: "
            + accept(key)
            + "\r\n\r\n");
    boolean open = true;
    while (open) {
      open = echoFrame(request);
    }
    request.close();
  }

  private static String accept(String key) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + MAGIC).getBytes(ISO_8859_1));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** False when that was the last. */
  private static boolean echoFrame(Incoming request) throws IOException {
    byte[] head = read(request, 2);
    if ((head[1] & 0x80) == 0) {
      throw new IOException("a frame of a client that is not masked");
    }
    int length = head[1] & 0x7f;
    byte[] longer = read(request, length == 127 ? 8 : length == 126 ? 2 : 0);
    if (longer.length > 0) {
      ByteBuffer number = ByteBuffer.wrap(longer);
      length = longer.length == 2 ? number.getShort() & 0xffff : Math.toIntExact(number.getLong());
    }
    byte[] mask = read(request, 4);
    byte[] payload = read(request, length);
    for (int i = 0; i < payload.length; i++) {
      payload[i] ^= mask[i % 4];
    }
    int opcode = head[0] & 0xf;
    if (opcode != PONG) {
      int answer = opcode == PING ? (head[0] & 0xf0) | PONG : head[0];
      ByteBuffer frame = ByteBuffer.allocate(2 + longer.length + length);
      frame.put((byte) answer).put((byte) (head[1] & 0x7f)).put(longer).put(payload);
      request.write(frame.array());
    }
    return opcode != CLOSE;
  }

  private static byte[] read(Incoming request, int length) throws IOException {
    byte[] bytes = new byte[length];
    int read = 0;
    while (read < length) {
      byte[] piece = new byte[length - read];
      int count = request.read(piece);
      if (count < 0) {
        throw new EOFException("the client ended without Close");
      }
      System.arraycopy(piece, 0, bytes, read, count);
      read += count;
    }
    return bytes;
  }
}
