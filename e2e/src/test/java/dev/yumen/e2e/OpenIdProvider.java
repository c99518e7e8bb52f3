package dev.yumen.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.testkit.DebianProgram;
import dev.yumen.testkit.Issued;
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
   * @param own its certificate, for 127.0.0.1
   * @param gateway the origin of the client
   * @param accessTokens how long they live
   */
  static OpenIdProvider start(Path folder, Issued own, String gateway, Duration accessTokens) {
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
    Proc proc =
        Proc.start(folder, Map.of(), List.of(node.toString(), "provider.mjs", gateway, seconds));
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

  @Override
  public void close() {
    proc.close();
  }
}
