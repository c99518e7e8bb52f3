package dev.yumen.filters.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.filters.FilterHarness;
import dev.yumen.testkit.Issued;
import dev.yumen.testkit.Pki;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MtlsAuthFilterTest {
  private static final Pki PKI = Pki.called("partners");
  private static final Issued BILLING =
      PKI.client(
          "Billing\\, night shift",
          "billing.partners.example",
          "spiffe://partners.example/billing",
          "billing@partners.example");
  private static final Issued STRANGER = PKI.client("Stranger");

  @TempDir private Path folder;

  private FilterHarness gateway(String settings, String credential) {
    Issued site = PKI.server("localhost");
    write("site.pem", site.chainPem() + site.keyPem());
    write("ca.pem", PKI.rootPem());
    return FilterHarness.run(
        """
        listeners:
          http:
            address: "127.0.0.1:8080"
            protocols: [http1]
            tls: {certificates: {cert: site.pem}, client-certificate: {mode: optional, ca: ca.pem}}
        upstreams: {users: {endpoints: ["127.0.0.1:9001"]}}
        consumers:
        - {name: billing, groups: [partners], credentials: [{certificate: "%s"}]}
        routes:
        - {id: all, match: {path: "/**"}, filters: [mtls-auth: %s], to: users}
        """
            .formatted(credential, settings),
        folder);
  }

  private void write(String file, String text) {
    try {
      Files.writeString(folder.resolve(file), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HttpResponse<String> get(
      FilterHarness gateway, @Nullable Issued certificate, String... fields) {
    int port = Objects.requireNonNull(gateway.gateway().addresses().get("http")).getPort();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/"));
    if (fields.length > 0) {
      request.headers(fields);
    }
    try (HttpClient client =
        HttpClient.newBuilder().sslContext(PKI.clientContext(certificate)).build()) {
      return client.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static String sha256() {
    try {
      byte[] encoded = BILLING.certificate().getEncoded();
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(encoded));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cn|Billing, night shift",
        "dns|billing.partners.example",
        "dns|Billing.Partners.Example",
        "uri|spiffe://partners.example/billing",
        "email|billing@partners.example",
        "[dns, uri, cn]|Billing, night shift"
      })
  void eachKindOfNameFindsItsConsumer(String kind, String credential) {
    try (FilterHarness gateway = gateway("{names: " + kind + "}", credential)) {
      assertEquals(200, get(gateway, BILLING, "X-Consumer-ID", "admin").statusCode());
      assertEquals(List.of("billing"), gateway.seen().headerValues("X-Consumer-ID"));
      assertEquals("partners", gateway.seen().header("X-Consumer-Groups"));
      assertNull(gateway.seen().header("Client-Cert"));
    }
  }

  @Test
  void theWholeCertificateFindsItsConsumer() {
    try (FilterHarness gateway = gateway("{names: sha256}", sha256())) {
      assertEquals(200, get(gateway, BILLING).statusCode());
      assertEquals(403, get(gateway, STRANGER).statusCode());
    }
  }

  @Test
  void aNameOfAnotherKindDoesNotCount() {
    try (FilterHarness gateway = gateway("{names: cn}", "billing.partners.example")) {
      assertEquals(403, get(gateway, BILLING).statusCode());
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void strangersAndClientsWithoutACertificateAreRefused() {
    try (FilterHarness gateway = gateway("{names: dns}", "billing.partners.example")) {
      HttpResponse<String> stranger = get(gateway, STRANGER);
      assertEquals(403, stranger.statusCode());
      assertTrue(stranger.body().contains("FORBIDDEN"), stranger::body);
      assertEquals(403, get(gateway, null).statusCode());
      assertEquals(0, gateway.forwarded());
    }
  }

  @Test
  void withoutTlsNobodyComesIn() {
    try (FilterHarness gateway = FilterHarness.of("- mtls-auth: {unknown: accept}")) {
      assertEquals(403, gateway.get("/").status());
    }
  }

  @Test
  void strangersComeInByTheirNameWhereTheyMay() {
    try (FilterHarness gateway =
        gateway("{names: [uri, cn], unknown: accept}", "spiffe://partners.example/billing")) {
      assertEquals(200, get(gateway, BILLING).statusCode());
      assertEquals("billing", gateway.seen().header("X-Consumer-ID"));
      assertEquals(200, get(gateway, STRANGER).statusCode());
      assertEquals("Stranger", gateway.seen().header("X-Consumer-ID"));
      assertNull(gateway.seen().header("X-Consumer-Groups"));
    }
  }

  @Test
  void aStrangerCanNotComeInByTheNameOfAConsumer() {
    try (FilterHarness gateway = gateway("{unknown: accept}", "billing.partners.example")) {
      assertEquals(200, get(gateway, STRANGER).statusCode());
      assertEquals(403, get(gateway, PKI.client("billing")).statusCode());
      assertEquals(1, gateway.forwarded());
    }
  }

  @Test
  void theCertificateIsForwardedAndNobodyElsesIs() throws CertificateEncodingException {
    String encoded = Base64.getEncoder().encodeToString(BILLING.certificate().getEncoded());
    try (FilterHarness gateway =
        gateway("{names: dns, forward: true}", "billing.partners.example")) {
      get(gateway, BILLING, "Client-Cert", ":Zm9yZ2Vk:", "Client-Cert-Chain", ":Zm9yZ2Vk:");
      assertEquals(List.of(":" + encoded + ":"), gateway.seen().headerValues("Client-Cert"));
      assertNull(gateway.seen().header("Client-Cert-Chain"));
    }
  }

  @Test
  void settingsThatLetNobodyInAreProblems() {
    assertEquals(
        List.of(
            "test.yaml:8:20 routes[0].filters[0].mtls-auth: no certificates"
                + " (expected: a consumer with a credential certificate)"),
        FilterHarness.problems("- mtls-auth: {}"));
    assertTrue(
        FilterHarness.problems("- mtls-auth: {names: [], unknown: accept}")
            .getFirst()
            .contains("cn, dns, uri, email or sha256"));
    assertTrue(
        FilterHarness.problems(
                "- mtls-auth: {}", "consumers: [{name: a, credentials: [{certificate: \" \"}]}]")
            .getFirst()
            .contains("a name in a certificate"));
  }
}
