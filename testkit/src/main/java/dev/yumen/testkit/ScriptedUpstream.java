package dev.yumen.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A real server on 127.0.0.1 that does what its script says and records, byte by byte, what it
 * received. Each request takes the next behaviour of the queue, or the usual one when the queue is
 * empty. Connections are kept open between requests, one virtual thread each.
 */
public final class ScriptedUpstream implements Scripted, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ServerSocket server;
  private final Behaviour usual;
  private final @Nullable Behaviour onConnect;
  private final Queue<Behaviour> queue = new ArrayDeque<>();
  private final List<Recorded> requests = new ArrayList<>();
  private final List<WireReader> readers = new ArrayList<>();
  private final List<Socket> sockets = new ArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  private ScriptedUpstream(
      InetSocketAddress address,
      Behaviour usual,
      @Nullable Behaviour onConnect,
      int receiveBuffer) {
    this.usual = usual;
    this.onConnect = onConnect;
    try {
      server = new ServerSocket();
      server.setReuseAddress(true);
      if (receiveBuffer > 0) {
        server.setReceiveBufferSize(receiveBuffer);
      }
      server.bind(address, 1024);
    } catch (IOException e) {
      throw new UncheckedIOException("no server on " + address, e);
    }
    Thread.ofVirtual().name("scripted-upstream-" + port()).start(this::accept);
  }

  /** Starts on a free port. */
  public static ScriptedUpstream start(Behaviour usual) {
    return start(0, usual);
  }

  /** Starts on this port of 127.0.0.1, such as one that an earlier server left. */
  public static ScriptedUpstream start(int port, Behaviour usual) {
    return new ScriptedUpstream(loopback(port), usual, null, 0);
  }

  /** Starts with a small receive buffer in the kernel, so that a slow reader is felt soon. */
  public static ScriptedUpstream startWithReceiveBuffer(int bytes, Behaviour usual) {
    return new ScriptedUpstream(loopback(0), usual, null, bytes);
  }

  /**
   * Starts a server that does this as soon as a connection is accepted, before any byte is read.
   * Its {@link Incoming#recorded} has an empty head.
   */
  public static ScriptedUpstream startOnConnect(Behaviour onConnect) {
    return new ScriptedUpstream(loopback(0), Behaviours.echo(), onConnect, 0);
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** A port of 127.0.0.1 on which nothing listens. */
  public static int unusedPort() {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts a behaviour at the end of the queue; each is used once. */
  public ScriptedUpstream next(Behaviour behaviour) {
    synchronized (queue) {
      queue.add(behaviour);
    }
    return this;
  }

  @Override
  public void dropQueued() {
    synchronized (queue) {
      queue.clear();
    }
  }

  public int port() {
    return server.getLocalPort();
  }

  /** {@code 127.0.0.1:port}, as configurations write it. */
  public String address() {
    return "127.0.0.1:" + port();
  }

  /** Every request received so far, in the order their heads were complete. */
  public List<Recorded> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  /** The request of this number, counted from 1, waiting up to 10 s for it. */
  public Recorded awaitRequest(int number) {
    Eventually.within(
        PATIENCE, "request " + number + " at the upstream", () -> requests().size() >= number);
    return requests().get(number - 1);
  }

  /** Connections accepted so far. */
  public int connections() {
    synchronized (readers) {
      return readers.size();
    }
  }

  /** Connections that neither side has closed yet. */
  public int openConnections() {
    return open.size();
  }

  /** Waits up to 10 s until this many connections are open. */
  public void awaitOpenConnections(int count) {
    Eventually.within(
        PATIENCE, count + " open connections at the upstream", () -> open.size() == count);
  }

  /** All bytes received on a connection, counted from 1; ISO 8859-1, up to a mebibyte. */
  public String received(int connection) {
    synchronized (readers) {
      return new String(readers.get(connection - 1).tapped(), ISO_8859_1);
    }
  }

  /** All bytes received on all connections. */
  public String received() {
    StringBuilder all = new StringBuilder();
    for (int i = 1; i <= connections(); i++) {
      all.append(received(i));
    }
    return all.toString();
  }

  /** Closes every open connection in order and goes on accepting. */
  public void closeConnections() {
    for (Socket socket : open) {
      closeQuietly(socket);
    }
  }

  /** Ends every open connection by a reset and goes on accepting. */
  public void resetConnections() {
    for (Socket socket : open) {
      try {
        socket.setSoLinger(true, 0);
      } catch (IOException e) {
        // closed meanwhile
      }
      closeQuietly(socket);
    }
  }

  /** Ends what is sent on a connection, counted from 1, whatever it is doing. */
  public void shutDownOutput(int connection) {
    Socket socket;
    synchronized (readers) {
      socket = sockets.get(connection - 1);
    }
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a text (ISO 8859-1) on a connection, counted from 1, whatever it is doing. */
  public void writeToConnection(int connection, String text) {
    Socket socket;
    synchronized (readers) {
      socket = sockets.get(connection - 1);
    }
    try {
      socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops accepting and closes every connection. */
  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    closeConnections();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        socket.setTcpNoDelay(true);
        open.add(socket);
        WireReader reader = new WireReader(socket.getInputStream());
        int number;
        synchronized (readers) {
          readers.add(reader);
          sockets.add(socket);
          number = readers.size();
        }
        Thread.ofVirtual().start(() -> serve(socket, reader, number));
      } catch (IOException e) {
        // closed, or the connection went away while it was accepted
      }
    }
  }

  private void serve(Socket socket, WireReader reader, int number) {
    try {
      if (onConnect != null) {
        onConnect.serve(new Incoming(socket, reader, new Recorded(number, "\r\n\r\n")));
      }
      while (!socket.isClosed()) {
        String head = reader.readHead();
        if (head == null) {
          return;
        }
        Recorded recorded = new Recorded(number, head);
        Incoming request = new Incoming(socket, reader, recorded);
        synchronized (requests) {
          requests.add(recorded);
        }
        behaviour().serve(request);
        if (!request.isClosed()) {
          request.readBody();
        }
      }
    } catch (IOException e) {
      // the peer went away: what it sent until then is recorded
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      closeQuietly(socket);
      open.remove(socket);
    }
  }

  private Behaviour behaviour() {
    synchronized (queue) {
      Behaviour next = queue.poll();
      return next == null ? usual : next;
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // nothing more can be done for it
    }
  }
}
