package dev.yumen.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Behaviours;
import dev.yumen.testkit.DebianProgram;
import dev.yumen.testkit.Proc;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client of another make, gtlsclient of ngtcp2 and nghttp3, is served over HTTP/3. */
class Http3IT {
  private static final String LISTENERS =
      """
      listeners:
        http: {address: "127.0.0.1:0"}
        https: {address: "127.0.0.1:0", protocols: [http1, http2, http3], tls: self-signed}
      management: {address: "127.0.0.1:0"}
      """;

  private final Path program = DebianProgram.find("gtlsclient", "ngtcp2-client");

  @TempDir Path folder;

  private String ask(GatewayProcess gateway, String path, String... flags) {
    int port = gateway.port("https");
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of("--no-quic-dump", "--exit-on-all-streams-close", "--timeout=10s"));
    command.addAll(List.of(flags));
    String uri = "https://localhost:" + port + path;
    command.addAll(List.of("127.0.0.1", Integer.toString(port), uri));
    try (Proc proc = Proc.start(folder, Map.of(), command)) {
      assertEquals(0, proc.awaitExit(GatewayProcess.PATIENCE), proc::output);
      return proc.output();
    }
  }

  private static String routesTo(ScriptedUpstream upstream) {
    return """
        upstreams: {mirror: {endpoints: "%s"}}
        routes:
          - {id: hello, match: {path: /hello}, respond: {body: hello}}
          - {id: rest, match: {path: "/**"}, to: mirror}
        """
        .formatted(upstream.address());
  }

  @Test
  void aClientOfAnotherMakeGetsAndPosts() throws IOException {
    Path downloads = Files.createDirectory(folder.resolve("downloads"));
    byte[] body = "b".repeat(300_000).getBytes(UTF_8);
    Path data = Files.write(folder.resolve("data"), body);
    try (ScriptedUpstream upstream = ScriptedUpstream.start(Behaviours.echo());
        GatewayProcess gateway = GatewayProcess.start(folder, LISTENERS + routesTo(upstream))) {
      String output = ask(gateway, "/hello", "--download=" + downloads);
      assertTrue(output.contains("[:status: 200]"), output);
      assertEquals("hello", Files.readString(downloads.resolve("hello")));
      String posted =
          ask(gateway, "/post", "-m", "POST", "--data=" + data, "--download=" + downloads);
      assertTrue(posted.contains("[:status: 200]"), posted);
      String echoed = Files.readString(downloads.resolve("post"));
      assertTrue(echoed.contains("\"bodyLength\":300000"), echoed);
      assertEquals(2, gateway.metric("gateway_connections_accepted_total", "https"));
    }
  }

  /** The client moves to another port before it asks, and tells nobody. */
  @Test
  void aClientThatMovesIsServed() {
    String routes = "routes: [{id: hello, match: {path: /hello}, respond: {body: hello}}]\n";
    try (GatewayProcess gateway = GatewayProcess.start(folder, LISTENERS + routes)) {
      String output =
          ask(
              gateway,
              "/hello",
              "--change-local-addr=300ms",
              "--nat-rebinding",
              "--delay-stream=1s");
      assertTrue(output.contains("[:status: 200]"), output);
      assertEquals(1, gateway.metric("gateway_connections_accepted_total", "https"));
    }
  }

  /** What is sent before the handshake can be sent again by anybody who has seen it. */
  @Test
  void aSessionIsTakenUpAgainWithoutEarlyData() {
    String routes = "routes: [{id: hello, match: {path: /hello}, respond: {body: hello}}]\n";
    String session = "--session-file=" + folder.resolve("session");
    String parameters = "--tp-file=" + folder.resolve("parameters");
    try (GatewayProcess gateway = GatewayProcess.start(folder, LISTENERS + routes)) {
      ask(gateway, "/hello", session, parameters);
      assertTrue(Files.exists(folder.resolve("session")));
      String again = ask(gateway, "/hello", session, parameters);
      assertTrue(again.contains("[:status: 200]"), again);
      assertTrue(again.contains("Early data was rejected by server"), again);
    }
  }
}
