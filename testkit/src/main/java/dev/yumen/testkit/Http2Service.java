package dev.yumen.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A real service on 127.0.0.1 that speaks HTTP/2 from the first byte (prior knowledge) and sends
 * exactly the frames that a test gives it. SETTINGS are exchanged, PING answered and windows given
 * back by itself, unless told otherwise. A request is answered by the oldest script of {@link
 * #answerNext}, else by the usual one of {@link #answering}; without either it waits until the test
 * takes it by {@link #next}. What a client does wrong on a connection, and a script that fails,
 * fails {@link #close}, if nothing sooner.
 */
public final class Http2Service implements Scripted, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ServerSocket server;
  private final @Nullable Consumer<Http2Request> usual;
  private final Queue<Consumer<Http2Request>> scripts = new ArrayDeque<>();
  private final Queue<Http2Request> waiting = new ArrayDeque<>();
  private final List<Http2Request> requests = new ArrayList<>();
  private final List<Http2Accepted> accepted = new ArrayList<>();
  private volatile int[] settings;
  private volatile @Nullable Throwable failedScript;

  private Http2Service(@Nullable Consumer<Http2Request> usual, int... settings) {
    this.usual = usual;
    this.settings = settings.clone();
    try {
      server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("http2-service-" + port()).start(this::accept);
  }

  /** Starts on a free port with these settings, pairs of identifier and value. */
  public static Http2Service start(int... settings) {
    return new Http2Service(null, settings);
  }

  /**
   * Starts with a script for every request for which {@link #answerNext} has none. It begins when
   * the head has come, on a thread of its own; a client that goes away ends it.
   */
  public static Http2Service answering(Consumer<Http2Request> usual, int... settings) {
    return new Http2Service(usual, settings);
  }

  /** Puts a script at the end of the queue; each is used once. */
  public Http2Service answerNext(Consumer<Http2Request> script) {
    synchronized (requests) {
      scripts.add(script);
    }
    return this;
  }

  @Override
  public void dropQueued() {
    synchronized (requests) {
      scripts.clear();
    }
  }

  /** What connections from now on begin with. */
  public Http2Service settings(int... settings) {
    this.settings = settings.clone();
    return this;
  }

  public int port() {
    return server.getLocalPort();
  }

  /** {@code 127.0.0.1:port}, as configurations write it. */
  public String address() {
    return "127.0.0.1:" + port();
  }

  /** The oldest request without a script that was not taken yet, waiting up to 10 s for it. */
  public Http2Request next() {
    if (!Eventually.holdsWithin(PATIENCE, () -> isFaulty() || hasNext())) {
      throw new AssertionError("no request came within " + PATIENCE + received());
    }
    failIfFaulty();
    synchronized (requests) {
      return waiting.remove();
    }
  }

  /** Whether a request without a script has come that was not taken yet. */
  public boolean hasNext() {
    synchronized (requests) {
      return !waiting.isEmpty();
    }
  }

  /** Requests so far. */
  public int requests() {
    synchronized (requests) {
      return requests.size();
    }
  }

  /** The request of this number, counted from 1, waiting up to 10 s for it. */
  public Http2Request request(int number) {
    if (!Eventually.holdsWithin(PATIENCE, () -> requests() >= number)) {
      throw new AssertionError("no request " + number + received());
    }
    synchronized (requests) {
      return requests.get(number - 1);
    }
  }

  /** The request that came last. */
  public Http2Request last() {
    return request(requests());
  }

  /** Connections accepted so far. */
  public int connections() {
    synchronized (accepted) {
      return accepted.size();
    }
  }

  /** Connections that neither side has closed yet. */
  public int openConnections() {
    return (int) all().stream().filter(Http2Accepted::isOpen).count();
  }

  /** The connection of this number, counted from 1, waiting up to 10 s for it. */
  public Http2Accepted connection(int number) {
    if (!Eventually.holdsWithin(PATIENCE, () -> connections() >= number)) {
      throw new AssertionError("no connection " + number + received());
    }
    return all().get(number - 1);
  }

  /** Closes every open connection, forgets what they asked, and goes on accepting. */
  public void closeConnections() {
    for (Http2Accepted each : all()) {
      if (each.isOpen()) {
        each.close();
      }
    }
    Eventually.within(PATIENCE, "all connections are closed", () -> openConnections() == 0);
    synchronized (requests) {
      waiting.clear();
    }
  }

  /**
   * Stops accepting and closes every connection; fails when one saw a wrong frame, or a script
   * failed.
   */
  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    closeConnections();
    failIfFaulty();
  }

  private List<Http2Accepted> all() {
    synchronized (accepted) {
      return List.copyOf(accepted);
    }
  }

  private boolean isFaulty() {
    return failedScript != null || all().stream().anyMatch(Http2Accepted::isFaulty);
  }

  private void failIfFaulty() {
    all().forEach(Http2Accepted::failIfFaulty);
    if (failedScript != null) {
      throw new AssertionError("a script failed", failedScript);
    }
  }

  private String received() {
    StringBuilder text = new StringBuilder();
    all().forEach(each -> text.append(each.received()));
    return text.toString();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Http2Accepted connection;
        synchronized (accepted) {
          connection =
              new Http2Accepted(accepted.size() + 1, new Http2Wire(socket), this::requested);
          accepted.add(connection);
        }
        Thread.ofVirtual().start(() -> connection.serve(settings));
      } catch (IOException e) {
        // closed, or the connection went away while it was accepted
      }
    }
  }

  private void requested(Http2Request request) {
    Consumer<Http2Request> script;
    synchronized (requests) {
      requests.add(request);
      script = scripts.isEmpty() ? usual : scripts.remove();
      if (script == null) {
        waiting.add(request);
        return;
      }
    }
    Thread.ofVirtual().start(() -> run(script, request));
  }

  private void run(Consumer<Http2Request> script, Http2Request request) {
    try {
      script.accept(request);
    } catch (UncheckedIOException e) {
      // the client went away, as it may
    } catch (RuntimeException | AssertionError e) {
      failedScript = e;
    }
  }
}
