package dev.yumen.dataplane.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

/** The examples of the pages about TCP, UDP and the PROXY protocol, run as they stand there. */
class PlainListenerPagesTest {
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```yaml\\n(.*?)^```");

  /** An example with free ports to listen on, and this service behind each upstream. */
  private static String example(String page, int number, String service) throws IOException {
    Matcher block = BLOCK.matcher(Files.readString(Path.of("../docs", page)));
    for (int i = 0; i < number; i++) {
      if (!block.find()) {
        throw new AssertionError("no example " + number + " in " + page);
      }
    }
    return block
        .group(1)
        .replaceAll("address: \"[^\"]*\"", "address: \"127.0.0.1:0\"")
        .replaceAll("endpoints: (\\[[^]]*]|\"[^\"]*\")", "endpoints: \"" + service + "\"")
        .replaceAll("from: \\[[^]]*]", "from: 127.0.0.1");
  }

  @Test
  void plainTcp() throws Exception {
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(TcpTest.ECHO);
        GatewayFixture gateway = GatewayFixture.start(example("tcp.md", 1, service.address()));
        RawClient client = RawClient.connect(gateway.port("db"))) {
      client.send("hello").readUntil("hello");
    }
  }

  @Test
  void tlsThatPassesThrough() throws Exception {
    try (GatewayFixture service =
            GatewayFixture.start(
                """
                listeners: {http: {address: "127.0.0.1:0", tls: self-signed}}
                routes: [{id: all, match: {path: "/**"}, respond: {body: "behind"}}]
                """);
        GatewayFixture gateway =
            GatewayFixture.start(example("tcp.md", 2, "127.0.0.1:" + service.port()));
        SSLSocket socket = connect(gateway.port("tls"))) {
      assertEquals("HTTP/1.1 200", exchange(socket, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", 12));
    }
  }

  @Test
  void tlsThatEndsHere() throws Exception {
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(TcpTest.ECHO);
        GatewayFixture gateway = GatewayFixture.start(example("tcp.md", 3, service.address()));
        SSLSocket socket = connect(gateway.port("broker"))) {
      // The echo begins with the header of version 2 that the service got: 28 bytes.
      assertEquals("hello", exchange(socket, "hello", 33).substring(28));
    }
  }

  @Test
  void datagrams() throws Exception {
    try (UdpPeer service = UdpPeer.service("a:");
        GatewayFixture gateway =
            GatewayFixture.start(example("udp.md", 1, "127.0.0.1:" + service.port()));
        UdpPeer client = UdpPeer.client()) {
      assertEquals("a:b", client.send("b", gateway.port("dns")).read());
    }
  }

  @Test
  void announcedClients() throws Exception {
    try (GatewayFixture gateway = GatewayFixture.start(example("proxy-protocol.md", 1, ""));
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), gateway.port("https"))) {
      plain.getOutputStream().write("PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n".getBytes(ISO_8859_1));
      try (SSLSocket socket =
          (SSLSocket)
              TlsTools.trusting().getSocketFactory().createSocket(plain, "localhost", 1, true)) {
        String request = "GET /whoami HTTP/1.1\r\nHost: h\r\n\r\n";
        assertEquals("HTTP/1.1 200", exchange(socket, request, 12));
      }
    }
  }

  private static SSLSocket connect(int port) throws IOException {
    return (SSLSocket)
        TlsTools.trusting().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
  }

  private static String exchange(SSLSocket socket, String text, int answer) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    return new String(socket.getInputStream().readNBytes(answer), ISO_8859_1);
  }
}
