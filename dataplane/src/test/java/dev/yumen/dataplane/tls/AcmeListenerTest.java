package dev.yumen.dataplane.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.dataplane.challenge.PendingChallenges;
import dev.yumen.dataplane.wire.TlsTools;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Issued;
import dev.yumen.testkit.Leaks;
import dev.yumen.testkit.Pki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients get on a listener whose certificates are ordered by ACME. */
@SuppressWarnings("NullAway.Init") // what a test makes, it makes itself
class AcmeListenerTest {
  static {
    Leaks.install();
  }

  private static final Pki CA = Pki.called("Yumen test CA");
  private static final String KEPT = "kept/acme-v02.api.letsencrypt.org-directory/";
  private static final String TWO = "{acme: [a.example.com, b.example.com]}";

  @TempDir Path folder;
  private TlsFixture fixture;
  private TlsServer server;

  @BeforeEach
  void files() throws IOException {
    fixture = new TlsFixture(folder);
    Files.createDirectories(folder.resolve(KEPT));
  }

  @AfterEach
  void nothingIsLeft() {
    if (server != null) {
      server.close();
    }
    assertEquals(0, fixture.states.size(), "held states");
  }

  @AfterAll
  static void noLeaks() {
    Leaks.assertNone();
  }

  private void store(String domain, Issued issued) {
    fixture.write(KEPT + domain + ".pem", issued.keyPem() + issued.chainPem());
  }

  private String subject(String name) throws IOException {
    return new TlsClient(TlsTools.trusting(), server.port()).name(name).echo().subject();
  }

  @Test
  void domainsWithoutCertificateGetAStandIn() throws IOException {
    store("a.example.com", CA.server("a.example.com"));
    server = new TlsServer(fixture.server(TWO));
    assertTrue(subject("a.example.com").contains("a.example.com"));
    assertTrue(subject("b.example.com").contains("CN=stand-in"));
  }

  @Test
  void writtenCertificateIsBetterThanAStandIn() throws IOException {
    fixture.write("wild", CA.server("*.example.com"));
    server =
        new TlsServer(
            fixture.server(
                "{certificates: {cert: wild.pem, key: wild.key}, acme: [a.example.com]}"));
    assertTrue(subject("a.example.com").contains("*.example.com"));
  }

  @Test
  void damagedFileIsWarnedOfAndReplacedByAStandIn() throws IOException {
    fixture.write(KEPT + "a.example.com.pem", "no PEM");
    String problems = fixture.problems(TWO);
    assertTrue(problems.startsWith("WARNING acme: " + KEPT + "a.example.com.pem: "), problems);
    assertTrue(problems.endsWith("; clients get a self-signed certificate\n"), problems);
    server = new TlsServer(fixture.server(TWO));
    assertTrue(subject("a.example.com").contains("CN=stand-in"));
  }

  @Test
  void fileForAnotherDomainIsNotUsed() {
    store("a.example.com", CA.server("other.example.com"));
    String problems = fixture.problems(TWO);
    assertTrue(problems.contains("it is for [other.example.com], not for a.example.com"), problems);
  }

  @Test
  void proofIsShownToWhoAsksForItAndTheConnectionIsOver() throws Exception {
    server = new TlsServer(fixture.server(TWO, "http/1.1"));
    Issued proof = CA.server("proof.example.com");
    try (PendingChallenges.Pending _ = prove(proof);
        SSLSocket socket =
            new TlsClient(TlsTools.trusting(), server.port())
                .name("a.example.com")
                .alpn("acme-tls/1")
                .connect()) {
      assertEquals("acme-tls/1", socket.getApplicationProtocol());
      assertEquals(proof.certificate(), socket.getSession().getPeerCertificates()[0]);
      assertEquals(-1, socket.getInputStream().read());
    }
    assertEquals(List.of(), server.sessions, "nobody served it");
    assertRefused("a.example.com", "acme-tls/1");
  }

  @Test
  void proofIsShownForItsDomainAndProtocolAlone() throws Exception {
    server = new TlsServer(fixture.server(TWO, "http/1.1"));
    Issued proof = CA.server("proof.example.com");
    try (PendingChallenges.Pending _ = prove(proof)) {
      assertRefused("b.example.com", "acme-tls/1");
      assertTrue(subject("a.example.com").contains("CN=stand-in"));
    }
  }

  @Test
  void secondProofOfADomainWaitsUntilTheFirstIsWithdrawn() throws Exception {
    server = new TlsServer(fixture.server(TWO, "http/1.1"));
    Issued first = CA.server("first.example.com");
    Issued second = CA.server("second.example.com");
    FutureTask<PendingChallenges.Pending> later = new FutureTask<>(() -> prove(second));
    try (PendingChallenges.Pending _ = prove(first)) {
      Thread waiting = Thread.ofPlatform().start(later);
      Eventually.within(TlsServer.LIMIT, () -> waiting.getState() == Thread.State.WAITING);
      assertEquals(first.certificate(), proofShown());
    }
    try (PendingChallenges.Pending _ = later.get(10, TimeUnit.SECONDS)) {
      assertEquals(second.certificate(), proofShown());
    }
  }

  private PendingChallenges.Pending prove(Issued proof) throws InterruptedException {
    return fixture.challenges.tlsAlpn("a.example.com", proof.key(), proof.certificate());
  }

  private Certificate proofShown() throws IOException {
    TlsClient client = new TlsClient(TlsTools.trusting(), server.port()).name("a.example.com");
    try (SSLSocket socket = client.alpn("acme-tls/1").connect()) {
      return socket.getSession().getPeerCertificates()[0];
    }
  }

  private void assertRefused(String name, String protocol) {
    TlsClient client = new TlsClient(TlsTools.trusting(), server.port()).name(name).alpn(protocol);
    assertThrows(SSLException.class, client::connect);
  }
}
