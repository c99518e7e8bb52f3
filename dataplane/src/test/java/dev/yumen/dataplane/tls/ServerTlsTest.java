package dev.yumen.dataplane.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.TlsSession;
import dev.yumen.dataplane.wire.TlsTools;
import dev.yumen.testkit.Issued;
import dev.yumen.testkit.Leaks;
import dev.yumen.testkit.Pki;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every fact holds with either library. */
@ParameterizedClass
@ValueSource(strings = {"openssl", "jdk"})
@SuppressWarnings("NullAway.Init") // what a test makes, it makes itself
class ServerTlsTest {
  static {
    Leaks.install();
  }

  private static final Pki CA = Pki.called("Yumen test CA");
  private static final Pki CLIENT_CA = Pki.called("Clients' CA");
  private static final Issued SITE = CA.server("site.example.com");
  private static final Issued WILD = CA.server("*.example.com", "example.com");
  private static final Issued ADMIN = CA.server("admin.example.com");

  @Parameter String provider = "";
  @TempDir Path folder;
  private TlsFixture fixture;

  @SuppressWarnings("NullAway.Init") // set by open
  private TlsServer server;

  @BeforeEach
  void files() {
    fixture =
        new TlsFixture(folder)
            .write("site", SITE)
            .write("wild", WILD)
            .write("admin", ADMIN)
            .write("clients.pem", CLIENT_CA.rootPem());
  }

  @AfterEach
  void nothingIsLeft() {
    if (server != null) {
      server.close();
      assertEquals(List.of(), server.failures);
    }
    assertEquals(0, fixture.states.size(), "held states");
  }

  @AfterAll
  static void noLeaks() {
    Leaks.assertNone();
  }

  private TlsServer open(String tls, String... alpn) {
    server = new TlsServer(fixture.server(settings(tls), alpn));
    return server;
  }

  private String settings(String tls) {
    return "{" + tls + ", provider: " + provider + "}";
  }

  private TlsClient client() {
    return new TlsClient(CA.clientContext(null), server.port());
  }

  private TlsClient clientWith(Issued certificate) {
    return new TlsClient(CA.clientContext(certificate), server.port());
  }

  private static final String SITE_ONLY = "certificates: {cert: site.pem, key: site.key}";
  private static final String ALL =
      "certificates: [{cert: site.pem, key: site.key}, {cert: wild.pem, key: wild.key},"
          + " {cert: admin.pem, key: admin.key}]";

  @Test
  void aClientGetsThroughAndIsKnown() throws IOException {
    open(SITE_ONLY, "h2", "http/1.1");
    TlsClient.Seen seen = client().name("site.example.com").alpn("http/1.1").echo();
    assertEquals("TLSv1.3", seen.version());
    assertEquals("http/1.1", seen.alpn());
    TlsSession session = server.awaitSession(1);
    assertEquals("TLSv1.3", session.protocol());
    assertEquals("site.example.com", session.serverName());
    assertEquals("http/1.1", session.applicationProtocol());
    assertEquals(seen.cipher(), session.cipher());
    assertNull(session.clientCertificate());
    assertFalse(session.resumed());
    assertEquals(List.of(), server.refusals);
  }

  @Test
  void theCertificateIsChosenByName() throws IOException {
    open(ALL);
    assertEquals(SITE.certificate(), client().name("site.example.com").echo().certificate());
    assertEquals(ADMIN.certificate(), client().name("admin.example.com").echo().certificate());
    assertEquals(WILD.certificate(), client().name("other.example.com").echo().certificate());
    assertEquals(WILD.certificate(), client().name("EXAMPLE.com").echo().certificate());
    assertEquals(SITE.certificate(), client().name("a.b.example.com").echo().certificate());
    assertEquals(SITE.certificate(), client().name("unknown.test").echo().certificate());
    assertEquals(SITE.certificate(), client().echo().certificate());
  }

  @Test
  void theListenersBestProtocolIsAgreedOn() throws IOException {
    open(SITE_ONLY, "h2", "http/1.1");
    assertEquals("h2", client().alpn("http/1.1", "h2").echo().alpn());
  }

