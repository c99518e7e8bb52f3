package dev.yumen.dataplane.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Issued;
import dev.yumen.testkit.Pki;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLSocket;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a responder of its own; only BoringSSL staples. */
class OcspStaplingTest {
  private static final Pki ROOT = Pki.called("Yumen test CA");
  private static final Pki CA = ROOT.intermediate("Issuing CA");

  @TempDir Path folder;
  private final List<byte[]> answers = new CopyOnWriteArrayList<>();
  private HttpServer responder;
  private TlsFixture fixture;
  private Issued site;

  // What the responder says.
  private volatile @Nullable CertificateStatus status = CertificateStatus.GOOD;
  private volatile PrivateKey signer = CA.own().key();
  private volatile X509CertificateHolder[] certificates = {};
  private volatile Instant from = Instant.now().minusSeconds(60);
  private volatile Instant until = Instant.now().plus(Duration.ofHours(4));

  @BeforeEach
  void start() throws IOException {
    responder = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    responder.createContext(
        "/",
        exchange -> {
          byte[] answer = answer(exchange.getRequestBody().readAllBytes());
          answers.add(answer);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    responder.start();
    site =
        CA.serverWithOcsp(
            "http://127.0.0.1:" + responder.getAddress().getPort() + "/", "site.example.com");
    fixture = new TlsFixture(folder).write("site", site);
  }

  @AfterEach
  void stop() {
    responder.stop(0);
  }

  private byte[] answer(byte[] request) throws IOException {
    try {
      CertificateID id = new OCSPReq(request).getRequestList()[0].getCertID();
      BasicOCSPRespBuilder basic =
          new BasicOCSPRespBuilder(new RespID(new X500Name("CN=Issuing CA")));
      basic.addResponse(id, status, Date.from(from), Date.from(until), null);
      return new OCSPRespBuilder()
          .build(
              OCSPRespBuilder.SUCCESSFUL,
              basic.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(signer),
                  certificates,
                  Date.from(from)))
          .getEncoded();
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  private OcspQuery query() {
    OcspQuery query =
        OcspQuery.of(
            new KeyEntry("site.pem", site.chain(), site.key(), List.of("site.example.com")));
    assertNotNull(query);
    return query;
  }

  private String refusal() {
    return String.valueOf(
        assertThrows(IOException.class, () -> query().ask(Instant.now())).getMessage());
  }

  @Test
  void clientsGetTheIssuersWordWithTheCertificate() throws IOException {
    ServerTls tls = fixture.server(stapling("openssl"));
    assertEquals(0, answers.size(), "nobody is asked for what is only checked");
    try (TlsServer server = new TlsServer(tls)) {
      Eventually.within(TlsServer.LIMIT, "a stapled answer", () -> !stapled(server).isEmpty());
      assertArrayEquals(answers.getFirst(), stapled(server).getFirst());
      assertEquals(1, answers.size(), "asked once, not by each client");
    }
    assertEquals(0, fixture.states.size());
  }

  private static String stapling(String provider) {
    return "{certificates: {cert: site.pem, key: site.key}, ocsp-stapling: true, provider: "
        + provider
        + "}";
  }

  private static List<byte[]> stapled(TlsServer server) {
    try (SSLSocket socket = new TlsClient(ROOT.clientContext(null), server.port()).connect()) {
      TlsClient.echo(socket);
      return ((ExtendedSSLSession) socket.getSession()).getStatusResponses();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aGoodAnswerHoldsUntilItSays() throws IOException {
    assertEquals(until.truncatedTo(ChronoUnit.SECONDS), query().ask(Instant.now()).until());
  }

  @Test
  void somebodyCertifiedForItMayAnswer() throws Exception {
    Issued delegate = CA.ocspSigner();
    signer = delegate.key();
    certificates = holders(delegate.certificate());
    assertTrue(query().ask(Instant.now()).response().length > 0);
  }

  @Test
  void nobodyElseMayAnswer() throws Exception {
    signer = ROOT.own().key();
    assertEquals("not signed by the issuer", refusal());
    Issued server = CA.server("other.example.com");
    signer = server.key();
    certificates = holders(server.certificate());
    assertEquals("not signed by the issuer", refusal());
    Issued stranger = Pki.called("Stranger").ocspSigner();
    signer = stranger.key();
    certificates = holders(stranger.certificate());
    assertEquals("not signed by the issuer", refusal());
  }

  private static X509CertificateHolder[] holders(X509Certificate certificate) throws Exception {
    return new X509CertificateHolder[] {new JcaX509CertificateHolder(certificate)};
  }

  @Test
  void oldAnswersAreNotPassedOn() {
    until = Instant.now().minusSeconds(1);
    assertTrue(refusal().startsWith("the answer is for another time"), refusal());
    from = Instant.now().plus(Duration.ofHours(1));
    until = Instant.now().plus(Duration.ofHours(2));
    assertTrue(refusal().startsWith("the answer is for another time"), refusal());
  }

  @Test
  void revokedIsToldApart() {
    status = new RevokedStatus(Date.from(from), 1);
    assertThrows(OcspQuery.Revoked.class, () -> query().ask(Instant.now()));
    status = new UnknownStatus();
    assertEquals("the certificate is not known there", refusal());
  }

  @Test
  void whereNothingCanBeStapledIsSaid() {
    assertEquals(
        "WARNING ocsp-stapling: nothing is stapled (expected: provider openssl, where it loads)\n",
        fixture.problems(stapling("jdk")));
    fixture.write("site", ROOT.server("site.example.com"));
    assertEquals(
        "WARNING certificates[0].cert: site.pem: nothing to staple (expected: a certificate that"
            + " names an OCSP responder, with its issuer after it)\n",
        fixture.problems(stapling("openssl")));
    assertNull(OcspQuery.of(new KeyEntry("a", site.chain().subList(0, 1), site.key(), List.of())));
  }
}
