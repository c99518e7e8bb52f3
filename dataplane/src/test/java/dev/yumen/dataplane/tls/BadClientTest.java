package dev.yumen.dataplane.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Issued;
import dev.yumen.testkit.Leaks;
import dev.yumen.testkit.Pki;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients get that do not keep to the rules, over raw sockets. */
@ParameterizedClass
@ValueSource(strings = {"openssl", "jdk"})
@SuppressWarnings("NullAway.Init") // what a test makes, it makes itself
class BadClientTest {
  static {
    Leaks.install();
  }

  private static final Pki CA = Pki.called("Yumen test CA");
  private static final Issued SITE = CA.server("site.example.com");
  private static final byte[] HELLO =
      HelloBytes.record(HelloBytes.message(0x303, "site.example.com", List.of()));

  @Parameter String provider = "";
  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init") // set by connect
  private TlsFixture fixture;

  @SuppressWarnings("NullAway.Init") // set by connect
  private TlsServer server;

  private Socket connect(String more) throws IOException {
    if (fixture == null) {
      fixture = new TlsFixture(folder).write("site", SITE);
      server =
          new TlsServer(
              fixture.server(
                  "{certificates: {cert: site.pem, key: site.key}, provider: %s%s}"
                      .formatted(provider, more),
                  "http/1.1"));
    }
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  @AfterEach
  void nothingIsLeft() {
    server.awaitClosed();
    server.close();
    assertEquals(List.of(), server.failures, "exceptions that reached later handlers");
    assertEquals(1, server.refusals.size(), server.refusals::toString);
    assertEquals(0, fixture.states.size(), "held states");
  }

  @AfterAll
  static void noLeaks() {
    Leaks.assertNone();
  }

  /** The reason and what was sent, after which the connection is closed. */
  private void refused(Socket socket, TlsRefusal reason, int... answer) throws IOException {
    byte[] expected = new byte[answer.length];
    for (int i = 0; i < answer.length; i++) {
      expected[i] = (byte) answer[i];
    }
    assertArrayEquals(expected, socket.getInputStream().readAllBytes());
    assertEquals(reason, server.awaitRefusal());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "M-"})
  void plainHttpGetsAnAnswerThatItCanRead(String request) throws IOException {
    try (Socket socket = connect("")) {
      byte[] bytes =
          (request.startsWith("M-") ? "X ".repeat(20_000) : request).getBytes(ISO_8859_1);
      for (byte[] piece :
          List.of(Arrays.copyOf(bytes, 1), Arrays.copyOfRange(bytes, 1, bytes.length))) {
        socket.getOutputStream().write(piece);
        socket.getOutputStream().flush();
      }
      String answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
      assertTrue(answer.startsWith("HTTP/1.1 400 Bad Request\r\n"), answer);
      assertTrue(answer.contains("\r\nConnection: close\r\n"), answer);
      assertTrue(
          answer.endsWith("\r\n\r\nThis port speaks HTTPS: write https:// instead of http://.\n"),
          answer);
      assertEquals(TlsRefusal.PLAIN_HTTP_ON_TLS, server.awaitRefusal());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\u0000", "get / HTTP/1.1\r\n", "\u0080.\u0001", "ABCDEFGHIJKLMNOPQRST", "AB1 "})
  void noiseIsClosedWithoutAWord(String noise) throws IOException {
    try (Socket socket = connect("")) {
      socket.getOutputStream().write(noise.getBytes(ISO_8859_1));
      assertEnds(socket);
      assertEquals(TlsRefusal.TLS_NO_HANDSHAKE, server.awaitRefusal());
    }
  }

  /** Closed or reset, and not a byte before. */
  private static void assertEnds(Socket socket) {
    try {
      assertEquals(-1, socket.getInputStream().read());
    } catch (IOException e) {
      assertTrue(String.valueOf(e.getMessage()).contains("reset"), e.toString());
    }
  }

  @Test
  void aGiantHelloIsRefusedByItsFirstBytes() throws IOException {
    try (Socket socket = connect(", max-client-hello: 1KiB")) {
      socket.getOutputStream().write(new byte[] {22, 3, 1, 16, 0});
      refused(socket, TlsRefusal.TLS_HELLO_TOO_LARGE, 21, 3, 3, 0, 2, 2, 47);
    }
  }

  @Test
  void aHelloThatDoesNotEndIsTimedOut() throws IOException {
    try (Socket socket = connect(", handshake-timeout: 100ms")) {
      socket.getOutputStream().write(HELLO, 0, HELLO.length - 1);
      refused(socket, TlsRefusal.TLS_HANDSHAKE_TIMEOUT);
    }
  }

  @Test
  void silenceIsTimedOut() throws IOException {
    try (Socket socket = connect(", handshake-timeout: 100ms")) {
      refused(socket, TlsRefusal.TLS_HANDSHAKE_TIMEOUT);
    }
  }

  /** The time is for the whole handshake, not for its first message alone. */
  @Test
  void aHandshakeThatStopsHalfWayIsTimedOut() throws IOException {
    try (Socket socket = connect(", handshake-timeout: 2s")) {
      socket.getOutputStream().write(Tls12.HELLO);
      byte[] answer = socket.getInputStream().readAllBytes();
      assertEquals(22, answer[0], "its own half of the handshake");
      assertEquals(TlsRefusal.TLS_HANDSHAKE_TIMEOUT, server.awaitRefusal());
    }
  }

  @Test
  void aHelloCutOffIsClosed() throws IOException {
    try (Socket socket = connect("")) {
      socket.getOutputStream().write(HELLO, 0, 20);
      socket.shutdownOutput();
      refused(socket, TlsRefusal.TLS_HANDSHAKE_ABANDONED);
    }
  }

  @Test
  void aHandshakeCutOffIsClosed() throws IOException {
    try (Socket socket = connect("")) {
      socket.getOutputStream().write(Tls12.HELLO);
      socket.shutdownOutput();
      socket.getInputStream().readAllBytes();
      assertEquals(TlsRefusal.TLS_HANDSHAKE_ABANDONED, server.awaitRefusal());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x300, 0x301, 0x302})
  void oldVersionsAreRefusedWithTheirAlert(int version) throws IOException {
    try (Socket socket = connect("")) {
      socket
          .getOutputStream()
          .write(HelloBytes.record(HelloBytes.message(version, "site.example.com", List.of())));
      byte[] answer = socket.getInputStream().readAllBytes();
      assertEquals(7, answer.length, Arrays.toString(answer));
      assertEquals(21, answer[0], "an alert");
      assertEquals(70, answer[6], "protocol_version");
      assertEquals(TlsRefusal.TLS_HANDSHAKE_FAILED, server.awaitRefusal());
    }
  }

  @Test
  void aDamagedHelloIsRefusedWithAnAlert() throws IOException {
    byte[] message = HelloBytes.message(0x303, "site.example.com", List.of());
    message[4 + 2 + 32] = 77; // length of the session id
    try (Socket socket = connect("")) {
      socket.getOutputStream().write(HelloBytes.record(message));
      byte[] answer = socket.getInputStream().readAllBytes();
      assertEquals(7, answer.length, Arrays.toString(answer));
      assertEquals(21, answer[0], "an alert");
      assertEquals(TlsRefusal.TLS_HANDSHAKE_FAILED, server.awaitRefusal());
    }
  }

  @Test
  void damagedRecordsAfterTheHandshakeEndTheConnection() throws IOException {
    try (Socket raw = connect("");
        SSLSocket socket =
            (SSLSocket)
                CA.clientContext(null)
                    .getSocketFactory()
                    .createSocket(raw, "site.example.com", server.port(), false)) {
      TlsClient.echo(socket);
      // BoringSSL tells of the first one when something comes after it.
      byte[] damaged = HelloBytes.join(new byte[] {23, 3, 3, 0, 20}, new byte[20]);
      raw.getOutputStream().write(HelloBytes.join(damaged, damaged));
      assertEquals(TlsRefusal.TLS_BAD_RECORD, server.awaitRefusal());
    }
  }

  @Test
  void aClientMayNotBeginTheHandshakeAnew() throws IOException {
    connect("").close();
    server.awaitRefusal();
    TlsClient client = new TlsClient(CA.clientContext(null), server.port()).versions("TLSv1.2");
    try (SSLSocket socket = client.connect()) {
      TlsClient.echo(socket);
      assertThrows(
          IOException.class,
          () -> {
            socket.startHandshake();
            TlsClient.echo(socket);
          });
    }
    server.refusals.removeLast();
  }
}
