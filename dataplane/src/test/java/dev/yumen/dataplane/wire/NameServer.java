package dev.yumen.dataplane.wire;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A name server over UDP that knows the addresses it was told (RFC 1035 §4). */
final class NameServer implements AutoCloseable {
  private static final int TYPE_A = 1;
  private static final int NO_SUCH_NAME = 3;

  private record Answer(List<String> addresses, int ttl) {}

  private final DatagramSocket socket;
  private final Map<String, Answer> names = new ConcurrentHashMap<>();
  private final AtomicInteger asked = new AtomicInteger();
  private volatile boolean silent;

  private NameServer(DatagramSocket socket) {
    this.socket = socket;
    Thread.ofVirtual().name("name-server").start(this::serve);
  }

  static NameServer start() {
    try {
      return new NameServer(
          new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives a name these IPv4 addresses for so many seconds. */
  void put(String name, int ttl, String... addresses) {
    names.put(name, new Answer(List.of(addresses), ttl));
  }

  /** Forgets a name: there is no such one. */
  void remove(String name) {
    names.remove(name);
  }

  /** Stops or starts answering. */
  void silent(boolean silent) {
    this.silent = silent;
  }

  /** Questions received so far. */
  int asked() {
    return asked.get();
  }

  String address() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  @Override
  public void close() {
    socket.close();
  }

  private void serve() {
    byte[] buffer = new byte[1500];
    while (!socket.isClosed()) {
      try {
        DatagramPacket question = new DatagramPacket(buffer, buffer.length);
        socket.receive(question);
        asked.incrementAndGet();
        if (!silent) {
          byte[] answer = answer(buffer, question.getLength());
          socket.send(new DatagramPacket(answer, answer.length, question.getSocketAddress()));
        }
      } catch (IOException e) {
        // closed, or a client that went away
      }
    }
  }

  private byte[] answer(byte[] question, int length) throws IOException {
    StringBuilder name = new StringBuilder();
    int at = 12;
    while (question[at] != 0 && at < length) {
      name.append(name.isEmpty() ? "" : ".");
      for (int i = 1; i <= question[at]; i++) {
        name.append((char) question[at + i]);
      }
      at += question[at] + 1;
    }
    int end = at + 5;
    boolean ipv4 = question[at + 2] == TYPE_A;
    Answer known = names.get(name.toString());
    List<String> addresses = known == null || !ipv4 ? List.of() : known.addresses();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(question, 0, 2);
    out.writeShort(0x8180 | (known == null ? NO_SUCH_NAME : 0));
    out.writeShort(1);
    out.writeShort(addresses.size());
    out.writeInt(0);
    out.write(question, 12, end - 12);
    for (String address : addresses) {
      out.writeShort(0xc00c);
      out.writeShort(TYPE_A);
      out.writeShort(1);
      out.writeInt(known == null ? 0 : known.ttl());
      out.writeShort(4);
      out.write(InetAddress.getByName(address).getAddress());
    }
    return bytes.toByteArray();
  }
}
