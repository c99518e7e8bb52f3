package dev.yumen.dataplane.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.yumen.dataplane.observe.CertificateExpiry;
import dev.yumen.testkit.Issued;
import dev.yumen.testkit.Pki;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is found in certificate files before anything is opened, and what is taken. */
class CertificateChecksTest {
  private static final Pki CA = Pki.called("Yumen test CA");
  private static final Issued SITE = CA.server("site.example.com");
  private static final Issued OTHER = CA.server("other.example.com");
  private static final String SITE_ONLY = "{certificates: {cert: site.pem, key: site.key}}";
  private static final String WITH_PASSWORD =
      "{certificates: {cert: site.pem, key: site.key, password: open sesame}}";

  @TempDir Path folder;
  private TlsFixture fixture;

  @BeforeEach
  void files() {
    fixture = new TlsFixture(folder).write("site", SITE).write("other", OTHER);
  }

  @AfterEach
  void nothingIsHeld() {
    assertEquals(0, fixture.states.size());
  }

  private void finds(String tls, String... lines) {
    StringBuilder expected = new StringBuilder();
    for (String line : lines) {
      expected.append(line).append('\n');
    }
    assertEquals(expected.toString(), fixture.problems(tls));
  }

  @Test
  void aGoodPairHasNoProblem() {
    finds(SITE_ONLY);
  }

  @Test
  void everyFormOfKeyIsTaken() throws Exception {
    Issued rsa = CA.rsaServer("rsa.example.com");
    fixture.write("site.key", SITE.oldKeyPem());
    finds(SITE_ONLY);
    fixture.write("site.pem", rsa.chainPem()).write("site.key", rsa.keyPem());
    finds(SITE_ONLY);
    fixture.write("site.key", rsa.oldKeyPem());
    finds(SITE_ONLY);
    fixture.write("site.key", encrypted(rsa));
    finds(WITH_PASSWORD);
    fixture.write("site.key", encryptedTheOldWay(rsa));
    finds(WITH_PASSWORD);
  }

  @Test
  void theKeyMayBeInTheFileOfTheCertificate() {
    fixture.write("both.pem", SITE.keyPem() + SITE.chainPem());
    finds("{certificates: {cert: both.pem}}");
  }

  @Test
  void pkcs12IsKnownByItsContent() {
    fixture.write("site.bin", SITE.pkcs12("open sesame"));
    finds("{certificates: {cert: site.bin, password: open sesame}}");
    finds(
        "{certificates: {cert: site.bin, password: wrong}}",
        "ERROR certificates[0].cert: site.bin: the password does not fit");
    finds(
        "{certificates: {cert: site.bin}}",
        "ERROR certificates[0].cert: site.bin: it is encrypted (expected: a password)");
  }

  private static String encrypted(Issued certificate)
      throws IOException, OperatorCreationException {
    return Issued.text(
        new JcaPKCS8Generator(
            certificate.key(),
            new JceOpenSSLPKCS8EncryptorBuilder(JcaPKCS8Generator.AES_256_CBC)
                .setProvider(new BouncyCastleProvider())
                .setPassword("open sesame".toCharArray())
                .build()));
  }

