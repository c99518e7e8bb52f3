package dev.yumen.config;

import java.net.URI;
import java.nio.file.Path;

/**
 * Where the certificates of one authority are kept. It is a folder for each directory, so that
 * those of a test authority are not taken for the real ones.
 */
public final class AcmeStorage {
  private final Path folder;

  private AcmeStorage(Path folder) {
    this.folder = folder;
  }

  /**
   * @param base the folder that relative names count from
   */
  public static AcmeStorage of(GatewayConfig config, AcmeConfig issuer, Path base) {
    Path written = issuer.storage();
    Path root = written == null ? config.runtime().state().resolve("acme") : written;
    return new AcmeStorage(base.resolve(root).resolve(folderName(issuer.directory())).normalize());
  }

  /** Such as {@code acme-v02.api.letsencrypt.org-directory}. */
  private static String folderName(URI directory) {
    String port = directory.getPort() < 0 ? "" : "-" + directory.getPort();
    return (directory.getHost() + port + directory.getPath()).replaceAll("[^A-Za-z0-9._-]+", "-");
  }

  /** What is kept of this authority. */
  public Path folder() {
    return folder;
  }

  /** Private key and chain for a domain. */
  public Path certificate(String domain) {
    return folder.resolve(domain + ".pem");
  }
}