  @Test
  void aClientWithoutAlpnIsTaken() throws IOException {
    open(SITE_ONLY, "h2", "http/1.1");
    assertEquals("", client().echo().alpn());
    assertNull(server.awaitSession(1).applicationProtocol());
  }

  @Test
  void unknownProtocolsAloneAreRefusedWithTheirAlert() {
    open(SITE_ONLY, "h2", "http/1.1");
    IOException refused = assertThrows(IOException.class, () -> client().alpn("ftp").echo());
    assertTrue(
        String.valueOf(refused.getMessage()).contains("no_application_protocol"),
        refused.toString());
    assertEquals(TlsRefusal.TLS_NO_APPLICATION_PROTOCOL, server.awaitRefusal());
  }

  @Test
  void tls12IsSpokenUnlessForbidden() throws IOException {
    open(SITE_ONLY);
    assertEquals("TLSv1.2", client().versions("TLSv1.2").echo().version());
  }

  @Test
  void tls12IsRefusedBelowTheOldestVersion() {
    open(SITE_ONLY + ", min-version: 1.3");
    assertThrows(IOException.class, () -> client().versions("TLSv1.2").echo());
    assertEquals(TlsRefusal.TLS_HANDSHAKE_FAILED, server.awaitRefusal());
  }

  @Test
  void modernMeansTls13() {
    open(SITE_ONLY + ", ciphers: modern");
    assertThrows(IOException.class, () -> client().versions("TLSv1.2").echo());
    assertEquals(TlsRefusal.TLS_HANDSHAKE_FAILED, server.awaitRefusal());
  }

  @Test
  void aRequiredCertificateIsDemanded() throws IOException {
    open(SITE_ONLY + ", client-certificate: clients.pem");
    assertThrows(IOException.class, () -> client().echo());
    assertEquals(TlsRefusal.TLS_CLIENT_CERTIFICATE, server.awaitRefusal());
    Issued alice = CLIENT_CA.client("alice");
    clientWith(alice).echo();
    assertEquals(
        alice.certificate(), server.awaitSession(server.sessions.size()).clientCertificate());
  }

  @Test
  void aCertificateOfAnotherAuthorityIsRefused() {
    open(SITE_ONLY + ", client-certificate: {mode: optional, ca: clients.pem}");
    assertThrows(
        IOException.class, () -> clientWith(CA.client("mallory")).versions("TLSv1.2").echo());
    assertEquals(TlsRefusal.TLS_CLIENT_CERTIFICATE, server.awaitRefusal());
  }

  @Test
  void anOptionalCertificateMayBeMissing() throws IOException {
    open(SITE_ONLY + ", client-certificate: {mode: optional, ca: clients.pem}");
    client().echo();
    assertNull(server.awaitSession(1).clientCertificate());
    clientWith(CLIENT_CA.client("bob")).echo();
    assertNotNull(server.awaitSession(2).clientCertificate());
  }

  private static final String ADMIN_ONLY_WITH_CERTIFICATE =
      ALL + ", hosts: [{host: admin.example.com, client-certificate: clients.pem}]";

  @Test
  void oneHostMayDemandACertificate() throws IOException {
    open(ADMIN_ONLY_WITH_CERTIFICATE);
    client().name("site.example.com").echo();
    assertThrows(IOException.class, () -> client().name("admin.example.com").echo());
    clientWith(CLIENT_CA.client("alice")).name("admin.example.com").echo();
  }

  @Test
  void aHostThatDemandsMoreIsNotServedOverAnotherName() {
    ServerTls tls = fixture.server(settings(ADMIN_ONLY_WITH_CERTIFICATE));
    assertTrue(tls.mayServe("admin.example.com", "admin.example.com"));
    assertTrue(tls.mayServe("site.example.com", "example.com"));
    assertTrue(tls.mayServe(null, "site.example.com"));
    assertFalse(tls.mayServe("site.example.com", "admin.example.com"));
    assertFalse(tls.mayServe(null, "admin.example.com"));
    assertFalse(tls.mayServe("admin.example.com", "site.example.com"));
    tls.close();
  }

