package dev.yumen.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A real {@code etcd}, one member alone. */
public final class EtcdServer extends LocalServer {
  private EtcdServer(Path folder, int port, String... options) {
    super(folder, port, command(folder, port, options), "ready to serve client requests");
  }

  /**
   * Starts one.
   *
   * @param folder its working folder, where its data is
   * @param options as on its command line
   */
  public static EtcdServer start(Path folder, String... options) {
    return start(port -> new EtcdServer(folder, port, options));
  }

  private static List<String> command(Path folder, int port, String... options) {
    String client = "http://127.0.0.1:" + port;
    String peer = "http://127.0.0.1:" + freePort();
    List<String> command = new ArrayList<>();
    command.add(DebianProgram.find("etcd", "etcd-server").toString());
    command.add("--data-dir");
    command.add(folder.resolve("etcd-" + port).toAbsolutePath().toString());
    command.addAll(List.of("--listen-client-urls", client, "--advertise-client-urls", client));
    command.addAll(List.of("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer));
    command.addAll(List.of("--initial-cluster", "default=" + peer));
    command.addAll(List.of(options));
    return command;
  }

  /** Its address for clients, such as {@code http://127.0.0.1:2379}. */
  public String address() {
    return "http://127.0.0.1:" + port();
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
}
