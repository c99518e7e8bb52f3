package dev.yumen.dataplane.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Behaviour;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS that passes through by its server name, ends at the gateway, or begins there. */
class TcpTlsTest {
  private static final ScriptedUpstream ECHO = ScriptedUpstream.startOnConnect(TcpTest.ECHO);

  /** Stands for services that speak TLS: each says its name, and sends back what comes. */
  private static final GatewayFixture SERVICES =
      GatewayFixture.start(
          """
          listeners:
            one: {address: "127.0.0.1:0", tls: self-signed, tcp: {to: one}}
            two: {address: "127.0.0.1:0", tls: {source: self-signed, provider: jdk}, tcp: {to: two}}
          upstreams:
            one: {endpoints: "%s"}
            two: {endpoints: "%s"}
          """
              .formatted(ECHO.address(), ECHO.address()));

  private static final String PASSTHROUGH =
      """
      listeners:
        db:
          address: "127.0.0.1:0"
          tcp:
            routes:
              - {sni: [one.example.com, "*.one.example.com"], to: one}
              - {sni: two.example.com, to: two}
            hello-timeout: %s
            max-client-hello: 2KiB
            %s
      upstreams:
        one: {endpoints: "127.0.0.1:%d"}
        two: {endpoints: "127.0.0.1:%d"}
      """;

  private static GatewayFixture passthrough(String more) {
    return passthrough("10s", more);
  }

  private static GatewayFixture passthrough(String helloTimeout, String more) {
    return GatewayFixture.start(
        PASSTHROUGH.formatted(helloTimeout, more, SERVICES.port("one"), SERVICES.port("two")));
  }

  @AfterAll
  static void close() {
    SERVICES.close();
    ECHO.close();
  }

