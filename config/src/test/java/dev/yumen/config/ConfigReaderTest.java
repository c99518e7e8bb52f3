package dev.yumen.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.LogConfig.Level;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ConfigReaderTest {
  @TempDir Path temporary;
  private ConfigFolder folder = new ConfigFolder(Path.of("."));

  @BeforeEach
  void openFolder() {
    folder = ConfigFolder.in(temporary);
  }

  private static String route(String id, int status) {
    return "  - {id: %s, respond: {status: %d}}\n".formatted(id, status);
  }

  private static List<String> ids(GatewayConfig config) {
    return config.routes().stream().map(RouteConfig::id).toList();
  }

  private static String address(GatewayConfig config, String listener) {
    return Objects.requireNonNull(config.listeners().get(listener)).address().toString();
  }

  private static List<String> text(LoadedConfig loaded) {
    return loaded.problems().stream().map(Problem::toString).toList();
  }

  @Test
  void aFileOfCommentsIsTheDefaultsWithAWarning() {
    LoadedConfig loaded = folder.with("yumen.yaml", "# later\n").load();
    assertEquals(
        List.of("yumen.yaml:1:1 warning: there are no settings in the file"), text(loaded));
    GatewayConfig config = Objects.requireNonNull(loaded.config());
    assertEquals("0.0.0.0:8080", address(config, "http"));
    assertEquals("0.0.0.0:8081", config.management().address().toString());
    assertEquals(Duration.ofSeconds(30), config.shutdown().drain());
  }

  @Test
  void sectionsWithNothingInThemAreTheDefaults() {
    GatewayConfig config =
        folder.with("yumen.yaml", "log:\nlimits: {}\nroutes:\nupstreams: ~\n").read();
    assertEquals(Level.INFO, config.log().level());
    assertEquals(100, config.limits().headerCount());
    assertEquals(List.of(), config.routes());
  }

  @Test
  void aMissingFileIsOneSentence() {
    assertEquals(List.of("yumen.yaml can not be read: there is no such file"), text(folder.load()));
    assertNull(folder.load().config());
  }

  @Test
  void bytesThatAreNotUtf8AreFound() throws IOException {
    byte[] bytes = "log:\n  level: é\n".getBytes(StandardCharsets.ISO_8859_1);
    Files.write(folder.path().resolve("yumen.yaml"), bytes);
    assertEquals(List.of("yumen.yaml:2:10 byte 0xe9 is not UTF-8"), text(folder.load()));
  }

  @Test
  void bytesThatEndWithinACharacterAreFound() throws IOException {
    Files.write(folder.path().resolve("yumen.yaml"), new byte[] {'a', '\n', (byte) 0xe7});
    assertEquals(List.of("yumen.yaml:2:1 byte 0xe7 is not UTF-8"), text(folder.load()));
  }

  @Test
  void aByteOrderMarkIsSkipped() {
    assertEquals(
        Level.WARN, folder.with("yumen.yaml", "\ufefflog: {level: warn}").read().log().level());
  }

  @Test
  void listsOfIncludedFilesAreAppendedInTheOrderOfNames() {
    folder
        .with("yumen.yaml", "include: ['routes/*.yaml']\nroutes:\n" + route("own", 200))
        .with("routes/b.yaml", "routes:\n" + route("b", 200))
        .with("routes/a.yaml", "include: [more/c.json]\nroutes:\n" + route("a", 200))
        .with("routes/more/c.json", "{\"routes\": [{\"id\": \"c\", \"respond\": {}}]}");
    assertEquals(List.of("own", "a", "c", "b"), ids(folder.read()));
  }

  @Test
  void mappingsOfIncludedFilesAreUnited() {
    folder
        .with("yumen.yaml", "include: more.yaml\nlisteners: {a: {address: '127.0.0.1:1'}}\n")
        .with("more.yaml", "listeners: {b: {address: '127.0.0.1:2'}}\nlog: {level: warn}\n");
    GatewayConfig config = folder.read();
    assertEquals(List.of("a", "b"), List.copyOf(config.listeners().keySet()));
    assertEquals(Level.WARN, config.log().level());
  }

  @Test
  void aGlobThatMatchesTheFileItselfLeavesItOut() {
    folder
        .with("yumen.yaml", "include: ['*.yaml']\nroutes:\n" + route("a", 200))
        .with("more.yaml", "routes:\n" + route("b", 200));
    assertEquals(List.of("a", "b"), ids(folder.read()));
  }

  @Test
  void aFileThatTwoOthersIncludeIsReadOnce() {
    folder
        .with("yumen.yaml", "include: [a.yaml, b.yaml]\n")
        .with("a.yaml", "include: shared.yaml\n")
        .with("b.yaml", "include: shared.yaml\n")
        .with("shared.yaml", "routes:\n" + route("a", 200));
    assertEquals(List.of("a"), ids(folder.read()));
  }

  @Test
  void globsWithTwoStarsReachEveryDepth() {
    folder
        .with("yumen.yaml", "include: 'routes/**.yaml'\n")
        .with("routes/a.yaml", "routes:\n" + route("a", 200))
        .with("routes/x/y/b.yaml", "routes:\n" + route("b", 200));
    assertEquals(List.of("a", "b"), ids(folder.read()));
  }

  @Test
  void aGlobLooksIntoHiddenFoldersOnlyWhenItNamesThem() {
    folder
        .with("yumen.yaml", "include: '**.yaml'\n")
        .with("a.yaml", "routes:\n" + route("a", 200))
        .with(".yumen/last-good.yaml", "routes:\n" + route("a", 200));
    assertEquals(List.of("a"), ids(folder.read()));
    folder.with("yumen.yaml", "include: '.y*/*.yaml'\n");
    assertEquals(List.of("a"), ids(folder.read()));
  }

  @Test
  void aFolderIsReadInTheOrderOfNames() {
    folder
        .with("conf/b.yml", "routes:\n" + route("b", 200))
        .with("conf/a.json", "{\"routes\": [{\"id\": \"a\", \"respond\": {}}]}")
        .with("conf/c.yaml", "log: {level: warn}\n")
        .with("conf/notes.txt", "no configuration");
    LoadedConfig loaded = folder.loadFile("conf");
    assertEquals(List.of("a", "b"), ids(ConfigFolder.good(loaded)));
    assertEquals(folder.path().resolve("conf"), loaded.folder());
    assertEquals(List.of(new Listing(loaded.folder(), "*.{yaml,yml,json}", 1)), loaded.listings());
  }

  @Test
  void aFolderWithoutConfigurationIsAProblem() {
    folder.with("conf/notes.txt", "");
    Path conf = folder.path().resolve("conf");
    assertEquals(
        List.of(conf + " has no file *.yaml, *.yml or *.json"), text(folder.loadFile("conf")));
  }

  @Test
  void anOverlayIsLaidOverKeyByKeyAndRoutesById() {
    folder
        .with(
            "yumen.yaml",
            """
            trusted-proxies: [10.0.0.0/8]
            limits: {header-count: 50, buffer: 8KiB}
            upstreams:
              users: {endpoints: ["127.0.0.1:1"], balance: random}
            routes:
              - {id: "${PREFIX}a", to: users}
              - {id: b, to: users}
            """)
        .with(
            "yumen-prod.yaml",
            """
            trusted-proxies: [192.168.0.0/16]
            limits: {buffer: 16KiB}
            upstreams:
              users: {endpoints: ["127.0.0.1:2"]}
            log:
            routes:
              - {id: b, respond: {status: 503}}
              - {id: c, to: users}
              - {id: x-a, respond: {status: 201}}
            """);
    GatewayConfig config = folder.read("API_GATEWAY_ENV", "prod", "PREFIX", "x-");
    assertEquals(List.of("x-a", "b", "c"), ids(config));
    assertEquals(201, Objects.requireNonNull(config.routes().get(0).respond()).status());
    assertEquals(503, Objects.requireNonNull(config.routes().get(1).respond()).status());
    assertEquals("[192.168.0.0/16]", config.trustedProxies().toString());
    assertEquals(50, config.limits().headerCount());
    assertEquals("16KiB", config.limits().buffer().toString());
    UpstreamConfig users = Objects.requireNonNull(config.upstreams().get("users"));
    assertEquals(BalanceConfig.Way.RANDOM, users.balance().way());
    assertEquals("127.0.0.1:2", users.endpoints().getFirst().address().toString());
  }

  @Test
  void aVariableThatTheOverlayReplacesNeedNotBeSet() {
    folder
        .with("yumen.yaml", "log: {level: '${LEVEL}'}\n")
        .with("yumen-dev.yaml", "log: {level: debug}\n");
    assertEquals(Level.DEBUG, folder.read("API_GATEWAY_ENV", "dev").log().level());
  }

  @Test
  void anOverlayHasTheMainFilesNameAndMayInclude() {
    folder
        .with("gateway.yml", "routes:\n" + route("a", 200))
        .with("gateway-prod.yml", "include: prod/*.yaml\n")
        .with("prod/more.yaml", "routes:\n" + route("b", 200));
    GatewayConfig config =
        ConfigFolder.good(folder.loadFile("gateway.yml", "API_GATEWAY_ENV", "prod"));
    assertEquals(List.of("a", "b"), ids(config));
  }

  @Test
  void textIsReadWithoutAnOverlay() {
    folder.with("yumen-prod.yaml", "log: {level: debug}").with("a.yaml", "metrics: {}");
    LoadedConfig loaded =
        ConfigFolder.reader("API_GATEWAY_ENV", "prod")
            .readText("request", "include: a.yaml\nlog: {level: warn}\n", folder.path());
    assertEquals(Level.WARN, ConfigFolder.good(loaded).log().level());
    assertEquals("request:2:14", String.valueOf(loaded.positions().get("log.level")));
  }

  @Test
  void variablesDecideSettings() {
    folder.with("yumen.yaml", "listeners: {web: {address: '127.0.0.1:1'}}\nlog: {level: info}\n");
    GatewayConfig config =
        folder.read("API_GATEWAY_PORT", "7000", "LOG_LEVEL", "WARN", "METRICS_ENABLED", "False");
    assertEquals("127.0.0.1:7000", address(config, "web"));
    assertEquals(Level.WARN, config.log().level());
    assertEquals(false, config.metrics().enabled());
  }

  @Test
  void emptyVariablesAreNotSet() {
    folder.with("yumen.yaml", "log: {level: warn}");
    assertEquals(Level.WARN, folder.read("LOG_LEVEL", "", "API_GATEWAY_ENV", " ").log().level());
  }

  @Test
  void theVariableForAConfigurationCentreTakesThePlaceOfAnyOtherSource() throws IOException {
    String url = "https://config.internal/yumen.yaml";
    folder.with("yumen.yaml", "source: {http: {interval: 9s}}");
    SourceConfig source = folder.read("CONFIG_CENTER_URL", url).source();
    assertNotNull(source);
    assertNotNull(source.http());
    assertEquals(URI.create(url), source.http().url());
    assertEquals(Duration.ofSeconds(9), source.http().interval());
    folder.with("yumen.yaml", "source: {etcd: 'http://127.0.0.1:2379'}");
    SourceConfig other = folder.read("CONFIG_CENTER_URL", url).source();
    assertNotNull(other);
    assertNull(other.etcd());
    assertNotNull(other.http());
  }

  @Test
  void thePortVariableMovesTheListenerNamedHttp() {
    folder.with(
        "yumen.yaml",
        "listeners: {a: {address: '[::1]:1'}, http: {address: '${HOST:-[::]}:${PORT:-2}'}}");
    GatewayConfig config = folder.read("API_GATEWAY_PORT", "7000");
    assertEquals("[::1]:1", address(config, "a"));
    assertEquals("[::]:7000", address(config, "http"));
  }

  @Test
  void thePortVariableMovesTheListenerThatIsThereByDefault() {
    folder.with("yumen.yaml", "log: {level: warn}");
    assertEquals("0.0.0.0:7000", address(folder.read("API_GATEWAY_PORT", "7000"), "http"));
  }

  @Test
  void everyFileThatWasReadOrLookedForIsNamed() {
    folder
        .with("yumen.yaml", "include: 'more/*.yaml'\nlog: {level: '${file:level.txt}'}\n")
        .with("more/a.yaml", "metrics: {}")
        .with("level.txt", "warn\n")
        .with(".env", "A=b\n");
    LoadedConfig loaded = folder.load("API_GATEWAY_ENV", "prod");
    List<Path> expected = new ArrayList<>();
    for (String name :
        List.of(".env", "yumen.yaml", "more/a.yaml", "yumen-prod.yaml", "level.txt")) {
      expected.add(folder.path().resolve(name));
    }
    assertEquals(expected, loaded.files());
    Path more = folder.path().resolve("more");
    assertEquals(List.of(new Listing(more, "*.yaml", 1)), loaded.listings());
  }

  @Test
  void aFolderThatAGlobWouldLookIntoIsNamedBeforeItIsThere() {
    folder.with("yumen.yaml", "include: 'more/*.yaml'\n");
    Path more = folder.path().resolve("more");
    assertEquals(List.of(new Listing(more, "*.yaml", 1)), folder.load().listings());
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void pipesAreRefusedWhereverAFileIsNamed() throws IOException, InterruptedException {
    folder
        .with("yumen.yaml", "include: [pipe, 'more/*.yaml']\nlog: {level: '${file:pipe}'}\n")
        .with("more/a.yaml", "metrics: {}");
    pipe("pipe");
    pipe("more/b.yaml");
    assertEquals(
        List.of(
            "pipe can not be read: it is no regular file",
            "more/b.yaml can not be read: it is no regular file",
            "yumen.yaml:2:14 log.level: ${file:pipe} can not be read: it is no regular file"),
        folder.load().problems().stream().map(Problem::toString).toList());
    assertEquals(
        List.of("pipe can not be read: it is no regular file"),
        folder.loadFile("pipe").problems().stream().map(Problem::toString).toList());
    assertEquals(
        List.of("b.yaml can not be read: it is no regular file"),
        folder.loadFile("more").problems().stream().map(Problem::toString).toList());
  }

  private void pipe(String name) throws IOException, InterruptedException {
    Process mkfifo =
        new ProcessBuilder("mkfifo", folder.path().resolve(name).toString()).inheritIO().start();
    assertEquals(0, mkfifo.waitFor());
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aLinkThatLeadsNowhereIsNoFileOfAFolder() throws IOException {
    folder.with("conf/a.yaml", "routes:\n" + route("a", 200));
    Path lock = folder.path().resolve("conf/.#a.yaml"); // an editor's, while it has the file open
    Files.createSymbolicLink(lock, Path.of("somebody@here.1"));
    assertEquals(List.of("a"), ids(ConfigFolder.good(folder.loadFile("conf"))));
  }

  @Test
  void theHashFollowsTheFilesAndNotTheEnvironment() {
    folder.with("yumen.yaml", "include: a.yaml\nlog: {level: '${LEVEL}'}\n").with("a.yaml", "");
    String first = folder.load("LEVEL", "info").hash();
    assertTrue(first.matches("[0-9a-f]{64}"), first);
    assertEquals(first, folder.load("LEVEL", "warn").hash());
    folder.with("a.yaml", "# changed\n");
    assertNotEquals(first, folder.load("LEVEL", "info").hash());
  }

  @Test
  void equalFilesMakeEqualRecords() {
    folder.with(
        "yumen.yaml",
        "filters: [{rate-limit: {rate: 5}}]\nroutes:\n" + route("a", 200) + route("b", 404));
    assertEquals(folder.read(), folder.read());
  }

  @Test
  void mapsKeepTheOrderWritten() {
    folder.with(
        "yumen.yaml",
        "routes: [{id: a, respond: {headers: {z: '1', a: '2', m: '3', b: '4', y: '5'}}}]");
    RouteConfig route = folder.read().routes().getFirst();
    assertEquals(
        List.of("z", "a", "m", "b", "y"),
        List.copyOf(Objects.requireNonNull(route.respond()).headers().keySet()));
  }

  @Test
  void manyProblemsAreCounted() {
    StringBuilder yaml = new StringBuilder("routes:\n");
    for (int i = 0; i < 1500; i++) {
      yaml.append("  - {id: r").append(i).append(", respond: {status: 1}}\n");
    }
    List<String> problems = text(folder.with("yumen.yaml", yaml.toString()).load());
    assertEquals(1001, problems.size());
    assertEquals("and 500 more problems", problems.getLast());
  }

  @Test
  void aFileThatIsTooLargeIsNotRead() throws IOException {
    Path file = folder.path().resolve("yumen.yaml");
    try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
      large.setLength(SourceFiles.MOST_BYTES + 1L);
    }
    assertEquals(
        List.of("yumen.yaml can not be read: it has more than 67108864 bytes"),
        text(folder.load()));
  }

  @Test
  void manyRoutesToUnknownUpstreamsAreFound() {
    StringBuilder yaml = new StringBuilder("upstreams:\n");
    for (int i = 0; i < 2_000; i++) {
      yaml.append("  upstream-").append(i).append(": {endpoints: 'a:1'}\n");
    }
    yaml.append("routes:\n");
    for (int i = 0; i < 10_000; i++) {
      yaml.append("  - {id: r").append(i).append(", to: upstraem-").append(i).append("}\n");
    }
    folder.with("yumen.yaml", yaml.toString());
    assertEquals(1001, text(folder.load()).size());
  }

  @Test
  void aCharacterMayStandAcrossTheEndOfAPieceThatIsRead() {
    for (int length = 1_015; length < 1_035; length++) {
      String text = "# " + "x".repeat(length) + "\ud83d\ude00\nlog: {level: debug}\n";
      ConfigFolder.good(ConfigFolder.reader().readText("text", text, Path.of(".")));
    }
  }
}
