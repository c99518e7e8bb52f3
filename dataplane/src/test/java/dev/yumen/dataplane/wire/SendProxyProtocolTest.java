package dev.yumen.dataplane.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.dataplane.proxyprotocol.Headers;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that are announced to services. */
class SendProxyProtocolTest {
  private static final String LINE = "PROXY TCP4 203.0.113.7 198.51.100.1 4321 443\r\n";

  private static GatewayFixture gateway(String version, ScriptedUpstream service) {
    return GatewayFixture.start(
        """
        listeners:
          db:
            address: "127.0.0.1:0"
            proxy-protocol: {from: 127.0.0.1}
            tcp: {to: service, send-proxy-protocol: %s}
        upstreams: {service: {endpoints: "%s"}}
        """
            .formatted(version, service.address()));
  }

  @Test
  void version1StandsBeforeTheFirstByte() {
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(TcpTest.ECHO);
        GatewayFixture gateway = gateway("v1", service);
        RawClient client = RawClient.connect(gateway.port("db"))) {
      client.send(LINE + "hello").readUntil("hello");
      assertEquals(LINE + "hello", service.received());
    }
  }

  @Test
  void version2StandsBeforeTheFirstByte() {
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(TcpTest.ECHO);
        GatewayFixture gateway = gateway("v2", service);
        RawClient client = RawClient.connect(gateway.port("db"))) {
      client.send(LINE + "hello").readUntil("hello");
      byte[] all = service.received().getBytes(ISO_8859_1);
      assertArrayEquals(
          Headers.binary(0x21, 0x11, Headers.ipv4()), Arrays.copyOf(all, all.length - 5));
    }
  }

  @Test
  void aServiceThatSpeaksFirstHasItsHeaderBeforeTheClientSaysAWord() {
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(TcpTest.ECHO);
        GatewayFixture gateway =
            TcpTest.gateway(
                "to: service, send-proxy-protocol: v1", "endpoints: " + service.address(), "");
        RawClient client = RawClient.connect(gateway.port("db"))) {
      String line = client.readUntil("\r\n");
      assertEquals(
          "PROXY TCP4 127.0.0.1 127.0.0.1 %d %d\r\n"
              .formatted(client.localPort(), gateway.port("db")),
          line);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1", "v2"})
  void theHeaderStandsBeforeTlsTowardsTheService(String version) {
    try (GatewayFixture service =
            GatewayFixture.start(
                """
                listeners:
                  http:
                    address: "127.0.0.1:0"
                    tls: self-signed
                    proxy-protocol: {from: 127.0.0.1}
                routes:
                  - id: client
                    match: {client: 203.0.113.7}
                    respond: {body: announced}
                """);
        GatewayFixture front =
            GatewayFixture.start(
                """
                listeners:
                  db:
                    address: "127.0.0.1:0"
                    proxy-protocol: {from: 127.0.0.1}
                    tcp: {to: service, send-proxy-protocol: %s}
                upstreams: {service: {endpoints: "127.0.0.1:%d", tls: {verify: none}}}
                """
                    .formatted(version, service.port()));
        RawClient client = RawClient.connect(front.port("db"))) {
      client.send(LINE + "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      assertEquals("announced", client.readResponse().text());
    }
  }

  @Test
  void theNameOfTlsThatPassesThroughIsTold() throws Exception {
    try (ScriptedUpstream service = ScriptedUpstream.startOnConnect(TcpTest.ECHO);
        GatewayFixture gateway =
            GatewayFixture.start(
                """
                listeners:
                  db:
                    address: "127.0.0.1:0"
                    tcp:
                      routes: [{sni: db.example.com, to: service}]
                      send-proxy-protocol: v2
                upstreams: {service: {endpoints: "%s"}}
                """
                    .formatted(service.address()));
        SSLSocket socket =
            (SSLSocket)
                TlsTools.trusting()
                    .getSocketFactory()
                    .createSocket(InetAddress.getLoopbackAddress(), gateway.port("db"))) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName("db.example.com")));
      socket.setSSLParameters(parameters);
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  socket.startHandshake();
                } catch (IOException expected) {
                  // what comes back is no TLS
                }
              });
      String authority =
          new String(Headers.added(2, "db.example.com".getBytes(ISO_8859_1)), ISO_8859_1);
      Eventually.within(Duration.ofSeconds(5), () -> service.received().contains(authority));
      assertTrue(service.received().indexOf(authority) == 28);
    }
  }
}