  private static SSLSocket connect(int port, String name) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            TlsTools.trusting()
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(10_000);
    if (!name.isEmpty()) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(name)));
      socket.setSSLParameters(parameters);
    }
    return socket;
  }

  private static String echo(SSLSocket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    return new String(socket.getInputStream().readNBytes(text.length()), ISO_8859_1);
  }

  private static long accepted(String listener) {
    return SERVICES.metric("gateway_connections_accepted_total{listener=\"" + listener + "\"}");
  }

  private static long refused(GatewayFixture gateway, String reason) {
    return gateway.metric(
        "gateway_connections_refused_total{listener=\"db\",reason=\"" + reason + "\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"one.example.com", "a.one.example.com", "ONE.example.com"})
  void serverNameChoosesTheService(String name) throws Exception {
    long before = accepted("one");
    try (GatewayFixture gateway = passthrough("");
        SSLSocket socket = connect(gateway.port("db"), name)) {
      assertEquals("hello", echo(socket, "hello"));
      assertEquals(before + 1, accepted("one"));
    }
  }

  @Test
  void anotherNameGoesToAnotherService() throws Exception {
    long before = accepted("two");
    try (GatewayFixture gateway = passthrough("");
        SSLSocket socket = connect(gateway.port("db"), "two.example.com")) {
      assertEquals("hello", echo(socket, "hello"));
      assertEquals(before + 1, accepted("two"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"other.example.com", "a.b.one.example.com", ""})
  void aNameWithoutAWayGetsAnAlert(String name) throws Exception {
    try (GatewayFixture gateway = passthrough("");
        SSLSocket socket = connect(gateway.port("db"), name)) {
      SSLException failure = assertThrows(SSLException.class, socket::startHandshake);
      assertTrue(failure.toString().contains("unrecognized_name"), failure.toString());
      assertEquals(1, refused(gateway, "tcp_unknown_name"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"other.example.com", ""})
  void otherNamesGoWhereToSays(String name) throws Exception {
    long before = accepted("two");
    try (GatewayFixture gateway = passthrough("to: two");
        SSLSocket socket = connect(gateway.port("db"), name)) {
      assertEquals("hello", echo(socket, "hello"));
      assertEquals(before + 1, accepted("two"));
    }
  }

  /** A first message with the name two.example.com, as a client of the JDK writes it. */
  private static byte[] hello() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      SSLSocket socket = connect(server.getLocalPort(), "two.example.com");
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  socket.startHandshake();
                } catch (IOException expected) {
                  // nobody answers
                }
              });
      try (Socket accepted = server.accept()) {
        InputStream in = accepted.getInputStream();
        byte[] header = in.readNBytes(5);
        byte[] rest = in.readNBytes((header[3] & 0xff) << 8 | (header[4] & 0xff));
        byte[] all = Arrays.copyOf(header, 5 + rest.length);
        System.arraycopy(rest, 0, all, 5, rest.length);
        return all;
      }
    }
  }

  @Test
  void theFirstMessageMayComeInPiecesCutAnywhereAndArrivesWhole() throws Exception {
    byte[] hello = hello();
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(TcpTest.ECHO);
        GatewayFixture gateway =
            GatewayFixture.start(
                PASSTHROUGH.formatted("10s", "", SERVICES.port("one"), service.port()))) {
      for (int cut = 1; cut < hello.length; cut += cut < 60 ? 1 : 17) {
        try (RawClient client = RawClient.connect(gateway.port("db"))) {
          client.send(Arrays.copyOf(hello, cut));
          client.send(Arrays.copyOfRange(hello, cut, hello.length));
          assertArrayEquals(hello, client.readExactly(hello.length), "cut at " + cut);
        }
      }
    }
  }

  @Test
  void aFirstMessageOverManyRecordsArrivesWhole() throws Exception {
    byte[] hello = hello();
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    for (int at = 5; at < hello.length; at += 50) {
      int length = Math.min(50, hello.length - at);
      records.writeBytes(new byte[] {22, 3, 1, 0, (byte) length});
      records.write(hello, at, length);
    }
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(TcpTest.ECHO);
        GatewayFixture gateway =
            GatewayFixture.start(
                PASSTHROUGH.formatted("10s", "", SERVICES.port("one"), service.port()));
        RawClient client = RawClient.connect(gateway.port("db"))) {
      client.send(records.toByteArray());
      assertArrayEquals(records.toByteArray(), client.readExactly(records.size()));
    }
  }

  @Test
  void firstMessagesThatAreNoneAreRefusedAndCounted() {
    try (GatewayFixture gateway = passthrough("3s", "to: two")) {
      try (RawClient giant = RawClient.connect(gateway.port("db"))) {
        giant.send(HexFormat.of().parseHex("1603010fff0100ffff"));
        assertArrayEquals(new byte[] {21, 3, 3, 0, 2, 2, 47}, giant.readUntilClosed());
      }
      try (RawClient plain = RawClient.connect(gateway.port("db"))) {
        plain.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        assertTrue(plain.isClosedByPeer());
      }
      try (RawClient silent = RawClient.connect(gateway.port("db"));
          RawClient slow = RawClient.connect(gateway.port("db"))) {
        slow.send(HexFormat.of().parseHex("160301"));
        assertTrue(silent.isClosedByPeer());
        assertTrue(slow.isClosedByPeer());
      }
      try (RawClient truncated = RawClient.connect(gateway.port("db"))) {
        truncated.send(HexFormat.of().parseHex("160301")).shutdownOutput();
        assertTrue(truncated.isClosedByPeer());
      }
      assertEquals(1, refused(gateway, "tls_hello_too_large"));
      assertEquals(1, refused(gateway, "tls_no_handshake"));
      assertEquals(2, refused(gateway, "tls_handshake_timeout"));
      assertEquals(1, refused(gateway, "tls_handshake_abandoned"));
      gateway.awaitMetric("gateway_connections{listener=\"db\"}", 0);
    }
  }

  @Test
  void reloadsGoOnWhileFirstMessagesAreAwaited() throws Exception {
    try (GatewayFixture gateway = passthrough("2s", "");
        SSLSocket socket = connect(gateway.port("db"), "one.example.com")) {
      assertEquals("a", echo(socket, "a"));
      try (RawClient waiting = RawClient.connect(gateway.port("db"))) {
        gateway.apply(PASSTHROUGH.formatted("2s", "", SERVICES.port("two"), SERVICES.port("one")));
        assertTrue(waiting.isClosedByPeer());
      }
      assertEquals("b", echo(socket, "b"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"one", "two"})
  void tlsEndsHereAndTheServiceSeesPlainBytes(String listener) throws Exception {
    int before = ECHO.connections();
    try (SSLSocket socket = connect(SERVICES.port(listener), "")) {
      assertEquals("hello", echo(socket, "hello"));
      assertTrue(ECHO.received(before + 1).startsWith("hello"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"one", "two"})
  void theEndOfAServicesBytesIsCloseNotify(String listener) throws Exception {
    int before = ECHO.connections();
    try (SSLSocket socket = connect(SERVICES.port(listener), "")) {
      assertEquals("hello", echo(socket, "hello"));
      ECHO.shutDownOutput(before + 1);
      assertEquals(-1, socket.getInputStream().read());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"one", "two"})
  void aServiceThatIsCutIsCutForTheClientToo(String listener) throws Exception {
    try (SSLSocket socket = connect(SERVICES.port(listener), "")) {
      assertEquals("hello", echo(socket, "hello"));
      ECHO.resetConnections();
      assertThrows(IOException.class, () -> socket.getInputStream().read());
    }
  }

  /** With the JDK's TLS; BoringSSL takes it for the end of both directions. */
  @Test
  void afterTheEndOfAClientsBytesTheAnswerStillComes() throws Exception {
    Behaviour answersAtTheEnd =
        request -> {
          byte[] piece = new byte[100];
          int all = 0;
          for (int count = request.read(piece); count >= 0; count = request.read(piece)) {
            all += count;
          }
          request.write("got " + all);
          request.shutdownOutput();
        };
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(answersAtTheEnd);
        GatewayFixture gateway =
            GatewayFixture.start(
                """
                listeners:
                  db:
                    address: "127.0.0.1:0"
                    tls: {source: self-signed, provider: jdk}
                    tcp: {to: service}
                upstreams: {service: {endpoints: "%s"}}
                """
                    .formatted(service.address()));
        SSLSocket socket = connect(gateway.port("db"), "")) {
      socket.getOutputStream().write(new byte[1000]);
      socket.shutdownOutput();
      assertEquals("got 1000", new String(socket.getInputStream().readAllBytes(), ISO_8859_1));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"one", "two"})
  void theEndOfAClientsBytesOverTlsReachesTheService(String listener) throws Exception {
    ECHO.awaitOpenConnections(0);
    try (SSLSocket socket = connect(SERVICES.port(listener), "")) {
      assertEquals("hello", echo(socket, "hello"));
      ECHO.awaitOpenConnections(1);
      socket.shutdownOutput();
      ECHO.awaitOpenConnections(0);
    }
  }

  @Test
  void tlsBeginsHereTowardsTheService() {
    try (GatewayFixture gateway =
            TcpTest.gateway(
                "to: service",
                "endpoints: \"127.0.0.1:%d\", tls: {verify: none}".formatted(SERVICES.port("one")),
                "");
        RawClient client = RawClient.connect(gateway.port("db"))) {
      client.send("a").readUntil("a");
      client.send("b").readUntil("b");
      client.shutdownOutput();
      assertEquals(RawClient.End.CLOSED, client.readEnd());
    }
  }

  @Test
  void aServiceWhoseCertificateIsNotTrustedIsNotUsed() {
    try (GatewayFixture gateway =
            TcpTest.gateway(
                "to: service",
                "endpoints: \"127.0.0.1:%d\", tls: true".formatted(SERVICES.port("one")),
                "");
        RawClient client = RawClient.connect(gateway.port("db"))) {
      assertTrue(client.isClosedByPeer());
      assertEquals(1, refused(gateway, "tcp_upstream_tls"));
    }
  }

  @Test
  void anEndpointWhoseTlsFailsIsPassedOver() {
    try (GatewayFixture gateway =
        TcpTest.gateway(
            "to: service",
            "endpoints: [\"%s\", \"127.0.0.1:%d\"], tls: {verify: none, handshake-timeout: 10s}"
                .formatted(ECHO.address(), SERVICES.port("one")),
            "")) {
      for (int i = 0; i < 4; i++) {
        try (RawClient client = RawClient.connect(gateway.port("db"))) {
          client.send("a").readUntil("a");
        }
      }
    }
  }
}
