package dev.yumen.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.regex.Pattern;

/**
 * A server of others on a free port of 127.0.0.1, in a process that ends with {@link #close}. It
 * can fail as servers do, and come back where it was.
 */
public abstract sealed class LocalServer implements AutoCloseable permits EtcdServer, RedisServer {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int TRIES = 5;
  private static final Pattern PORT_TAKEN =
      Pattern.compile("address already in use", Pattern.CASE_INSENSITIVE);

  private final Path folder;
  private final int port;
  private final List<String> command;
  private final String ready;
  private Proc process;

  /**
   * Launches it and does not wait.
   *
   * @param folder its working folder
   * @param ready an expression for the line with which it says that it serves
   */
  LocalServer(Path folder, int port, List<String> command, String ready) {
    this.folder = folder;
    this.port = port;
    this.command = List.copyOf(command);
    this.ready = ready;
    this.process = launch();
  }

  /** One that serves, on a port that was free. */
  static <S extends LocalServer> S start(IntFunction<S> onPort) {
    for (int i = 1; ; i++) {
      S server = onPort.apply(freePort());
      try {
        server.awaitReady();
        return server;
      } catch (AssertionError e) {
        server.close();
        // Between the choice of the port and its use, somebody else may have taken it.
        if (i == TRIES || !PORT_TAKEN.matcher(server.output()).find()) {
          throw e;
        }
      }
    }
  }

  /** A port that nobody listens on now. */
  public static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Proc launch() {
    return Proc.start(folder, Map.of(), command);
  }

  final void awaitReady() {
    process.awaitLine(ready, PATIENCE);
  }

  public final int port() {
    return port;
  }

  /** Ends it without a chance to say good-bye. */
  public final void kill() {
    process.close();
  }

  /** Stops it in the middle of whatever it does, its connections open. */
  public final void pause() {
    process.signal("STOP");
  }

  /** Lets it go on after {@link #pause}. */
  public final void resume() {
    process.signal("CONT");
  }

  /** Starts it again with the same ports and the same data after {@link #kill}. */
  public final void startAgain() {
    process = launch();
    awaitReady();
  }

  public final String output() {
    return process.output();
  }

  @Override
  public final void close() {
    process.close();
  }
}
