package dev.yumen.testkit;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * A real HTTP/2 server without TLS (by prior knowledge) on 127.0.0.1, whose answers a test writes
 * frame by frame. Each request takes the next script of the queue, or the usual one when the queue
 * is empty. What it receives is given back to the windows at once; what it sends heeds none.
 */
public final class Http2Upstream implements AutoCloseable {
  /** What is done with a request, on a thread of its own that begins when its head has come. */
  public interface Script {
    void answer(Http2Call call);
  }

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration LIFE = Duration.ofMinutes(10);

  private final ServerSocket server;
  private final Script usual;
  private final Queue<Script> queue = new ArrayDeque<>();
  private final List<Http2Call> calls = new ArrayList<>();
  private final List<Socket> sockets = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();

  private Http2Upstream(Script usual) {
    this.usual = usual;
    try {
      server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("http2-upstream-" + server.getLocalPort()).start(this::accept);
  }

  /** Starts on a free port. */
  public static Http2Upstream start(Script usual) {
    return new Http2Upstream(usual);
  }

  /** Puts a script at the end of the queue; each is used once. */
  public Http2Upstream next(Script script) {
    synchronized (queue) {
      queue.add(script);
    }
    return this;
  }

  /** Empties the queue, so that one test leaves nothing for the next. */
  public void dropQueued() {
    synchronized (queue) {
      queue.clear();
    }
  }

  /** {@code 127.0.0.1:port}, as configurations write it. */
  public String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /** Every request received so far, in the order they came. */
  public List<Http2Call> calls() {
    synchronized (calls) {
      return List.copyOf(calls);
    }
  }

  /** The request of this number, counted from 1, waiting up to 10 s for it. */
  public Http2Call awaitCall(int number) {
    Eventually.within(
        PATIENCE, "call " + number + " at the upstream", () -> calls().size() >= number);
    return calls().get(number - 1);
  }

  /** Closes every connection; fails when a script failed. */
  @Override
  public void close() {
    try {
      server.close();
      synchronized (sockets) {
        for (Socket socket : sockets) {
          socket.close();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    synchronized (failures) {
      if (!failures.isEmpty()) {
        throw new AssertionError("a script failed", failures.getFirst());
      }
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        synchronized (sockets) {
          sockets.add(socket);
        }
        Http2Wire wire = new Http2Wire(socket);
        Thread.ofVirtual().start(() -> new Connection(wire).serve());
      } catch (IOException e) {
        // closed, or the connection went away while it was accepted
      }
    }
  }

  private Script script() {
    synchronized (queue) {
      Script next = queue.poll();
      return next == null ? usual : next;
    }
  }

  private void run(Script script, Http2Call call) {
    try {
      script.answer(call);
    } catch (UncheckedIOException e) {
      // the gateway went away, as it may
    } catch (RuntimeException | AssertionError e) {
      synchronized (failures) {
        failures.add(e);
      }
    }
  }

  /** What one connection carries. */
  private final class Connection {
    private final Http2Wire wire;
    private final DefaultHttp2HeadersDecoder decoder =
        new DefaultHttp2HeadersDecoder(false, 1 << 20);
    private final Map<Integer, Http2Call> open = new HashMap<>();
    private ByteArrayOutputStream block = new ByteArrayOutputStream();
    private boolean blockIsLast;

    Connection(Http2Wire wire) {
      this.wire = wire;
    }

    void serve() {
      try {
        long deadline = System.nanoTime() + LIFE.toNanos();
        wire.readBytes(Http2Client.PREFACE.length, deadline);
        wire.write(Http2Frame.settings().bytes());
        for (Http2Frame frame = wire.read(deadline); frame != null; frame = wire.read(deadline)) {
          take(frame);
        }
      } catch (IOException e) {
        // the peer went away: what it sent until then is recorded
      }
    }

    private void take(Http2Frame frame) throws IOException {
      Http2Call call = open.get(frame.stream());
      switch (frame.type()) {
        case Http2Frame.HEADERS, Http2Frame.CONTINUATION -> takeFields(frame);
        case Http2Frame.DATA -> {
          int length = frame.payload().length;
          if (call != null) {
            call.takeData(frame.payload(), frame.isLast());
          }
          if (length > 0) {
            wire.write(Http2Frame.windowUpdate(0, length).bytes());
            wire.write(Http2Frame.windowUpdate(frame.stream(), length).bytes());
          }
        }
        case Http2Frame.RST_STREAM -> {
          if (call != null) {
            call.takeReset(frame.error());
          }
        }
        case Http2Frame.SETTINGS -> {
          if (!frame.has(Http2Frame.ACK)) {
            wire.write(new Http2Frame(Http2Frame.SETTINGS, Http2Frame.ACK, 0, new byte[0]).bytes());
          }
        }
        case Http2Frame.PING -> {
          if (frame.has(Http2Frame.ACK)) {
            open.values().forEach(Http2Call::takePong);
          } else {
            wire.write(new Http2Frame(Http2Frame.PING, Http2Frame.ACK, 0, frame.payload()).bytes());
          }
        }
        default -> {} // GOAWAY, WINDOW_UPDATE, PRIORITY
      }
    }

    private void takeFields(Http2Frame frame) throws IOException {
      block.writeBytes(frame.payload());
      if (frame.type() == Http2Frame.HEADERS) {
        blockIsLast = frame.isLast();
      }
      if (!frame.has(Http2Frame.END_HEADERS)) {
        return;
      }
      List<Map.Entry<String, String>> fields = new ArrayList<>();
      try {
        decoder
            .decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(block.toByteArray()))
            .forEach(field -> fields.add(Map.entry(field.getKey() + "", field.getValue() + "")));
      } catch (Http2Exception e) {
        throw new IOException("fields that can not be read", e);
      }
      block = new ByteArrayOutputStream();
      Http2Call known = open.get(frame.stream());
      if (known != null) {
        known.takeTrailers(fields);
        return;
      }
      Http2Call call = new Http2Call(wire, frame.stream(), fields);
      if (blockIsLast) {
        call.takeEnd();
      }
      open.put(frame.stream(), call);
      synchronized (calls) {
        calls.add(call);
      }
      Script script = script();
      Thread.ofVirtual().start(() -> run(script, call));
    }
  }
}
