package dev.yumen.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates of a real authority, ordered, kept and renewed by the real process. */
class AcmeIT {
  private static final String DOMAIN = "shop.example.com";

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir Path folder;

  /** A gateway that wants a certificate; more lines go under {@code acme}. */
  private String wanting(Pebble pebble, String more) {
    return """
    acme:
      directory: %s
      ca: pebble.pem
      agree-to-terms: true
      email: ops@example.com
      storage: kept
    %s
    listeners:
      http: {address: "127.0.0.1:0"}
      https: {address: "127.0.0.1:0", tls: {acme: {domains: [%s]}}}
    management: {address: "127.0.0.1:0"}
    routes: [{id: all, match: {path: "/**"}, respond: {body: hello}}]
    """
        .formatted(pebble.directory(), more.indent(2), DOMAIN);
  }

  private static void awaitCertificate(GatewayProcess gateway, Pebble pebble) {
    boolean there =
        Eventually.holdsWithin(
            PATIENCE, () -> !TlsProbe.get(gateway.port("https"), DOMAIN).selfSigned());
    if (!there) {
      throw new AssertionError(gateway.proc().output() + "\n\nPebble:\n" + pebble.output());
    }
  }

  @Test
  void firstCertificateComesByHttp01WhileClientsAreServed() {
    try (Pebble pebble = new Pebble(folder);
        GatewayProcess gateway =
            GatewayProcess.start(folder, wanting(pebble, "challenge: http-01"))) {
      TlsProbe.Seen before = TlsProbe.get(gateway.port("https"), DOMAIN);
      assertTrue(before.selfSigned());
      assertTrue(before.answer().endsWith("hello"), before.answer());
      gateway.proc().awaitLine("no certificate for " + DOMAIN + ".* no connection is", PATIENCE);

      pebble.start(gateway.port("http"), gateway.port("https"));
      awaitCertificate(gateway, pebble);
      TlsProbe.Seen after = TlsProbe.get(gateway.port("https"), DOMAIN);
      assertTrue(after.answer().endsWith("hello"), after.answer());
      assertEquals("hello", gateway.get("/.well-known/acme-challenge/nobody").text());
    }
  }

  @Test
  void firstCertificateComesByTlsAlpn01() {
    try (Pebble pebble = new Pebble(folder);
        GatewayProcess gateway = GatewayProcess.start(folder, wanting(pebble, ""))) {
      pebble.start(gateway.port("http"), gateway.port("https"));
      awaitCertificate(gateway, pebble);
      assertEquals(1, gateway.metric("gateway_acme_orders_total", "outcome=\"issued\""));
    }
  }

  @Test
  void accountIsBoundToAnExternalOne() {
    String external =
        "challenge: http-01\nexternal-account: {kid: %s, hmac: %s}"
            .formatted(Pebble.KID, Pebble.HMAC);
    try (Pebble pebble = new Pebble(folder).externalAccounts();
        GatewayProcess gateway = GatewayProcess.start(folder, wanting(pebble, external))) {
      pebble.start(gateway.port("http"), gateway.port("https"));
      awaitCertificate(gateway, pebble);
    }
  }

  @Test
  void certificateIsRenewedAndStaysWhenThatFails() {
    try (Pebble pebble = new Pebble(folder).lifetime(Duration.ofSeconds(15));
        GatewayProcess gateway = GatewayProcess.start(folder, wanting(pebble, ""))) {
      pebble.start(gateway.port("http"), gateway.port("https"));
      awaitCertificate(gateway, pebble);
      BigInteger first = serial(gateway);
      Eventually.within(PATIENCE, "another certificate", () -> !serial(gateway).equals(first));

      pebble.stop();
      gateway.proc().awaitLine(DOMAIN + " could not be renewed by .* is still used", PATIENCE);
      assertFalse(TlsProbe.get(gateway.port("https"), DOMAIN).selfSigned());
      assertTrue(gateway.metric("gateway_acme_orders_total", "unreachable") > 0);
    }
  }

  @Test
  void restartUsesWhatIsStoredAndDamageIsMended() throws IOException {
    try (Pebble pebble = new Pebble(folder)) {
      BigInteger first;
      try (GatewayProcess gateway = GatewayProcess.start(folder, wanting(pebble, ""))) {
        pebble.start(gateway.port("http"), gateway.port("https"));
        awaitCertificate(gateway, pebble);
        first = serial(gateway);
        gateway.terminate();
        assertEquals(0, gateway.proc().awaitExit(PATIENCE));
      }
      long orders = pebble.orders();
      pebble.stop();
      try (GatewayProcess gateway = GatewayProcess.start(folder, wanting(pebble, ""))) {
        assertEquals(first, serial(gateway));
        pebble.start(gateway.port("http"), gateway.port("https"));
        assertEquals(1, orders);

        Path file = stored();
        Files.writeString(file, "no PEM");
        gateway.proc().awaitLine(DOMAIN + ".pem: .* it is kept as .*damaged-", PATIENCE);
        awaitCertificate(gateway, pebble);
        assertNotEquals(first, serial(gateway));
        assertEquals(1, pebble.orders());
      }
    }
  }

  private static BigInteger serial(GatewayProcess gateway) {
    return TlsProbe.get(gateway.port("https"), DOMAIN).certificate().getSerialNumber();
  }

  private Path stored() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("kept"))) {
      return files.filter(file -> file.endsWith(DOMAIN + ".pem")).findFirst().orElseThrow();
    }
  }
}
