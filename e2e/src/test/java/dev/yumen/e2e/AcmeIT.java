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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Certificates of a real authority, ordered, kept and renewed by the real process. One gateway
 * orders from all the authorities at the same time, as most of an order is waiting; the last test
 * ends it.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AcmeIT {
  private static final String DOMAIN = "shop.example.com";
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration SHORT_LIFE = Duration.ofSeconds(9);

  private static final String REST =
      """
      management: {address: "127.0.0.1:0"}
      routes: [{id: all, match: {path: "/**"}, respond: {body: hello}}]
      """;

  @TempDir static Path folder;

  private static Pebble usual;
  private static Pebble external;
  private static Pebble hasty;
  private static GatewayProcess gateway;

  @BeforeAll
  static void start() throws IOException {
    usual = new Pebble(Files.createDirectory(folder.resolve("usual")));
    external = new Pebble(Files.createDirectory(folder.resolve("external"))).externalAccounts();
    hasty = new Pebble(Files.createDirectory(folder.resolve("hasty"))).lifetime(SHORT_LIFE);
    gateway =
        GatewayProcess.start(
            folder,
            """
            acme:
            %s%s%s%slisteners:
              http: {address: "127.0.0.1:0"}
              by-http: {address: "127.0.0.1:0", tls: {acme: {domains: [%6$s], issuer: by-http}}}
              by-tls: {address: "127.0.0.1:0", tls: {acme: {domains: [%6$s], issuer: by-tls}}}
              external: {address: "127.0.0.1:0", tls: {acme: {domains: [%6$s], issuer: external}}}
              hasty: {address: "127.0.0.1:0", tls: {acme: {domains: [%6$s], issuer: hasty}}}
            %5$s"""
                .formatted(
                    issuer("by-http", "usual", usual, "challenge: http-01"),
                    issuer("by-tls", "usual", usual, "challenge: tls-alpn-01"),
                    issuer(
                        "external",
                        "external",
                        external,
                        "challenge: http-01, external-account: {kid: %s, hmac: %s}"
                            .formatted(Pebble.KID, Pebble.HMAC)),
                    issuer("hasty", "hasty", hasty, "challenge: tls-alpn-01"),
                    REST,
                    DOMAIN));
    assertStandInServes();
    usual.start(gateway.port("http"), gateway.port("by-tls"));
    external.start(gateway.port("http"), gateway.port("external"));
    hasty.start(gateway.port("http"), gateway.port("hasty"));
  }

  private static String issuer(String name, String place, Pebble pebble, String more) {
    return """
      - {name: %s, directory: "%s", ca: %s/pebble.pem, agree-to-terms: true,
         email: ops@example.com, storage: kept/%s, %s}
    """
        .formatted(name, pebble.directory(), place, name, more);
  }

  private static void assertStandInServes() {
    TlsProbe.Seen before = TlsProbe.get(gateway.port("by-http"), DOMAIN);
    assertTrue(before.selfSigned());
    assertTrue(before.answer().endsWith("hello"), before.answer());
    gateway.proc().awaitLine("no certificate for " + DOMAIN + ".* no connection is", PATIENCE);
  }

  @AfterAll
  static void close() {
    for (AutoCloseable each : new AutoCloseable[] {gateway, usual, external, hasty}) {
      closeQuietly(each);
    }
  }

  private static void closeQuietly(AutoCloseable each) {
    try {
      if (each != null) {
        each.close();
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static TlsProbe.Seen awaitCertificate(String listener, Pebble pebble) {
    boolean there =
        Eventually.holdsWithin(
            PATIENCE, () -> !TlsProbe.get(gateway.port(listener), DOMAIN).selfSigned());
    if (!there) {
      throw new AssertionError(gateway.proc().output() + "\n\nPebble:\n" + pebble.output());
    }
    return TlsProbe.get(gateway.port(listener), DOMAIN);
  }

  private static BigInteger serial(String listener) {
    return TlsProbe.get(gateway.port(listener), DOMAIN).certificate().getSerialNumber();
  }

  @Test
  void firstCertificateComesByHttp01WhileClientsAreServed() {
    TlsProbe.Seen after = awaitCertificate("by-http", usual);
    assertTrue(after.answer().endsWith("hello"), after.answer());
    assertEquals("hello", gateway.get("/.well-known/acme-challenge/nobody").text());
  }

  @Test
  void firstCertificateComesByTlsAlpn01() {
    awaitCertificate("by-tls", usual);
    String issued = "issuer=\"by-tls\",outcome=\"issued\"";
    assertEquals(1, gateway.metric("gateway_acme_orders_total", issued));
  }

  @Test
  void accountIsBoundToAnExternalOne() {
    awaitCertificate("external", external);
  }

  @Test
  void certificateIsRenewedAndStaysWhenThatFails() {
    awaitCertificate("hasty", hasty);
    BigInteger first = serial("hasty");
    Eventually.within(PATIENCE, "another certificate", () -> !serial("hasty").equals(first));

    hasty.stop();
    gateway.proc().awaitLine(DOMAIN + " could not be renewed by .* is still used", PATIENCE);
    assertFalse(TlsProbe.get(gateway.port("hasty"), DOMAIN).selfSigned());
    String unreachable = "issuer=\"hasty\",outcome=\"unreachable\"";
    assertTrue(gateway.metric("gateway_acme_orders_total", unreachable) > 1);
  }

  /** Ends the gateway, and goes on with another one, which knows one authority alone. */
  @Test
  @Order(Integer.MAX_VALUE)
  void restartUsesWhatIsStoredAndDamageIsMended() throws IOException {
    BigInteger first = awaitCertificate("by-tls", usual).certificate().getSerialNumber();
    gateway.terminate();
    assertEquals(0, gateway.proc().awaitExit(PATIENCE));
    usual.stop();
    gateway =
        GatewayProcess.start(
            folder,
            """
            acme:
            %slisteners:
              http: {address: "127.0.0.1:0"}
              by-tls: {address: "127.0.0.1:0", tls: {acme: {domains: [%s], issuer: by-tls}}}
            %s"""
                .formatted(
                    issuer("by-tls", "usual", usual, "challenge: tls-alpn-01"), DOMAIN, REST));
    assertEquals(first, serial("by-tls"));
    usual.start(gateway.port("http"), gateway.port("by-tls"));

    Files.writeString(stored(), "no PEM");
    gateway.proc().awaitLine(DOMAIN + ".pem: .* it is kept as .*damaged-", PATIENCE);
    BigInteger second = awaitCertificate("by-tls", usual).certificate().getSerialNumber();
    assertNotEquals(first, second);
    assertEquals(1, usual.orders());
  }

  private static Path stored() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("kept/by-tls"))) {
      return files.filter(file -> file.endsWith(DOMAIN + ".pem")).findFirst().orElseThrow();
    }
  }
}
