package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.echo;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.dataplane.proxyprotocol.Headers;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import dev.yumen.testkit.Recorded;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients whose addresses are announced by a load balancer in front. */
class ProxyProtocolTest {
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final String LINE = "PROXY TCP4 203.0.113.7 198.51.100.1 4321 8443\r\n";
  private static final String REQUEST = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

  private static GatewayFixture gateway(String listener, String more) {
    return GatewayFixture.start(
        """
        listeners: {http: {address: "127.0.0.1:0", %s}}
        upstreams: {service: {endpoints: %s}}
        routes: [{id: all, match: {path: "/**"}, to: service}]
        %s
        """
            .formatted(listener, UPSTREAM.address(), more));
  }

  private static GatewayFixture gateway(String proxyProtocol) {
    return gateway("proxy-protocol: " + proxyProtocol, "");
  }

  @AfterAll
  static void close() {
    UPSTREAM.close();
  }

  private static Recorded last() {
    return UPSTREAM.requests().getLast();
  }

  @Test
  void announcedAddressIsTheClients() {
    try (GatewayFixture gateway = gateway("{from: 127.0.0.0/8}");
        RawClient client = gateway.connect()) {
      client.send(LINE + REQUEST + REQUEST);
      assertEquals(200, client.readResponse().status());
      assertEquals(200, client.readResponse().status());
      assertEquals("203.0.113.7", last().header("x-forwarded-for"));
      assertEquals("8443", last().header("x-forwarded-port"));
    }
  }

  @Test
  void headerMayComeInPiecesCutAnywhere() {
    byte[] binary =
        Headers.withChecksum(
            Headers.binary(0x21, 0x21, Headers.ipv6(), Headers.added(2, "h".getBytes(ISO_8859_1))));
    String text = new String(binary, ISO_8859_1);
    try (GatewayFixture gateway = gateway("{from: 127.0.0.1}")) {
      for (String header : new String[] {LINE, text}) {
        for (int cut = 1; cut <= header.length(); cut++) {
          try (RawClient client = gateway.connect()) {
            client.sendPieces(header.substring(0, cut), header.substring(cut) + REQUEST);
            assertEquals(200, client.readResponse().status(), "cut at " + cut);
          }
          String expected = header.equals(LINE) ? "203.0.113.7" : "2001:db8:0:0:0:0:0:7";
          assertEquals(expected, last().header("x-forwarded-for"), "cut at " + cut);
        }
      }
    }
  }

  @Test
  void announcedClientMayItselfBeATrustedProxy() {
    try (GatewayFixture gateway =
            gateway("proxy-protocol: {from: 127.0.0.1}", "trusted-proxies: [203.0.113.0/24]");
        RawClient client = gateway.connect()) {
      client.send(LINE + "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 192.0.2.9\r\n\r\n");
      assertEquals(200, client.readResponse().status());
      assertEquals("192.0.2.9, 203.0.113.7", last().header("x-forwarded-for"));
    }
  }

