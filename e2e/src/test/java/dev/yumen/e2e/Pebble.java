package dev.yumen.e2e;

import dev.yumen.testkit.DebianProgram;
import dev.yumen.testkit.LocalServer;
import dev.yumen.testkit.Proc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * An ACME authority of Let's Encrypt's making for tests. Nothing of it is kept: started again, it
 * knows neither accounts nor orders, and signs with another key.
 */
final class Pebble implements AutoCloseable {
  /** The only key of an account that it binds others to, when it is told to. */
  static final String KID = "kid-1";

  static final String HMAC = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";

  private final Path program = DebianProgram.find("pebble", "pebble");
  private final Path folder;
  private final int port = LocalServer.freePort();
  private final LocalNames names = new LocalNames();
  private final Map<String, String> environment = new HashMap<>();
  private Duration lifetime = Duration.ofDays(90);
  private boolean externalAccounts;
  private @Nullable Proc proc;

  /** Does not run yet. */
  Pebble(Path folder) {
    this.folder = folder;
    environment.put("PEBBLE_VA_NOSLEEP", "1");
    environment.put("PEBBLE_AUTHZREUSE", "0"); // every order is validated
    writeOwnCertificate();
  }

  /** How long its certificates are valid. */
  Pebble lifetime(Duration changed) {
    lifetime = changed;
    return this;
  }

  /** Gives accounts only to who is bound to {@link #KID}. */
  Pebble externalAccounts() {
    externalAccounts = true;
    return this;
  }

  /** Runs until {@link #stop}; it validates at these ports of ours. */
  void start(int httpPort, int tlsPort) {
    String config =
        """
        {"pebble": {
          "listenAddress": "127.0.0.1:%d",
          "certificate": "pebble.pem",
          "privateKey": "pebble.key",
          "httpPort": %d,
          "tlsPort": %d,
          "externalAccountBindingRequired": %s,
          "externalAccountMACKeys": {"%s": "%s"},
          "certificateValidityPeriod": %d
        }}
        """
            .formatted(port, httpPort, tlsPort, externalAccounts, KID, HMAC, lifetime.toSeconds());
    write("pebble.json", config);
    List<String> command =
        List.of(program.toString(), "-config", "pebble.json", "-dnsserver", names.address());
    Proc started = Proc.start(folder, environment, command);
    proc = started;
    started.awaitLine("Listening on", GatewayProcess.PATIENCE);
  }

  void stop() {
    if (proc != null) {
      proc.close();
      proc = null;
    }
  }

  /** Orders that were placed since it runs. */
  long orders() {
    return Objects.requireNonNull(proc).lines().stream()
        .filter(line -> line.contains("Added order"))
        .count();
  }

  String output() {
    return Objects.requireNonNull(proc).output();
  }

  /** The address of its directory. */
  String directory() {
    return "https://127.0.0.1:" + port + "/dir";
  }

  @Override
  public void close() {
    stop();
    names.close();
  }

  /** What it shows to its clients; vouched for by itself. */
  private void writeOwnCertificate() {
    try {
      KeyPair pair = KeyPairGenerator.getInstance("EC").generateKeyPair();
      X500Name name = new X500Name("CN=pebble");
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              name,
              BigInteger.ONE,
              Date.from(Instant.now().minus(Duration.ofDays(1))),
              Date.from(Instant.now().plus(Duration.ofDays(1))),
              name,
              pair.getPublic());
      GeneralName address = new GeneralName(GeneralName.iPAddress, "127.0.0.1");
      builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(address));
      X509CertificateHolder certificate =
          builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
      write("pebble.pem", pem("CERTIFICATE", certificate.getEncoded()));
      write("pebble.key", pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String label, byte[] content) {
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, lines, label);
  }

  private void write(String name, String text) {
    try {
      Files.writeString(folder.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
