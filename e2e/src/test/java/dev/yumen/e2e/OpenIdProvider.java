package dev.yumen.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.testkit.DebianProgram;
import dev.yumen.testkit.Issued;
import dev.yumen.testkit.Pki;
import dev.yumen.testkit.Proc;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An OpenID provider that others wrote, with pages to log in at: the npm package {@code
 * oidc-provider} in a process of its own. {@code npm ci} installs the versions of {@code
 * package-lock.json} into a folder of the test.
 */
final class OpenIdProvider implements AutoCloseable {
  private static final List<String> FILES =
      List.of("package.json", "package-lock.json", "provider.mjs");

  private final Proc proc;
  private final String issuer;

  private OpenIdProvider(Proc proc, String issuer) {
    this.proc = proc;
    this.issuer = issuer;
  }

  /**
   * Starts a provider for one client, {@code shop}.
   *
   * @param folder one that is not there yet
   * @param authority of its own certificate, and of those that it trusts
   * @param gateway the origin of the client
   * @param accessTokens how long they live
   */
  static OpenIdProvider start(Path folder, Pki authority, String gateway, Duration accessTokens) {
    Path node = DebianProgram.find("node", "nodejs");
    Path npm = DebianProgram.find("npm", "npm");
    try {
      Files.createDirectories(folder);
      for (String name : FILES) {
        try (InputStream file =
            OpenIdProvider.class.getResourceAsStream("openid-provider/" + name)) {
          Files.copy(Objects.requireNonNull(file), folder.resolve(name));
        }
      }
      Issued own = authority.server("127.0.0.1");
      Files.writeString(folder.resolve("ca.pem"), authority.rootPem());
      Files.writeString(folder.resolve("provider.pem"), own.chainPem() + own.keyPem());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> install =
        List.of(npm.toString(), "ci", "--ignore-scripts", "--no-audit", "--no-fund");
    try (Proc installing = Proc.start(folder, Map.of(), install)) {
      assertEquals(0, installing.awaitExit(GatewayProcess.PATIENCE), installing::output);
    }
    String seconds = Long.toString(accessTokens.toSeconds());
    Map<String, String> environment = Map.of("NODE_EXTRA_CA_CERTS", "ca.pem");
    List<String> command = List.of(node.toString(), "provider.mjs", gateway, seconds);
    Proc proc = Proc.start(folder, environment, command);
    try {
      return new OpenIdProvider(
          proc, proc.awaitLine("^provider at (\\S+)$", GatewayProcess.PATIENCE).group(1));
    } catch (AssertionError e) {
      proc.close();
      throw e;
    }
  }

  String issuer() {
    return issuer;
  }

  /** What it says about itself; for messages of tests. */
  String output() {
    return proc.output();
  }

  @Override
  public void close() {
    proc.close();
  }
}
