package dev.yumen.control.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.ConfigReader;
import dev.yumen.control.ManagedGateway;
import dev.yumen.filters.BuiltInFilters;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.Issued;
import dev.yumen.testkit.Pki;
import dev.yumen.testkit.RawClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminTlsTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String PLAIN =
      """
      listeners: {http: {address: "127.0.0.1:0"}}
      management: {enabled: false}
      runtime: {loops: 1}
      admin:
        address: "127.0.0.1:0"
      """;
  private static final String CERTIFICATE = "{certificates: {cert: cert.pem, key: key.pem}";

  @TempDir Path folder;

  private final Pki pki = Pki.called("ca");
  private @Nullable ManagedGateway gateway;

  @AfterEach
  void close() {
    if (gateway != null) {
      gateway.close();
    }
  }

  @Test
  void theApiSpeaksTls() throws Exception {
    place(pki.server("localhost", "127.0.0.1"));
    start(PLAIN + "  tls: " + CERTIFICATE + "}\n");
    HttpResponse<String> status = ask(pki.clientContext(null), "/api/v1/status");

    assertEquals(200, status.statusCode());
    String certificates = ask(pki.clientContext(null), "/api/v1/certificates").body();
    assertTrue(certificates.contains("\"name\":\"admin\""), certificates);
    try (RawClient plain = RawClient.connect(port())) {
      plain.send("GET /api/v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
      assertTrue(plain.isClosedByPeer());
    }
  }

  @Test
  void itBeginsAndEndsWithAReload() throws Exception {
    place(pki.server("localhost", "127.0.0.1"));
    start(PLAIN);
    try (RawClient before = RawClient.connect(port())) {
      assertEquals(200, before.get("/api/v1/status").status());
      reload(PLAIN + "  tls: " + CERTIFICATE + "}\n");
      assertEquals(200, ask(pki.clientContext(null), "/api/v1/status").statusCode());
      assertEquals(200, before.get("/api/v1/status").status());
    }
    reload(PLAIN);
    assertThrows(IOException.class, () -> ask(pki.clientContext(null), "/api/v1/status"));
  }

  @Test
  void aCertificateThatIsReplacedIsShownFromTheNextConnectionOn() throws Exception {
    place(pki.server("localhost", "127.0.0.1"));
    start(PLAIN + "  tls: " + CERTIFICATE + "}\n");
    X509Certificate first = shown();
    place(pki.server("localhost", "127.0.0.1"));
    Objects.requireNonNull(gateway).reload();
    Eventually.within(SOON, () -> !first.equals(shown()));
  }

  @Test
  void clientsThatHaveToShowACertificateGetNothingWithoutOne() throws Exception {
    place(pki.server("localhost", "127.0.0.1"));
    Files.writeString(folder.resolve("ca.pem"), pki.rootPem());
    start(PLAIN + "  tls: " + CERTIFICATE + ", client-certificate: ca.pem}\n");
    assertThrows(IOException.class, () -> ask(pki.clientContext(null), "/api/v1/status"));
    SSLContext known = pki.clientContext(pki.client("ada"));
    assertEquals(200, ask(known, "/api/v1/status").statusCode());
  }

  @Test
  void aCertificateThatCanNotBeReadLeavesWhatIsLive() throws Exception {
    start(PLAIN);
    Files.writeString(folder.resolve("cert.pem"), "no certificate");
    Files.writeString(folder.resolve("key.pem"), "no key");
    write(PLAIN + "  tls: " + CERTIFICATE + "}\n");
    Objects.requireNonNull(gateway).reload();
    try (RawClient client = RawClient.connect(port())) {
      Eventually.within(
          SOON,
          () -> client.get("/api/v1/status").text().contains("admin.tls.certificates[0].cert"));
    }
  }

  private void start(String config) throws Exception {
    write(config);
    gateway =
        ManagedGateway.start(
            folder.resolve("yumen.yaml"),
            new ConfigReader(BuiltInFilters.byName(), Map.of()),
            _ -> {});
  }

  private void reload(String config) throws IOException {
    ManagedGateway running = Objects.requireNonNull(gateway);
    long before = number(running);
    write(config);
    running.reload();
    Eventually.within(SOON, () -> number(running) > before);
  }

  private static long number(ManagedGateway gateway) {
    return Objects.requireNonNull(gateway.status().live()).number();
  }

  private void write(String config) throws IOException {
    Files.writeString(folder.resolve("yumen.yaml"), config);
  }

  private void place(Issued certificate) throws IOException {
    Files.writeString(folder.resolve("cert.pem"), certificate.chainPem());
    Files.writeString(folder.resolve("key.pem"), certificate.keyPem());
  }

  private int port() {
    ManagedGateway running = Objects.requireNonNull(gateway);
    return Objects.requireNonNull(running.gateway().addresses().get("admin")).getPort();
  }

  private HttpResponse<String> ask(SSLContext trusted, String path) throws Exception {
    try (HttpClient client = HttpClient.newBuilder().sslContext(trusted).build()) {
      URI uri = URI.create("https://127.0.0.1:" + port() + path);
      return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  /** The certificate that a new client is shown. */
  private X509Certificate shown() {
    try {
      HttpResponse<String> answer = ask(pki.clientContext(null), "/api/v1/status");
      return (X509Certificate) answer.sslSession().orElseThrow().getPeerCertificates()[0];
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
