package dev.yumen.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Proc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archives that {@code mvn package} leaves, unpacked elsewhere. */
class DistributionIT {
  private static final Path TARGET = Path.of("..", "app", "target").toAbsolutePath().normalize();

  @TempDir Path folder;
  private Path home;

  @BeforeEach
  void unpack() throws IOException {
    Path archive = archive(".tar.gz");
    assertEquals(0, exitOf(List.of("tar", "xzf", archive.toString())));
    home = folder.resolve(archive.getFileName().toString().replace(".tar.gz", ""));
  }

  private static Path archive(String ending) throws IOException {
    try (Stream<Path> files = Files.list(TARGET)) {
      return files.filter(file -> file.toString().endsWith(ending)).findFirst().orElseThrow();
    }
  }

  private int exitOf(List<String> command) {
    try (Proc proc = Proc.start(folder, Map.of(), command)) {
      return proc.awaitExit(GatewayProcess.PATIENCE);
    }
  }

  private Proc launch(Map<String, String> environment, String... arguments) {
    String launcher = home.resolve("bin/yumen").toString();
    return Proc.start(
        folder, environment, Stream.concat(Stream.of(launcher), Stream.of(arguments)).toList());
  }

  @Test
  void everyJarOfOthersIsNamedInTheNotice() throws IOException {
    String notice = Files.readString(home.resolve("THIRD-PARTY.md"));
    try (Stream<Path> jars = Files.list(home.resolve("lib"))) {
      for (String jar : jars.map(file -> file.getFileName().toString()).toList()) {
        String name = jar.replaceAll("-\\d.*", "");
        boolean ours = name.startsWith("yumen");
        assertTrue(
            ours
                || notice.contains("`" + name + "`")
                || (name.startsWith("netty-") && notice.contains("`netty-*`"))
                || (name.startsWith("prometheus-metrics-")
                    && notice.contains("`prometheus-metrics-*`")),
            jar + " is not named in THIRD-PARTY.md");
      }
    }
    assertTrue(Files.exists(home.resolve("LICENSE")));
  }

  @Test
  void whatThePagesNameIsThere() {
    for (String file :
        List.of(
            "docs/metrics.md",
            "deploy/prometheus/alerts.yaml",
            "deploy/grafana/yumen.json",
            "examples/templates/ci-cd/.gitignore",
            "examples/templates/ci-cd/.env.example",
            "examples/templates/ci-cd/.github/workflows/gateway.yml")) {
      assertTrue(Files.isRegularFile(home.resolve(file)), file);
    }
  }

  @Test
  void bothArchivesHoldTheSame() throws IOException {
    try (ZipFile zip = new ZipFile(archive(".zip").toFile())) {
      List<String> zipped =
          zip.stream()
              .filter(entry -> !entry.isDirectory())
              .map(entry -> entry.getName())
              .sorted()
              .toList();
      try (Stream<Path> files = Files.walk(home)) {
        List<String> unpacked =
            files
                .filter(Files::isRegularFile)
                .map(file -> folder.relativize(file).toString())
                .sorted()
                .toList();
        assertEquals(zipped, unpacked);
      }
    }
  }

  @Test
  void launcherRunsTheQuickStartFromAnyFolderThroughALink() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), home.resolve("bin/yumen"));
    Map<String, String> environment =
        Map.of("API_GATEWAY_PORT", "0", "MANAGEMENT_PORT", "0", "YUMEN_AOT", "off");
    try (Proc proc = Proc.start(folder, environment, List.of(link.toString(), "run"))) {
      proc.awaitLine("Ctrl-C stops", GatewayProcess.PATIENCE);
      proc.signal("TERM");
      assertEquals(0, proc.awaitExit(GatewayProcess.PATIENCE), proc.output());
    }
  }

  @Test
  void cacheForFasterStartsIsMadeOnce() throws IOException {
    Map<String, String> environment =
        Map.of("API_GATEWAY_PORT", "0", "MANAGEMENT_PORT", "0", "YUMEN_AOT", "now");
    for (int start = 0; start < 2; start++) {
      try (Proc proc = launch(environment, "run")) {
        proc.awaitLine("Ctrl-C stops", GatewayProcess.PATIENCE);
        assertEquals(start == 0, proc.output().contains("Making a cache"), proc.output());
        assertFalse(proc.output().contains("[warning]"), proc.output());
        proc.signal("TERM");
        assertEquals(0, proc.awaitExit(GatewayProcess.PATIENCE), proc.output());
      }
      try (Stream<Path> caches = Files.list(home.resolve("aot"))) {
        assertEquals(1, caches.count());
      }
    }
  }
}
