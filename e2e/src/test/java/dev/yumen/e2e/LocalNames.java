package dev.yumen.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A name server that knows every name as 127.0.0.1, and none by IPv6. */
final class LocalNames implements AutoCloseable {
  private static final int HEAD_BYTES = 12;
  private static final int ADDRESS = 1;
  private static final byte[] ANSWER = {
    (byte) 0xc0,
    HEAD_BYTES, // the name of the question
    0,
    ADDRESS,
    0,
    1, // A, IN
    0,
    0,
    0,
    1, // for a second
    0,
    4,
    127,
    0,
    0,
    1
  };

  private final DatagramSocket socket;

  LocalNames() {
    try {
      socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::answerAll);
  }

  /** Such as {@code 127.0.0.1:5353}. */
  String address() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  private void answerAll() {
    byte[] buffer = new byte[1500];
    try {
      while (true) {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        byte[] answer = answer(Arrays.copyOf(buffer, packet.getLength()));
        socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
      }
    } catch (IOException _) {
      // closed
    }
  }

  private static byte[] answer(byte[] query) {
    int end = HEAD_BYTES;
    while (query[end] != 0) {
      end += 1 + query[end];
    }
    int type = query[end + 1] << 8 | query[end + 2];
    int answers = type == ADDRESS ? 1 : 0;
    int question = end + 5;
    ByteBuffer answer = ByteBuffer.allocate(question + answers * ANSWER.length);
    answer.put(query, 0, question);
    answer.put(2, (byte) 0x85).put(3, (byte) 0x80); // an answer, with authority and no error
    answer.putShort(4, (short) 1).putShort(6, (short) answers);
    answer.putShort(8, (short) 0).putShort(10, (short) 0);
    if (answers > 0) {
      answer.put(ANSWER);
    }
    return answer.array();
  }

  @Override
  public void close() {
    socket.close();
  }
}
