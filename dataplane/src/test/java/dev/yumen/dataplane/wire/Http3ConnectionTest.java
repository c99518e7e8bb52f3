package dev.yumen.dataplane.wire;

import static dev.yumen.testkit.Behaviours.await;
import static dev.yumen.testkit.Behaviours.echo;
import static dev.yumen.testkit.Behaviours.respond;
import static dev.yumen.testkit.Behaviours.stream;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.FilterType;
import dev.yumen.api.TlsSession;
import dev.yumen.api.Verdict;
import dev.yumen.config.Problem;
import dev.yumen.dataplane.Gateway;
import dev.yumen.dataplane.GatewaySurroundings;
import dev.yumen.dataplane.StartFailure;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Issued;
import dev.yumen.testkit.PatternBytes;
import dev.yumen.testkit.Pki;
import dev.yumen.testkit.ScriptedUpstream;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** HTTP/3 connections from their handshake to their end, and the port that they come to. */
@Timeout(60)
class Http3ConnectionTest {
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(echo());
  private static final Pki CA = Pki.called("Yumen test CA");
  private static final Pki STAFF = Pki.called("Staff CA");
  private static final String LISTENERS =
      """
      listeners:
        http: {address: "127.0.0.1:0", protocols: [http1, http2, http3], tls: self-signed}
      """;
  private static final String WITHOUT =
      """
      listeners:
        http: {address: "127.0.0.1:0", tls: self-signed}
      """;
  private static final String ROUTES =
      """
      upstreams: {service: {endpoints: %s}}
      routes:
        - {id: all, match: {path: "/**"}, to: service}
        - {id: fixed, match: {path: "/fixed"}, respond: {body: fixed}}
      """
          .formatted(UPSTREAM.address());

  @TempDir Path folder;

  @BeforeEach
  void dropQueued() {
    UPSTREAM.dropQueued();
  }

  @AfterAll
  static void close() {
    UPSTREAM.close();
  }

  // ---- paths ----

  @Test
  void aDownloadGoesOnWhenTheClientsAddressChanges() {
    int length = 3_000_000;
    int before = UPSTREAM.requests().size();
    try (GatewayFixture gateway = GatewayFixture.start(LISTENERS + ROUTES);
        NatBox nat = NatBox.before(gateway.port());
        Http3Client client = Http3Client.connect(nat.port())) {
      UPSTREAM.next(stream(length));
      Http3Call call = client.get("/");
      Eventually.within(Http3Client.PATIENCE, "the first bytes", () -> call.bodyLength() > 100_000);
      nat.rebind();
      // A client that only listens is not heard from its new address either.
      assertEquals("fixed", client.get("/fixed").await().text());
      assertArrayEquals(PatternBytes.of(length), call.await().body());
      assertEquals(1, gateway.metric("gateway_connections_accepted_total{listener=\"http\"}"));
    }
    assertEquals(before + 1, UPSTREAM.requests().size());
  }

  // ---- certificates ----

  private String certified(String more) {
    return """
        listeners:
          http:
            address: "127.0.0.1:0"
            protocols: [http1, http3]
            tls: {certificates: {cert: %s/site.pem}%s}
        """
        .formatted(folder, more);
  }

  private Issued writeSite() throws IOException {
    Issued site = CA.server("localhost");
    Files.writeString(folder.resolve("site.pem"), site.chainPem() + site.keyPem());
    return site;
  }

  @Test
  void aNewCertificateIsForNewConnectionsAndOpenOnesLiveOn() throws IOException {
    Issued first = writeSite();
    try (GatewayFixture gateway = GatewayFixture.start(certified("") + ROUTES);
        Http3Client old = Http3Client.connect(gateway.port())) {
      assertEquals(first.certificate(), old.certificate());
      Issued second = writeSite();
      gateway.apply(certified("") + ROUTES);
      try (Http3Client fresh = Http3Client.connect(gateway.port())) {
        assertEquals(second.certificate(), fresh.certificate());
        assertEquals("fixed", fresh.get("/fixed").await().text());
      }
      assertEquals("fixed", old.get("/fixed").await().text());
    }
  }

  /** Answers with what TLS says of the client. */
  private static FilterType<?> who() {
    return TestFilters.onRequest(
        "who",
        exchange -> {
          TlsSession tls = exchange.tls();
          if (tls != null && tls.clientCertificate() != null) {
            String subject = tls.clientCertificate().getSubjectX500Principal().getName();
            exchange.request().headers().set("x-who", subject + " by " + tls.applicationProtocol());
          }
          return Verdict.proceed();
        });
  }

