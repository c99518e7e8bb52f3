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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client of another make, gtlsclient of ngtcp2 and nghttp3, is served over HTTP/3. */
class Http3IT {
  @TempDir static Path home;
  @TempDir Path folder;

  private static ScriptedUpstream upstream;
  private static GatewayProcess gateway;

  private final Path program = DebianProgram.find("gtlsclient", "ngtcp2-client");

  @BeforeAll
  static void start() {
    upstream = ScriptedUpstream.start(Behaviours.echo());
    gateway = GatewayProcess.start(home, configuration());
  }

  @AfterAll
  static void close() {
    gateway.close();
    upstream.close();
  }

  /** Connections that the gateway took since it was started. */
  private static double connections() {
    return gateway.metric("gateway_connections_accepted_total", "https");
  }

  private String ask(String path, String... flags) {
    int port = gateway.port("https");
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of("--no-quic-dump", "--exit-on-all-streams-close", "--timeout=60s"));
    command.addAll(List.of(flags));
    String uri = "https://localhost:" + port + path;
    command.addAll(List.of("127.0.0.1", Integer.toString(port), uri));
    try (Proc proc = Proc.start(folder, Map.of(), command)) {
      assertEquals(0, proc.awaitExit(GatewayProcess.PATIENCE), proc::output);
      return proc.output();
    }
  }

  private static String configuration() {
    return """
    listeners:
      http: {address: "127.0.0.1:0"}
      https: {address: "127.0.0.1:0", protocols: [http1, http2, http3], tls: self-signed}
    management: {address: "127.0.0.1:0"}
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
    double before = connections();
    String output = ask("/hello", "--download=" + downloads);
    assertTrue(output.contains("[:status: 200]"), output);
    assertEquals("hello", Files.readString(downloads.resolve("hello")));
    String posted = ask("/post", "-m", "POST", "--data=" + data, "--download=" + downloads);
    assertTrue(posted.contains("[:status: 200]"), posted);
    String echoed = Files.readString(downloads.resolve("post"));
    assertTrue(echoed.contains("\"bodyLength\":300000"), echoed);
    assertEquals(2, connections() - before);
  }

  /** The client moves to another port before it asks, and tells nobody. */
  @Test
  void aClientThatMovesIsServed() {
    double before = connections();
    String output =
        ask("/hello", "--change-local-addr=300ms", "--nat-rebinding", "--delay-stream=1s");
    assertTrue(output.contains("[:status: 200]"), output);
    assertEquals(1, connections() - before);
  }

  /** What is sent before the handshake can be sent again by anybody who has seen it. */
  @Test
  void aSessionIsTakenUpAgainWithoutEarlyData() {
    String session = "--session-file=" + folder.resolve("session");
    String parameters = "--tp-file=" + folder.resolve("parameters");
    ask("/hello", session, parameters);
    assertTrue(Files.exists(folder.resolve("session")));
    String again = ask("/hello", session, parameters);
    assertTrue(again.contains("[:status: 200]"), again);
    assertTrue(again.contains("Early data was rejected by server"), again);
  }
}
