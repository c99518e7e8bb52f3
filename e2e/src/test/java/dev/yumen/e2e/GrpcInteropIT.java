package dev.yumen.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.testkit.Proc;
import dev.yumen.testkit.RawClient;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The gRPC project's interop client and server: every case that passes between the two passes
 * through a gateway between them. They are processes with a class path of their own, which the
 * module grpc-peers gathers.
 */
class GrpcInteropIT {
  private static final Path PEERS = Path.of("..", "grpc-peers", "target").toAbsolutePath();
  private static final String PACKAGE = "dev.yumen.grpcpeers.";

  /** What the test certificates are for; the route says which upstream a name goes to. */
  private static final String TO_PLAIN = "plain.test.google.fr";

  private static final String TO_SECURE = "secure.test.google.fr";

  /**
   * Those of the interop descriptions that pass without a gateway. The server of gRPC for Java does
   * not do what client_compressed_unary, client_compressed_streaming, cacheable_unary and orca_*
   * ask for; the others need an account at a cloud.
   */
  private static final List<String> CASES =
      List.of(
          "empty_unary",
          "large_unary",
          "client_streaming",
          "server_streaming",
          "ping_pong",
          "empty_stream",
          "custom_metadata",
          "status_code_and_message",
          "special_status_message",
          "unimplemented_method",
          "unimplemented_service",
          "cancel_after_begin",
          "cancel_after_first_response",
          "timeout_on_sleeping_server",
          "very_large_request",
          "pick_first_unary",
          "server_compressed_unary",
          "server_compressed_streaming",
          "client_compressed_unary_noprobe",
          "client_compressed_streaming_noprobe",
          "rpc_soak",
          "channel_soak");

  @TempDir static Path folder;

  private static Proc plain;
  private static Proc secure;
  private static GatewayProcess gateway;

  @BeforeAll
  static void start() throws IOException {
    unpackCertificates();
    plain = java("InteropServer", "0");
    secure = java("InteropServer", "0", "tls");
    gateway =
        GatewayProcess.start(
            folder,
            """
            listeners:
              http: {address: "127.0.0.1:0"}
              https:
                address: "127.0.0.1:0"
                tls: {certificates: {cert: server1.pem, key: server1.key}}
            management: {address: "127.0.0.1:0"}
            upstreams:
              plain: {endpoints: "127.0.0.1:%d", protocol: h2c}
              secure:
                endpoints: "127.0.0.1:%d"
                protocol: http2
                tls: {ca: ca.pem, server-name: foo.test.google.fr}
            filters: [grpc-web]
            routes:
              - {id: secure, match: {host: %s, path: "/**"}, to: secure}
              - {id: plain, match: {path: "/**"}, to: plain}
            """
                .formatted(port(plain), port(secure), TO_SECURE));
  }

  @AfterAll
  static void close() {
    for (AutoCloseable each : new AutoCloseable[] {gateway, plain, secure}) {
      closeQuietly(each);
    }
  }

  private static void closeQuietly(AutoCloseable each) {
    try {
      if (each != null) {
        each.close();
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void unpackCertificates() throws IOException {
    File[] jars =
        PEERS.resolve("lib").toFile().listFiles((_, name) -> name.startsWith("grpc-testing-"));
    try (ZipFile jar = new ZipFile(jars[0])) {
      for (String name : List.of("server1.pem", "server1.key", "ca.pem")) {
        try (var bytes = jar.getInputStream(jar.getEntry("certs/" + name))) {
          Files.copy(bytes, folder.resolve(name));
        }
      }
    }
  }

  /** A program of the peers in a JVM of its own. */
  private static Proc java(String program, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-cp");
    command.add(PEERS.resolve("classes") + File.pathSeparator + PEERS.resolve("lib") + "/*");
    command.add(PACKAGE + program);
    command.addAll(List.of(arguments));
    return Proc.start(folder, Map.of(), command);
  }

  private static int port(Proc server) {
    String line = "^listening on port (\\d+)";
    return Integer.parseInt(server.awaitLine(line, GatewayProcess.PATIENCE).group(1));
  }

  /** The cases that pass against this port, and what the client said. */
  private record Outcome(Set<String> passed, String said) {
    void assertAll() {
      assertEquals(22, CASES.size());
      assertEquals(new TreeSet<>(CASES), passed, said);
    }
  }

  private static Outcome run(int port, String... options) {
    List<String> arguments = new ArrayList<>();
    arguments.add(String.join(",", CASES));
    arguments.addAll(List.of("--server_host=127.0.0.1", "--server_port=" + port));
    arguments.addAll(List.of("--soak_per_iteration_max_acceptable_latency_ms=20000"));
    arguments.add("--soak_overall_timeout_seconds=60");
    arguments.addAll(List.of(options));
    try (Proc client = java("InteropClient", arguments.toArray(String[]::new))) {
      assertEquals(0, client.awaitExit(GatewayProcess.PATIENCE), client::output);
      Set<String> passed = new TreeSet<>();
      for (String line : client.lines()) {
        if (line.startsWith("PASSED ")) {
          passed.add(line.substring("PASSED ".length()));
        }
      }
      return new Outcome(passed, client.output());
    }
  }

  private static Outcome runOverTls(int port, String name) {
    return run(port, "--use_tls=true", "--use_test_ca=true", "--server_host_override=" + name);
  }

  /** Without this, the others would say nothing. */
  @Test
  void twentyTwoCasesPassWithoutAGateway() {
    run(port(plain), "--use_tls=false").assertAll();
  }

  @Test
  void twentyTwoCasesPassFromH2cToH2c() {
    run(gateway.port(), "--use_tls=false").assertAll();
  }

  @Test
  void twentyTwoCasesPassFromTlsToH2c() {
    runOverTls(gateway.port("https"), TO_PLAIN).assertAll();
  }

  @Test
  void twentyTwoCasesPassFromTlsToTls() {
    runOverTls(gateway.port("https"), TO_SECURE).assertAll();
  }

  @Test
  void aBrowserCallsTheSameService() {
    String body = "AAAAAAA="; // an empty message
    try (RawClient client = gateway.connect()) {
      client.send(
          "POST /grpc.testing.TestService/EmptyCall HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n"
              + "Content-Type: application/grpc-web-text\r\n\r\n"
              + body);
      String answer = client.readResponse().text();
      assertEquals(body, answer.substring(0, body.length()));
      String trailers = new String(Base64.getDecoder().decode(answer.substring(8)), UTF_8);
      assertEquals("grpc-status: 0\r\n", trailers.substring(5));
    }
  }
}