  @Test
  void aCertificateThatIsRequiredReachesFilters() throws IOException {
    writeSite();
    Files.writeString(folder.resolve("staff.pem"), STAFF.rootPem());
    Issued member = STAFF.client("member");
    Issued stranger = CA.client("stranger");
    String yaml = certified(", client-certificate: " + folder.resolve("staff.pem"));
    try (GatewayFixture gateway =
        GatewayFixture.start(yaml + "filters: [{who: {}}]\n" + ROUTES, who())) {
      Http3Client.Options options = Http3Client.Options.of(gateway.port());
      Http3Client.awaitRefusal(options);
      Http3Client.awaitRefusal(options.shows(stranger.key(), stranger.certificate()));
      int before = UPSTREAM.requests().size();
      try (Http3Client client =
          Http3Client.connect(options.shows(member.key(), member.certificate()))) {
        assertEquals(200, client.get("/").await().status());
      }
      String subject = member.certificate().getSubjectX500Principal().getName();
      assertEquals(subject + " by h3", UPSTREAM.awaitRequest(before + 1).header("x-who"));
      assertEquals(2, gateway.rejected("tls_handshake_failed"));
    }
  }

  // ---- reload ----

  @Test
  void aReloadOpensAndClosesThePort() {
    try (GatewayFixture gateway = GatewayFixture.start(WITHOUT + ROUTES)) {
      assertTrue(Http3Client.isRefused(Http3Client.Options.of(gateway.port())));
      gateway.apply(LISTENERS + ROUTES);
      try (Http3Client client = Http3Client.connect(gateway.port())) {
        assertEquals("fixed", client.get("/fixed").await().text());
        gateway.apply(LISTENERS + ROUTES);
        assertEquals("fixed", client.get("/fixed").await().text());
        CountDownLatch answer = new CountDownLatch(1);
        UPSTREAM.next(await(answer).then(respond(200, "whole")));
        Http3Call call = client.get("/");
        gateway.apply(WITHOUT + ROUTES);
        client.awaitGoAways(1);
        answer.countDown();
        assertEquals("whole", call.await().text());
      }
    }
  }

  @Test
  void aPortThatWasTakenAwayCanBeHadAgainAtOnce() {
    try (GatewayFixture gateway = GatewayFixture.start(LISTENERS + ROUTES);
        Http3Client client = Http3Client.connect(gateway.port())) {
      assertEquals("fixed", client.get("/fixed").await().text());
      gateway.apply(WITHOUT + ROUTES);
      List<Problem> problems = gateway.apply(LISTENERS + ROUTES);
      assertEquals(List.of(), problems);
      try (Http3Client other = Http3Client.connect(gateway.port())) {
        assertEquals("fixed", other.get("/fixed").await().text());
      }
    }
  }

  // ---- the end ----

  @Test
  void aDrainLetsRequestsEndAndTakesNoMore() {
    GatewayFixture gateway = GatewayFixture.start(LISTENERS + ROUTES);
    try (gateway;
        Http3Client client = Http3Client.connect(gateway.port())) {
      CountDownLatch answer = new CountDownLatch(1);
      UPSTREAM.next(await(answer).then(respond(200, "whole")));
      int before = UPSTREAM.requests().size();
      Http3Call call = client.get("/");
      UPSTREAM.awaitRequest(before + 1);
      var drained = gateway.gateway().drain();
      client.awaitGoAways(2);
      assertNotEquals(client.goAways().getFirst(), client.goAways().getLast());
      answer.countDown();
      assertEquals("whole", call.await().text());
      assertTrue(drained.join());
    }
  }

  @Test
  void aUdpPortInUseIsSaidAtTheStart() throws IOException {
    try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      assertTrue(tcpIsFree(port), "another program has the TCP port");
      String yaml = LISTENERS.replace("127.0.0.1:0", "127.0.0.1:" + port) + ROUTES;
      try (GatewayFixture other = GatewayFixture.start(WITHOUT + ROUTES)) {
        assertEquals(
            "listener http can not listen on 127.0.0.1:%1$d: UDP port %1$d, which http3 needs, is in use"
                .formatted(port),
            failure(other, yaml).getMessage());
      }
    }
  }

  private static boolean tcpIsFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException _) {
      return false;
    }
  }

  private static StartFailure failure(GatewayFixture reader, String yaml) {
    try (Gateway gateway = Gateway.start(reader.load(yaml), GatewaySurroundings.OF_PROCESS)) {
      throw new AssertionError("started at " + gateway.addresses());
    } catch (StartFailure e) {
      return e;
    }
  }
}