  @Test
  void sessionsAreTakenUpAgain() throws IOException {
    open(SITE_ONLY);
    SSLContext context = CA.clientContext(null);
    new TlsClient(context, server.port()).echo();
    assertFalse(server.awaitSession(1).resumed());
    new TlsClient(context, server.port()).echo();
    assertTrue(server.awaitSession(2).resumed());
  }

  @Test
  void sessionsSurviveAReloadThatChangesNothing() throws IOException {
    open(SITE_ONLY);
    SSLContext context = CA.clientContext(null);
    new TlsClient(context, server.port()).echo();
    server.replace(fixture.server(settings(SITE_ONLY)));
    new TlsClient(context, server.port()).echo();
    assertTrue(server.awaitSession(2).resumed());
  }

  @Test
  void withoutTicketsNoTls13SessionIsTakenUp() throws IOException {
    open(SITE_ONLY + ", session-tickets: {enabled: false}");
    SSLContext context = CA.clientContext(null);
    new TlsClient(context, server.port()).versions("TLSv1.3").echo();
    new TlsClient(context, server.port()).versions("TLSv1.3").echo();
    if (provider.equals("openssl")) {
      assertFalse(server.awaitSession(2).resumed());
    }
  }

  /** A ticket stands for a checked certificate; one that stands for none must not open this. */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void aTicketOfAHostThatDemandsNothingDoesNotOpenOneThatDoes(String version) throws Exception {
    open(ADMIN_ONLY_WITH_CERTIFICATE);
    try (ResumingClient client = new ResumingClient(server.port(), version)) {
      assertTrue(client.answers("site.example.com"));
      assertTrue(client.answers("site.example.com"));
      assertTrue(server.awaitSession(2).resumed(), "the client can do what is tested");
      assertFalse(client.answers("admin.example.com"));
      assertEquals(TlsRefusal.TLS_CLIENT_CERTIFICATE, server.awaitRefusal());
    }
  }

  @Test
  void aNewCertificateIsForNewConnectionsAndOpenOnesLiveOn() throws IOException {
    open(SITE_ONLY);
    try (SSLSocket old = client().connect()) {
      TlsClient.echo(old);
      fixture.write("site", ADMIN);
      server.replace(fixture.server(settings(SITE_ONLY)));
      assertEquals(ADMIN.certificate(), client().echo().certificate());
      TlsClient.echo(old);
    }
  }

  @Test
  void aSelfSignedCertificateIsForThisMachine() throws IOException {
    server = new TlsServer(fixture.server("{source: self-signed, provider: " + provider + "}"));
    TlsClient.Seen seen = new TlsClient(TlsTools.trusting(), server.port()).echo();
    assertEquals(List.of("localhost"), CertificateNames.of(seen.certificate()));
    assertEquals("[[2, localhost], [7, 127.0.0.1], [7, 0:0:0:0:0:0:0:1]]", names(seen));
  }

  private static String names(TlsClient.Seen seen) throws IOException {
    try {
      return String.valueOf(seen.certificate().getSubjectAlternativeNames());
    } catch (java.security.cert.CertificateParsingException e) {
      throw new IOException(e);
    }
  }

  @Test
  void theSelfSignedCertificateSurvivesAReload() {
    ServerTls first = fixture.server("self-signed");
    ServerTls second = fixture.server("{source: self-signed, handshake-timeout: 3s}");
    first.close();
    assertEquals(first.certificates(), second.certificates());
    second.close();
  }

  @Test
  void oldTicketsAreWorthNothingAfterTwoRotations() throws IOException {
    open(SITE_ONLY + ", session-tickets: {rotate: 1h}");
    SSLContext context = CA.clientContext(null);
    new TlsClient(context, server.port()).echo();
    fixture.clock.advance(Duration.ofMinutes(61));
    new TlsClient(context, server.port()).echo();
    assertTrue(server.awaitSession(2).resumed());
    if (provider.equals("openssl")) {
      fixture.clock.advance(Duration.ofMinutes(121));
      new TlsClient(context, server.port()).versions("TLSv1.3").echo();
      assertFalse(server.awaitSession(3).resumed());
    }
  }
}
