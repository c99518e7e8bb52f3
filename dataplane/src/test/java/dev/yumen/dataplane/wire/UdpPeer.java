package dev.yumen.dataplane.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A socket of 127.0.0.1 that sends and receives datagrams: a client, or a service that answers. */
final class UdpPeer implements AutoCloseable {
  private final DatagramSocket socket;
  private final List<Integer> senders = new CopyOnWriteArrayList<>();

  private UdpPeer() {
    try {
      socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
      socket.setSoTimeout(10_000);
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  static UdpPeer client() {
    return new UdpPeer();
  }

  /** A service that answers each datagram with its own name and what came. */
  static UdpPeer service(String name) {
    UdpPeer service = new UdpPeer();
    Thread.ofVirtual().start(() -> service.answer(name));
    return service;
  }

  private void answer(String name) {
    while (!socket.isClosed()) {
      DatagramPacket packet = receive();
      if (packet != null) {
        senders.add(packet.getPort());
        byte[] text = (name + text(packet)).getBytes(ISO_8859_1);
        send(text, (InetSocketAddress) packet.getSocketAddress());
      }
    }
  }

  /** Ports that datagrams came from, in their order. */
  List<Integer> senders() {
    return senders;
  }

  int port() {
    return socket.getLocalPort();
  }

  UdpPeer send(String text, int port) {
    return send(
        text.getBytes(ISO_8859_1), new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  private UdpPeer send(byte[] bytes, InetSocketAddress to) {
    try {
      socket.send(new DatagramPacket(bytes, bytes.length, to));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next datagram's text. */
  String read() {
    DatagramPacket packet = receive();
    if (packet == null) {
      throw new AssertionError("no datagram");
    }
    return text(packet);
  }

  /** Whether nothing comes for this long. */
  boolean isQuietFor(int millis) {
    try {
      socket.setSoTimeout(millis);
      boolean quiet = receive() == null;
      socket.setSoTimeout(10_000);
      return quiet;
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(DatagramPacket packet) {
    return new String(packet.getData(), 0, packet.getLength(), ISO_8859_1);
  }

  /** Null when nothing comes in time, or the socket was closed. */
  private @Nullable DatagramPacket receive() {
    DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
    try {
      socket.receive(packet);
      return packet;
    } catch (SocketTimeoutException e) {
      return null;
    } catch (IOException e) {
      if (socket.isClosed()) {
        return null;
      }
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