  private static String encryptedTheOldWay(Issued certificate) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(
          certificate.key(),
          new JcePEMEncryptorBuilder("AES-128-CBC")
              .setProvider(new BouncyCastleProvider())
              .build("open sesame".toCharArray()));
    }
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anEncryptedKeyNeedsItsPassword(boolean old) throws Exception {
    Issued rsa = CA.rsaServer("site.example.com");
    fixture.write("site", rsa).write("site.key", old ? encryptedTheOldWay(rsa) : encrypted(rsa));
    finds(WITH_PASSWORD);
    finds(
        SITE_ONLY,
        "ERROR certificates[0].key: site.key: the key is encrypted (expected: a password)");
    finds(
        WITH_PASSWORD.replace("open sesame", "guess"),
        "ERROR certificates[0].key: site.key: the password does not fit the key");
  }

  @Test
  void aKeyOfAnotherCertificateIsFound() {
    finds(
        "{certificates: {cert: site.pem, key: other.key}}",
        "ERROR certificates[0].key: other.key: the private key does not belong to the certificate"
            + " in site.pem");
    fixture.write("site.key", CA.rsaServer("site.example.com").keyPem());
    finds(
        SITE_ONLY,
        "ERROR certificates[0].key: site.key: the private key does not belong to the certificate"
            + " in site.pem");
  }

  @Test
  void missingPartsAreNamed() {
    fixture.write("empty.pem", "").write("text.pem", "no PEM at all\n");
    finds(
        "{certificates: [{cert: site.pem}, {cert: empty.pem, key: site.key},"
            + " {cert: text.pem, key: site.key}, {cert: site.pem, key: other.pem}]}",
        "ERROR certificates[0].cert: site.pem: no private keys in it (expected: one here, or a file"
            + " under key)",
        "ERROR certificates[1].cert: empty.pem: there is no certificate in it (expected: PEM or"
            + " PKCS#12)",
        "ERROR certificates[2].cert: text.pem: there is no certificate in it (expected: PEM or"
            + " PKCS#12)",
        "ERROR certificates[3].key: other.pem: no private keys in it (expected: one)");
  }

  @Test
  void damagedFilesAreNamedAndNotShown() {
    fixture
        .write("site.pem", SITE.chainPem().replaceFirst("\n.{60}", "\nAAAA"))
        .write("other.key", OTHER.keyPem().replaceFirst("\n.{30}", "\nsecret!"));
    finds(
        "{certificates: [{cert: site.pem, key: site.key}, {cert: other.pem, key: other.key}]}",
        "ERROR certificates[0].cert: site.pem: it is damaged (expected: PEM)",
        "ERROR certificates[1].key: other.key: it is damaged (expected: PEM)");
  }

  @Test
  void expiryIsAWarningAndTheGatewayStarts() {
    Instant now = fixture.clock.instant();
    Instant past = Instant.parse("2026-01-02T00:00:00Z");
    Instant future = now.plus(Duration.ofDays(2)).truncatedTo(ChronoUnit.DAYS);
    fixture.write("site", CA.server(past.minus(Duration.ofDays(9)), past, "a.example.com"));
    fixture.write("other", CA.server(future, future.plus(Duration.ofDays(9)), "b.example.com"));
    finds(
        "{certificates: [{cert: site.pem, key: site.key}, {cert: other.pem, key: other.key}]}",
        "WARNING certificates[0].cert: site.pem: the certificate of O=Yumen test,CN=a.example.com"
            + " expired at 2026-01-02T00:00:00Z",
        "WARNING certificates[1].cert: other.pem: the certificate of O=Yumen test,CN=b.example.com"
            + " is not valid before "
            + future);
  }

  @Test
  void aChainOutOfOrderIsPutInOrder() throws IOException {
    Pki second = CA.intermediate("second");
    Issued site = second.intermediate("third").server("deep.example.com");
    assertEquals(3, site.chain().size());
    fixture.write("site", site);
    finds(SITE_ONLY);
    StringBuilder reversed = new StringBuilder();
    site.chain().reversed().forEach(certificate -> reversed.append(Issued.pem(certificate)));
    fixture.write("site.pem", reversed.toString());
    finds(
        SITE_ONLY,
        "WARNING certificates[0].cert: site.pem: the chain is out of order; clients get it in the"
            + " right order");
    try (TlsServer server = new TlsServer(fixture.server(SITE_ONLY))) {
      assertEquals(
          site.certificate(),
          new TlsClient(CA.clientContext(null), server.port()).echo().certificate());
    }
  }

  @Test
  void certificatesThatAreNotOfTheChainAreLeftOut() {
    fixture.write("site.pem", SITE.chainPem() + OTHER.chainPem());
    finds(
        SITE_ONLY,
        "WARNING certificates[0].cert: site.pem: 1 certificates that are not of the chain are left"
            + " out");
  }

  @Test
  void theFirstOfTwoCertificatesForANameHasIt() {
    fixture.write("other", CA.server("other.example.com", "site.example.com"));
    finds(
        "{certificates: [{cert: site.pem, key: site.key}, {cert: other.pem, key: other.key}]}",
        "WARNING certificates[1]: other.pem: clients that ask for site.example.com get site.pem,"
            + " which is also for it and stands first");
  }

  @Test
  void authoritiesAreChecked() {
    fixture.write("ca.pem", "nothing\n").write("good.pem", CA.rootPem());
    finds(
        "{certificates: {cert: site.pem, key: site.key}, client-certificate: ca.pem, hosts:"
            + " [{host: a.example.com, client-certificate: {ca: ca.pem}}, {host: b.example.com,"
            + " client-certificate: good.pem}]}",
        "ERROR client-certificate.ca: ca.pem: there is no certificate in it (expected: PEM)",
        "ERROR hosts[0].client-certificate.ca: ca.pem: there is no certificate in it (expected:"
            + " PEM)");
  }

  @Test
  void certificatesTellTheirNamesAndTheirEnd() {
    ServerTls tls = fixture.server(SITE_ONLY);
    CertificateInfo info = tls.certificates().getFirst();
    assertEquals("site.pem", info.source());
    assertEquals(List.of("site.example.com"), info.names());
    assertEquals(SITE.certificate().getNotAfter().toInstant(), info.notAfter());
    tls.close();
  }

  @Test
  void everyFileHasItsExpiry() {
    fixture.write("ca.pem", CA.rootPem());
    Instant site = SITE.certificate().getNotAfter().toInstant();
    Instant authority = CA.root().getNotAfter().toInstant();
    ServerTls tls =
        fixture.server(
            "{certificates: {cert: site.pem, key: site.key}, client-certificate: ca.pem}");
    assertEquals(
        Set.of(
            new CertificateExpiry("listener", "https", "site.pem", site),
            new CertificateExpiry("listener", "https", "ca.pem", authority)),
        Set.copyOf(tls.expiries()));
    tls.close();
    UpstreamTls upstream =
        UpstreamTls.compile(
                fixture.upstream("{ca: ca.pem, certificate: {cert: site.pem, key: site.key}}"),
                fixture.around)
            .tls();
    assertNotNull(upstream);
    assertEquals(
        Set.of(
            new CertificateExpiry("upstream", "users", "site.pem", site),
            new CertificateExpiry("upstream", "users", "ca.pem", authority)),
        Set.copyOf(upstream.expiries("users")));
    upstream.close();
  }

  @Test
  void passwordsAndKeysAreNowhereShown() {
    fixture.write("site.bin", SITE.pkcs12("open sesame"));
    var settings = fixture.listener("{certificates: {cert: site.bin, password: open sesame}}");
    assertFalse(settings.toString().contains("sesame"), settings.toString());
    assertNotNull(settings.certificates().getFirst().password());
  }
}
