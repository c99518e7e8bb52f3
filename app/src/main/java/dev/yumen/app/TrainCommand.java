package dev.yumen.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.yumen.dataplane.Gateway;
import dev.yumen.dataplane.StartFailure;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * {@code yumen train}: a short life of the quick start under load, on free ports. The launcher runs
 * it with {@code -XX:AOTCacheOutput}, so that the JVM notes which classes are loaded and which
 * methods are hot (JEP 514, JEP 515).
 */
@Command(name = "train", hidden = true, description = "Runs the quick start for a moment.")
final class TrainCommand implements Callable<Integer> {
  private static final int ROUNDS = 300;
  private static final List<String> TARGETS =
      List.of("/api/user/1", "/api/order/42", "/hello", "/api/recommendations", "/nothing-here");

  @Override
  public Integer call() throws IOException, InterruptedException {
    LogSetup.quiet();
    Map<String, String> environment = new HashMap<>();
    environment.put("API_GATEWAY_PORT", "0");
    environment.put("MANAGEMENT_PORT", "0");
    try (DemoServices demo = DemoServices.startOnFreePorts()) {
      environment.putAll(demo.addresses());
      Gateway gateway = Gateway.start(Wiring.reader(environment).read(Example.quickStart()));
      Map<String, InetSocketAddress> addresses = gateway.addresses();
      for (InetSocketAddress address : addresses.values()) {
        request(address.getPort(), "/metrics", 3);
      }
      InetSocketAddress traffic = addresses.get("http");
      if (traffic != null) {
        for (String target : TARGETS) {
          request(traffic.getPort(), target, ROUNDS);
        }
      }
      gateway.drain().join();
      return 0;
    } catch (StartFailure e) {
      return Main.BAD_INPUT;
    }
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
}
