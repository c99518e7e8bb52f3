package dev.yumen.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A real {@code redis-server} on a free port of 127.0.0.1, which ends with {@link #close}. */
public final class RedisServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int TRIES = 5;

  private final Path folder;
  private final int port;
  private final List<String> options;
  private Proc process;

  private RedisServer(Path folder, int port, List<String> options, Proc process) {
    this.folder = folder;
    this.port = port;
    this.options = options;
    this.process = process;
  }

  /**
   * Starts a server that keeps its data in memory alone unless the options say otherwise.
   *
   * @param folder its working folder
   * @param options as on its command line, such as {@code --requirepass}, {@code secret}
   */
  public static RedisServer start(Path folder, String... options) {
    return start(folder, List.of(), options);
  }

  /**
   * Starts a sentinel, alone, that takes a master for gone after 0.3 s.
   *
   * @param folder where its file is written
   * @param master what the master is called
   */
  public static RedisServer sentinel(Path folder, String master, RedisServer watched) {
    String settings =
        """
        sentinel monitor %1$s 127.0.0.1 %2$d 1
        sentinel down-after-milliseconds %1$s 300
        sentinel failover-timeout %1$s 3000
        """
            .formatted(master, watched.port());
    try {
      Path file = Files.writeString(folder.resolve("sentinel.conf"), settings);
      return start(folder, List.of(file.toAbsolutePath().toString(), "--sentinel"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RedisServer start(Path folder, List<String> first, String... options) {
    for (int i = 1; ; i++) {
      int port = freePort();
      List<String> all = new ArrayList<>(first);
      all.addAll(List.of("--port", Integer.toString(port)));
      all.addAll(first.isEmpty() ? List.of("--save", "", "--appendonly", "no") : List.of());
      all.addAll(List.of(options));
      Proc process = launch(folder, all);
      try {
        process.awaitLine("Ready to accept connections|Sentinel ID is", PATIENCE);
        return new RedisServer(folder, port, List.copyOf(all), process);
      } catch (AssertionError e) {
        process.close();
        // Between the choice of the port and its use, somebody else may have taken it.
        if (i == TRIES || !process.output().contains("Address already in use")) {
          throw e;
        }
      }
    }
  }

  private static Proc launch(Path folder, List<String> options) {
    List<String> command = new ArrayList<>();
    command.add(DebianProgram.find("redis-server", "redis-server").toString());
    command.addAll(options); // a file must be the first
    command.addAll(List.of("--bind", "127.0.0.1", "--daemonize", "no"));
    command.addAll(List.of("--dir", folder.toAbsolutePath().toString()));
    return Proc.start(folder, Map.of(), command);
  }

  /** A port that nobody listens on now. */
  public static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return port;
  }

  /** Its address, such as {@code 127.0.0.1:6379}. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  /** Ends it without a chance to say good-bye. */
  public void kill() {
    process.close();
  }

  /** Stops it in the middle of whatever it does, its connections open. */
  public void pause() {
    process.signal("STOP");
  }

  /** Lets it go on after {@link #pause}. */
  public void resume() {
    process.signal("CONT");
  }

  /** Starts it again on the same port after {@link #kill}. */
  public void startAgain() {
    process = launch(folder, options);
    process.awaitLine("Ready to accept connections", PATIENCE);
  }

  /** What it answers to a command, without a password; see {@link RedisWire}. */
  public String ask(String... words) {
    try (RedisWire wire = RedisWire.connect(port)) {
      return wire.ask(words);
    }
  }

  public String output() {
    return process.output();
  }

  @Override
  public void close() {
    process.close();
  }
}
