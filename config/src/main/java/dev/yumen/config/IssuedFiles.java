package dev.yumen.config;

import dev.yumen.api.InputFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads the certificates that ACME gave for the domains of a configuration. One that is not there
 * is no mistake, as it may come at any time; it is noted for watching like the others.
 */
final class IssuedFiles {
  private final GatewayConfig config;
  private final SourceFiles files;
  private final Problems problems;

  IssuedFiles(GatewayConfig config, SourceFiles files, Problems problems) {
    this.config = config;
    this.files = files;
    this.problems = problems;
  }

  Map<AcmeDomain, InputFile> read() {
    Map<AcmeDomain, InputFile> found = new LinkedHashMap<>();
    for (AcmeDomain domain : config.acmeDomains()) {
      AcmeConfig issuer = config.issuer(domain.issuer());
      if (issuer != null) {
        read(domain, AcmeStorage.of(config, issuer, files.folder()), found);
      }
    }
    return found;
  }

  private void read(AcmeDomain domain, AcmeStorage storage, Map<AcmeDomain, InputFile> found) {
    Path file = storage.certificate(domain.domain());
    String name = files.name(file);
    try {
      found.put(domain, new InputFile(name, files.bytes(file, InputFile.MOST_BYTES)));
    } catch (NoSuchFileException _) {
      // Not ordered yet.
    } catch (IOException e) {
      problems.warning(
          null,
          At.TOP.key("acme"),
          "%s can not be read: %s; clients of %s get a self-signed certificate"
              .formatted(name, SourceFiles.reason(e), domain));
    }
  }
}
