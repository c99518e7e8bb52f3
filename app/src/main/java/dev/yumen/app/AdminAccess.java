package dev.yumen.app;

import dev.yumen.api.InputFile;
import dev.yumen.app.Main.BadInput;
import dev.yumen.dataplane.tls.JdkTls;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a command shows to an admin API, and whom it trusts there. */
final class AdminAccess {
  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "File with the token; without, the variable " + AdminToken.VARIABLE + " is used.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description =
          "PEM file with the authorities that are trusted for https; without, those of the JDK.")
  private @Nullable Path ca;

  /**
   * A client, to be closed.
   *
   * @throws BadInput when a file can not be used
   */
  AdminClient open(URI base, Map<String, String> environment) {
    return new AdminClient(base, AdminToken.of(tokenFile, environment), trusted());
  }

  private @Nullable SSLContext trusted() {
    if (ca == null) {
      return null;
    }
    try {
      if (Files.size(ca) > InputFile.MOST_BYTES) {
        throw new IOException("longer than 1 MiB");
      }
      return JdkTls.context(new InputFile(ca.toString(), Files.readAllBytes(ca)), null);
    } catch (IOException e) {
      throw new BadInput(
          "--ca %s: %s (expected: a PEM file with certificates)"
              .formatted(ca, ReadableFile.why(ca, e)));
    }
  }
}
