package dev.yumen.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * {@code yumen train}: a short life of the quick start under load, on free ports and in a folder of
 * its own. The launcher runs it with {@code -XX:AOTCacheOutput}, so that the JVM notes which
 * classes are loaded and which methods are hot (JEP 514, JEP 515).
 */
@Command(name = "train", hidden = true, description = "Runs the quick start for a moment.")
final class TrainCommand implements Callable<Integer> {
  private static final int ROUNDS = 300;
  private static final Map<String, String> FREE_PORTS =
      Map.of("API_GATEWAY_PORT", "0", "MANAGEMENT_PORT", "0");
  private static final List<String> TARGETS =
      List.of("/api/user/1", "/api/order/42", "/hello", "/api/recommendations", "/nothing-here");

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("yumen-train");
    try {
      Path example = Example.quickStart();
      copy(example.resolveSibling(""), folder);
      PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
      return new GatewayRun(nowhere, nowhere, TrainCommand::trainAndStop)
          .runQuickStart(folder.resolve(example.getFileName()), FREE_PORTS);
    } finally {
      delete(folder);
    }
  }

  private static void trainAndStop(Map<String, InetSocketAddress> addresses) {
    try {
      for (InetSocketAddress address : addresses.values()) {
        request(address.getPort(), "/metrics", 3);
      }
      for (String target : TARGETS) {
        InetSocketAddress traffic = addresses.get("http");
        if (traffic != null) {
          request(traffic.getPort(), target, ROUNDS);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Signals.raise("TERM");
  }

  private static void request(int port, String target, int times) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setTcpNoDelay(true);
      InputStream in = socket.getInputStream();
      byte[] request =
          ("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nX-Client-ID: train\r\n\r\n")
              .getBytes(ISO_8859_1);
      byte[] answer = new byte[64 * 1024];
      for (int i = 0; i < times; i++) {
        socket.getOutputStream().write(request);
        if (in.read(answer) < 0) {
          return;
        }
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.skip(1).toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
