package dev.yumen.testkit;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A socket that carries frames. A frame that is not whole at the deadline is kept for the next
 * reading. One thread may read while others write.
 */
final class Http2Wire {
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private byte[] buffer = new byte[64 * 1024];
  private int start;
  private int end;

  /**
   * Connects to a port of 127.0.0.1.
   *
   * @param receiveBuffer bytes of the kernel's buffer; 0 leaves it as it is
   */
  Http2Wire(int port, int receiveBuffer) throws IOException {
    this(connected(port, receiveBuffer));
  }

  /** Over a connection that is there. */
  Http2Wire(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    in = socket.getInputStream();
    out = socket.getOutputStream();
  }

  private static Socket connected(int port, int receiveBuffer) throws IOException {
    Socket socket = new Socket();
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
    return socket;
  }

  void write(byte[] bytes) throws IOException {
    synchronized (out) {
      out.write(bytes);
    }
  }

  /**
   * The next frame, or null at the end of the stream.
   *
   * @param deadline of {@link System#nanoTime}
   */
  @Nullable Http2Frame read(long deadline) throws IOException {
    if (!have(Http2Frame.HEADER_BYTES, deadline)) {
      return null;
    }
    int length =
        ((buffer[start] & 0xff) << 16) | (ByteBuffer.wrap(buffer).getShort(start + 1) & 0xffff);
    if (!have(Http2Frame.HEADER_BYTES + length, deadline)) {
      return null;
    }
    ByteBuffer header = ByteBuffer.wrap(buffer, start + 3, 6);
    int type = header.get() & 0xff;
    int flags = header.get() & 0xff;
    int stream = header.getInt();
    int from = start + Http2Frame.HEADER_BYTES;
    start = from + length;
    return new Http2Frame(type, flags, stream, Arrays.copyOfRange(buffer, from, start));
  }

  /** So many bytes that are no frame; fails when there are fewer. */
  byte[] readBytes(int count, long deadline) throws IOException {
    if (!have(count, deadline)) {
      throw new EOFException("closed early");
    }
    start += count;
    return Arrays.copyOfRange(buffer, start - count, start);
  }

  /** A head of HTTP/1.1 with its empty line. */
  String readHead(long deadline) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) readBytes(1, deadline)[0]);
    }
    return head.toString();
  }

  private boolean have(int bytes, long deadline) throws IOException {
    while (end - start < bytes) {
      if (start > 0) {
        System.arraycopy(buffer, start, buffer, 0, end - start);
        end -= start;
        start = 0;
      }
      if (bytes > buffer.length) {
        buffer = Arrays.copyOf(buffer, bytes);
      }
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new SocketTimeoutException("nothing more came in time");
      }
      socket.setSoTimeout((int) Math.min(left, Integer.MAX_VALUE));
      int count = in.read(buffer, end, buffer.length - end);
      if (count < 0) {
        return false;
      }
      end += count;
    }
    return true;
  }

  void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Closes by a reset. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  void close() throws IOException {
    socket.close();
  }
}
