package dev.yumen.dataplane.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Http2Client;
import dev.yumen.testkit.Http2Frame;
import dev.yumen.testkit.Issued;
import dev.yumen.testkit.Pki;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A connection was made for one name and is asked for another: 421 where they demand different
 * client certificates (RFC 9110 §15.5.20), so that a rule for a host can not be walked around.
 */
@Timeout(60)
class MisdirectedTest {
  private static final Pki CA = Pki.called("Yumen test CA");
  private static final Pki STAFF = Pki.called("Staff CA");
  private static final Issued MEMBER = STAFF.client("member");

  @TempDir static Path folder;

  @SuppressWarnings("NullAway.Init") // set by start
  private static GatewayFixture gateway;

  @BeforeAll
  static void start() throws IOException {
    Issued site = CA.server("example.com", "*.example.com");
    Files.writeString(folder.resolve("site.pem"), site.chainPem() + site.keyPem());
    Files.writeString(folder.resolve("staff.pem"), STAFF.rootPem());
    gateway =
        GatewayFixture.start(
            """
            listeners:
              https:
                address: "127.0.0.1:0"
                tls:
                  certificates: {cert: %1$s/site.pem}
                  hosts:
                    - {host: admin.example.com, client-certificate: %1$s/staff.pem}
                    - {host: office.example.com, client-certificate: %1$s/staff.pem}
            routes:
              - {id: all, match: {path: "/**"}, respond: {body: open}}
              - {id: admin, match: {path: "/**", host: admin.example.com}, respond: {body: secret}}
            """
                .formatted(folder));
  }

  @AfterAll
  static void close() {
    gateway.close();
  }

  private static SSLSocket connect(
      @Nullable String name, @Nullable Issued certificate, String... alpn) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            CA.clientContext(certificate)
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), gateway.port("https"));
    socket.setSoTimeout(10_000);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(alpn);
    if (name != null) {
      parameters.setServerNames(List.of(new SNIHostName(name)));
    }
    socket.setSSLParameters(parameters);
    return socket;
  }

  /** Asks for a host in HTTP/1.1; gives head and body of the answer. */
  private static String ask(SSLSocket socket, String host) throws IOException {
    String request = "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(ISO_8859_1));
    InputStream in = socket.getInputStream();
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("closed behind " + head);
      }
      head.append((char) next);
    }
    String length = head.substring(head.indexOf("Content-Length: ") + 16);
    int bytes = Integer.parseInt(length.substring(0, length.indexOf('\r')));
    return head + new String(in.readNBytes(bytes), ISO_8859_1);
  }

  private static void assertMisdirected(String answer) {
    assertTrue(answer.startsWith("HTTP/1.1 421 "), answer);
    assertTrue(answer.contains("\"code\":\"MISDIRECTED_REQUEST\""), answer);
    assertTrue(!answer.contains("secret"), answer);
  }

  private static void assertBody(String body, String answer) {
    assertTrue(answer.startsWith("HTTP/1.1 200 ") && answer.endsWith(body), answer);
  }

  @ParameterizedTest
  @CsvSource({
    "www.example.com,admin.example.com",
    "www.example.com,ADMIN.example.com:443",
    "www.example.com,admin.example.com.",
    ",admin.example.com",
    "unknown.test,admin.example.com",
  })
  void aHostThatDemandsACertificateIsNotServedOverAnotherName(@Nullable String name, String host)
      throws IOException {
    try (SSLSocket socket = connect(name, null)) {
      assertBody("open", ask(socket, "www.example.com"));
      assertMisdirected(ask(socket, host));
      // The connection is as good as before.
      assertBody("open", ask(socket, "www.example.com"));
    }
  }

  @Test
  void aCertificateThatWasShownForAnotherNameDoesNotHelp() throws IOException {
    try (SSLSocket socket = connect("www.example.com", MEMBER)) {
      assertMisdirected(ask(socket, "admin.example.com"));
    }
  }

  @Test
  void withItsOwnNameAndACertificateAHostIsServed() throws IOException {
    try (SSLSocket socket = connect("admin.example.com", MEMBER)) {
      assertBody("secret", ask(socket, "admin.example.com"));
      // It demands the same.
      assertBody("open", ask(socket, "office.example.com"));
      // What demands nothing is another rule.
      assertMisdirected(ask(socket, "www.example.com"));
    }
  }

  @Test
  void withItsOwnNameAndNoCertificateThereIsNoConnection() throws IOException {
    try (SSLSocket socket = connect("admin.example.com", null)) {
      assertThrows(IOException.class, () -> ask(socket, "admin.example.com"));
    }
  }

  @Test
  void namesThatDemandTheSameShareAConnection() throws IOException {
    try (SSLSocket socket = connect("www.example.com", null)) {
      assertBody("open", ask(socket, "www.example.com"));
      assertBody("open", ask(socket, "shop.example.com"));
      assertBody("open", ask(socket, "127.0.0.1"));
    }
  }

  @Test
  void aStreamOfHttp2IsMisdirectedAlone() throws IOException {
    try (SSLSocket socket = connect("www.example.com", null, "h2")) {
      socket.startHandshake();
      assertEquals("h2", socket.getApplicationProtocol());
      try (Http2Client client = Http2Client.over(socket)) {
        assertEquals("open", client.answer(get(client, "www.example.com")).text());
        var refused = client.answer(get(client, "admin.example.com"));
        assertEquals(421, refused.status());
        assertTrue(refused.text().contains("MISDIRECTED_REQUEST"), refused::text);
        assertEquals("open", client.answer(get(client, "shop.example.com")).text());
      }
    }
  }

  private static int get(Http2Client client, String authority) {
    int stream = client.newStream();
    client.send(
        Http2Frame.headers(
            stream,
            true,
            ":method",
            "GET",
            ":scheme",
            "https",
            ":path",
            "/",
            ":authority",
            authority));
    return stream;
  }
}