  @Test
  void thePeerItselfIsNoLongerTrustedAsAProxy() {
    try (GatewayFixture gateway =
            gateway("proxy-protocol: {from: 127.0.0.1}", "trusted-proxies: [127.0.0.1]");
        RawClient client = gateway.connect()) {
      client.send(LINE + "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 192.0.2.9\r\n\r\n");
      assertEquals(200, client.readResponse().status());
      assertEquals("203.0.113.7", last().header("x-forwarded-for"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "unspecified", "unknown"})
  void whatAnnouncesNobodyLeavesThePeersAddress(String kind) {
    String header =
        switch (kind) {
          case "local" -> new String(Headers.binary(0x20, 0x11, Headers.ipv4()), ISO_8859_1);
          case "unspecified" -> new String(Headers.binary(0x21, 0), ISO_8859_1);
          default -> "PROXY UNKNOWN\r\n";
        };
    try (GatewayFixture gateway = gateway("{from: 127.0.0.1}");
        RawClient client = gateway.connect()) {
      client.send(header + REQUEST);
      assertEquals(200, client.readResponse().status());
      assertEquals("127.0.0.1", last().header("x-forwarded-for"));
    }
  }

  @Test
  void connectionsAreCountedForTheAnnouncedClient() {
    try (GatewayFixture gateway =
        gateway("proxy-protocol: {from: 127.0.0.1}", "limits: {connections-per-client: 1}")) {
      try (RawClient first = gateway.connect().send(LINE + REQUEST);
          RawClient other = gateway.connect().send(LINE.replace("113.7", "113.8") + REQUEST)) {
        assertEquals(200, first.readResponse().status());
        assertEquals(200, other.readResponse().status());
        try (RawClient second = gateway.connect().send(LINE + REQUEST)) {
          assertTrue(second.isClosedByPeer());
          assertEquals("", second.received());
        }
        assertEquals(1, gateway.rejected("too_many_connections_of_client"));
      }
      gateway.awaitMetric("gateway_connections{listener=\"http\"}", 0);
      try (RawClient again = gateway.connect().send(LINE + REQUEST)) {
        assertEquals(200, again.readResponse().status());
      }
    }
  }

  @Test
  void otherPeersAreServedAsOrdinaryClients() {
    try (GatewayFixture gateway = gateway("{from: 192.0.2.1}");
        RawClient plain = gateway.connect();
        RawClient forger = gateway.connect()) {
      assertEquals(200, plain.get("/").status());
      assertEquals("127.0.0.1", last().header("x-forwarded-for"));
      assertEquals(400, forger.send(LINE + REQUEST).readResponse().status());
    }
  }

  @Test
  void otherPeersCanBeRefused() {
    try (GatewayFixture gateway = gateway("{from: 192.0.2.1, others: refuse}");
        RawClient client = gateway.connect()) {
      assertTrue(client.isClosedByPeer());
      gateway.awaitMetric("gateway_rejected_total{reason=\"proxy_peer_refused\"}", 1);
      assertEquals(
          1,
          gateway.metric(
              "gateway_connections_refused_total{listener=\"http\",reason=\"proxy_peer_refused\"}"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {REQUEST, "PROXY TCP4 a b c d\r\n", "\r\n\r\n\0GET / HTTP/1.1\r\n"})
  void aTrustedPeerWithoutAGoodHeaderIsClosed(String bytes) {
    int before = UPSTREAM.requests().size();
    try (GatewayFixture gateway = gateway("{from: 127.0.0.1}");
        RawClient client = gateway.connect()) {
      client.send(bytes);
      assertTrue(client.isClosedByPeer());
      assertEquals("", client.received());
      assertEquals(1, gateway.rejected("proxy_header_malformed"));
    }
    assertEquals(before, UPSTREAM.requests().size());
  }

  @Test
  void aHeaderThatIsTooLargeIsClosed() {
    byte[] giant = Headers.binary(0x21, 0x11, Headers.ipv4(), new byte[60_000]);
    try (GatewayFixture gateway = gateway("{from: 127.0.0.1, max-header: 1KiB}");
        RawClient client = gateway.connect()) {
      client.send(Arrays.copyOf(giant, 20));
      assertTrue(client.isClosedByPeer());
      assertEquals(1, gateway.rejected("proxy_header_too_large"));
    }
  }

  @Test
  void aHeaderThatDoesNotComeIsWaitedForOnlySoLong() {
    try (GatewayFixture gateway = gateway("{from: 127.0.0.1, timeout: 100ms}");
        RawClient silent = gateway.connect();
        RawClient slow = gateway.connect().send("PROXY ")) {
      assertTrue(silent.isClosedByPeer());
      assertTrue(slow.isClosedByPeer());
      assertEquals(2, gateway.rejected("proxy_header_timeout"));
      gateway.awaitMetric("gateway_connections{listener=\"http\"}", 0);
    }
  }

  @Test
  void aLookWhetherThePortIsOpenIsNotCounted() {
    try (GatewayFixture gateway = gateway("{from: 127.0.0.1}")) {
      gateway.connect().close();
      gateway.awaitMetric("gateway_connections_accepted_total{listener=\"http\"}", 1);
      gateway.awaitMetric("gateway_connections{listener=\"http\"}", 0);
      assertEquals(0, gateway.rejected("proxy_header_truncated"));
      gateway.connect().send("PROXY TCP").close();
      gateway.awaitMetric("gateway_rejected_total{reason=\"proxy_header_truncated\"}", 1);
    }
  }

  @Test
  void whoWaitsForItsHeaderIsClosedByADrain() throws Exception {
    try (GatewayFixture gateway = gateway("{from: 127.0.0.1}");
        RawClient client = gateway.connect().send("PROXY")) {
      gateway.awaitMetric("gateway_connections{listener=\"http\"}", 1);
      assertTrue(gateway.gateway().drain().get(30, TimeUnit.SECONDS));
      assertTrue(client.isClosedByPeer());
    }
  }

  @Test
  void headerComesBeforeTls() throws Exception {
    try (GatewayFixture gateway =
            gateway("tls: self-signed, proxy-protocol: {from: 127.0.0.1}", "");
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
      socket.getOutputStream().write(LINE.getBytes(ISO_8859_1));
      try (SSLSocket tls =
          (SSLSocket)
              TlsTools.trusting().getSocketFactory().createSocket(socket, "localhost", 1, true)) {
        assertEquals("HTTP/1.1 200", answer(tls));
        assertEquals("203.0.113.7", last().header("x-forwarded-for"));
      }
    }
  }

  private static String answer(SSLSocket tls) throws IOException {
    OutputStream out = tls.getOutputStream();
    out.write(REQUEST.getBytes(ISO_8859_1));
    InputStream in = tls.getInputStream();
    return new String(in.readNBytes(12), ISO_8859_1);
  }

  @Test
  void aReloadChangesWhoIsTrusted() {
    String listener = "listeners: {http: {address: '127.0.0.1:0', proxy-protocol: {from: %s}}}\n";
    String rest = "routes: [{id: all, match: {path: '/**'}, respond: {body: 'ok'}}]\n";
    try (GatewayFixture gateway = GatewayFixture.start(listener.formatted("192.0.2.1") + rest);
        RawClient before = gateway.connect()) {
      assertEquals(200, before.get("/").status());
      gateway.apply(listener.formatted("127.0.0.1") + rest);
      assertEquals(200, before.get("/").status());
      try (RawClient after = gateway.connect().send(LINE + REQUEST)) {
        RawResponse answer = after.readResponse();
        assertEquals(200, answer.status());
        assertNull(answer.header("connection"));
        assertFalse(answer.text().isEmpty());
      }
    }
  }

  /** What a replaced configuration held is given back while the header is still on its way. */
  @Test
  void aReloadBeforeTheHeaderIsNoHarm() throws Exception {
    String yaml =
        """
        listeners:
          http:
            address: "127.0.0.1:0"
            tls: {source: self-signed, min-version: "%s"}
            proxy-protocol: {from: 127.0.0.1}
        routes: [{id: all, match: {path: "/**"}, respond: {body: ok}}]
        """;
    try (GatewayFixture gateway = GatewayFixture.start(yaml.formatted("1.2"));
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
      gateway.awaitMetric("gateway_connections{listener=\"http\"}", 1);
      int before = gateway.gateway().heldStates();
      gateway.apply(yaml.formatted("1.3"));
      Eventually.within(Duration.ofSeconds(5), () -> gateway.gateway().heldStates() <= before);
      socket.getOutputStream().write(LINE.getBytes(ISO_8859_1));
      try (SSLSocket tls =
          (SSLSocket)
              TlsTools.trusting().getSocketFactory().createSocket(socket, "localhost", 1, true)) {
        assertEquals("HTTP/1.1 200", answer(tls));
      }
    }
  }
}
