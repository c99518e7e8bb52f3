package dev.yumen.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A real {@code etcd}, one member alone, on free ports of 127.0.0.1, which ends with {@link
 * #close}.
 */
public final class EtcdServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int TRIES = 5;

  private final Path folder;
  private final int port;
  private final List<String> options;
  private Proc process;

  private EtcdServer(Path folder, int port, List<String> options, Proc process) {
    this.folder = folder;
    this.port = port;
    this.options = options;
    this.process = process;
  }

  /**
   * Starts one.
   *
   * @param folder its working folder, where its data is
   * @param options as on its command line
   */
  public static EtcdServer start(Path folder, String... options) {
    for (int i = 1; ; i++) {
      int port = RedisServer.freePort();
      String client = "http://127.0.0.1:" + port;
      String peer = "http://127.0.0.1:" + RedisServer.freePort();
      List<String> all =
          new ArrayList<>(
              List.of("--data-dir", folder.resolve("etcd-" + port).toAbsolutePath().toString()));
      all.addAll(List.of("--listen-client-urls", client, "--advertise-client-urls", client));
      all.addAll(List.of("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer));
      all.addAll(List.of("--initial-cluster", "default=" + peer));
      all.addAll(List.of(options));
      Proc process = launch(folder, all);
      try {
        EtcdServer server = new EtcdServer(folder, port, List.copyOf(all), process);
        server.awaitReady();
        return server;
      } catch (AssertionError e) {
        process.close();
        // Between the choice of the ports and their use, somebody else may have taken one.
        if (i == TRIES || !process.output().contains("address already in use")) {
          throw e;
        }
      }
    }
  }

  private static Proc launch(Path folder, List<String> options) {
    List<String> command = new ArrayList<>();
    command.add(DebianProgram.find("etcd", "etcd-server").toString());
    command.addAll(options);
    return Proc.start(folder, Map.of(), command);
  }

  private void awaitReady() {
    process.awaitLine("ready to serve client requests", PATIENCE);
  }

  /** Its address for clients, such as {@code http://127.0.0.1:2379}. */
  public String address() {
    return "http://127.0.0.1:" + port;
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

  /** Starts it again on the same ports and the same data after {@link #kill}. */
  public void startAgain() {
    process = launch(folder, options);
    awaitReady();
  }

  /** What it answers to a call of its JSON gateway; a failure when the status is not 200. */
  public String call(String path, String json) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create(address() + path).toURL().openConnection();
      connection.setDoOutput(true);
      connection.getOutputStream().write(json.getBytes(StandardCharsets.UTF_8));
      try (InputStream answer = connection.getInputStream()) {
        return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a key, whatever it held. */
  public void put(String key, byte[] value) {
    call(
        "/v3/kv/put",
        "{\"key\":\"%s\",\"value\":\"%s\"}"
            .formatted(base64(key), Base64.getEncoder().encodeToString(value)));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  public String output() {
    return process.output();
  }

  @Override
  public void close() {
    process.close();
  }
}
