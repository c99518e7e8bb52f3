package dev.yumen.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A real {@code redis-server}, or a sentinel, which is the same program. */
public final class RedisServer extends LocalServer {
  private RedisServer(Path folder, int port, List<String> options) {
    super(
        folder, port, command(folder, port, options), "Ready to accept connections|Sentinel ID is");
  }

  /**
   * Starts a server that keeps its data in memory alone unless the options say otherwise.
   *
   * @param folder its working folder
   * @param options as on its command line, such as {@code --requirepass}, {@code secret}
   */
  public static RedisServer start(Path folder, String... options) {
    List<String> all = new ArrayList<>(List.of("--save", "", "--appendonly", "no"));
    all.addAll(List.of(options));
    return start(port -> new RedisServer(folder, port, all));
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
      List<String> options = List.of(file.toAbsolutePath().toString(), "--sentinel");
      return start(port -> new RedisServer(folder, port, options));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> command(Path folder, int port, List<String> options) {
    List<String> command = new ArrayList<>();
    command.add(DebianProgram.find("redis-server", "redis-server").toString());
    command.addAll(options); // a file must be the first
    command.addAll(List.of("--port", Integer.toString(port)));
    command.addAll(List.of("--bind", "127.0.0.1", "--daemonize", "no"));
    command.addAll(List.of("--dir", folder.toAbsolutePath().toString()));
    return command;
  }

  /** Its address, such as {@code 127.0.0.1:6379}. */
  public String address() {
    return "127.0.0.1:" + port();
  }

  /** What it answers to a command, without a password; see {@link RedisWire}. */
  public String ask(String... words) {
    try (RedisWire wire = RedisWire.connect(port())) {
      return wire.ask(words);
    }
  }
}
