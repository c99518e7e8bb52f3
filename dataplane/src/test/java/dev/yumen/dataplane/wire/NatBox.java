package dev.yumen.dataplane.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/**
 * Stands between one client and a UDP port, as a router does that translates addresses. It may
 * forget the client's port and take another: that is how a client's address changes on its way.
 */
final class NatBox implements AutoCloseable {
  private static final int LARGEST = 2048;

  private final InetSocketAddress server;
  private final DatagramSocket inside = open();
  private volatile DatagramSocket outside = open();
  private volatile DatagramSocket before = outside;
  private volatile @Nullable SocketAddress client;
  private volatile boolean closed;

  private NatBox(int port) {
    server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  static NatBox before(int port) {
    NatBox box = new NatBox(port);
    Thread.ofVirtual().start(box::toServer);
    box.listen(box.outside);
    return box;
  }

  private static DatagramSocket open() {
    try {
      return new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the client sends to. */
  int port() {
    return inside.getLocalPort();
  }

  /** The client comes from another port from now on; what was sent to the last one still comes. */
  void rebind() {
    before = outside;
    outside = open();
    listen(outside);
  }

  private void toServer() {
    DatagramPacket packet = new DatagramPacket(new byte[LARGEST], LARGEST);
    while (!closed) {
      try {
        packet.setLength(LARGEST);
        inside.receive(packet);
        client = packet.getSocketAddress();
        outside.send(new DatagramPacket(packet.getData(), packet.getLength(), server));
      } catch (IOException _) {
        // closed, or rebound at this moment: the datagram is lost, as it may be
      }
    }
  }

  private void listen(DatagramSocket from) {
    Thread.ofVirtual().start(() -> toClient(from));
  }

  private void toClient(DatagramSocket from) {
    DatagramPacket packet = new DatagramPacket(new byte[LARGEST], LARGEST);
    while (!from.isClosed()) {
      try {
        packet.setLength(LARGEST);
        from.receive(packet);
        SocketAddress to = client;
        if (to != null) {
          inside.send(new DatagramPacket(packet.getData(), packet.getLength(), to));
        }
      } catch (IOException _) {
        // closed
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    inside.close();
    outside.close();
    before.close();
  }
}
