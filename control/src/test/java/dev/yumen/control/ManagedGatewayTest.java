package dev.yumen.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.ConfigReader;
import dev.yumen.config.LoadedConfig;
import dev.yumen.control.publish.ReloadStatus.Live;
import dev.yumen.control.publish.ReloadStatus.Origin;
import dev.yumen.dataplane.audit.AuditCheck;
import dev.yumen.testkit.Eventually;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManagedGatewayTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String PORTS =
      """
      listeners: {http: {address: "127.0.0.1:0"}}
      management: {address: "127.0.0.1:0"}
      runtime: {loops: 1}
      """;

  @TempDir Path folder;

  private final HttpClient client = HttpClient.newHttpClient();
  private final List<ManagedGateway> started = new ArrayList<>();
  private final List<LoadedConfig> live = new ArrayList<>();

  @AfterEach
  void close() {
    started.forEach(ManagedGateway::close);
    client.close();
  }

  @Test
  void aChangedFileChangesTheAnswers() throws Exception {
    write(answering("one"));
    ManagedGateway gateway = start(Map.of());
    assertEquals("one", get(gateway, "http", "/"));
    write(answering("two"));
    Eventually.within(SOON, () -> number(gateway) == 2);

    assertEquals("two", get(gateway, "http", "/"));
    assertEquals(2, live.size());
  }

  @Test
  void aBrokenFileChangesNothingAndShowsInReady() throws Exception {
    write(answering("one"));
    ManagedGateway gateway = start(Map.of());
    write(answering("two") + "nonsense: 1\n");
    Eventually.within(SOON, () -> gateway.status().rejected() != null);

    assertEquals("one", get(gateway, "http", "/"));
    String ready = get(gateway, "management", "/ready");
    assertTrue(ready.contains("yumen.yaml:"), ready);
    assertTrue(ready.contains("nonsense"), ready);
    assertTrue(
        get(gateway, "management", "/metrics")
            .contains("gateway_config_reloads_total{result=\"rejected\"} 1.0"));

    write(answering("three"));
    Eventually.within(SOON, () -> number(gateway) == 2);
    assertEquals("three", get(gateway, "http", "/"));
    assertNull(gateway.status().rejected());
  }

  @Test
  void changesAndRefusalsAreInTheAuditLog() throws Exception {
    String audit = "audit: audit.jsonl\n";
    write(answering("one") + audit);
    ManagedGateway gateway = start(Map.of());
    write(answering("two") + audit + "nonsense: 1\n");
    Eventually.within(SOON, () -> gateway.status().rejected() != null);
    write(answering("three") + audit);
    Eventually.within(SOON, () -> number(gateway) == 2);
    gateway.close();

    Path file = folder.resolve("audit.jsonl");
    List<String> lines = Files.readAllLines(file);
    assertEquals(
        List.of("start", "config-applied", "config-refused", "config-applied", "stop"),
        lines.stream().map(line -> line.replaceFirst(".*\"kind\":\"([a-z-]+)\".*", "$1")).toList());
    assertTrue(lines.get(2).contains("\"by\":\"file-change\""), lines.get(2));
    assertTrue(lines.get(2).contains("nonsense"), lines.get(2));
    assertTrue(lines.get(3).contains("\"number\":2"), lines.get(3));
    assertNull(AuditCheck.of(List.of(file), List.of(), null).broken());
  }

  @Test
  void aStartWithABrokenFileUsesTheLastGood() throws Exception {
    write(answering("${BODY}"));
    start(Map.of("BODY", "secret text")).close();
    String kept = Files.readString(folder.resolve(".yumen/last-good.yaml"));
    assertTrue(kept.contains("${BODY}"), kept);
    assertFalse(kept.contains("secret text"), kept);

    write("routes: [\n");
    ManagedGateway gateway = start(Map.of("BODY", "secret text"));
    assertEquals("secret text", get(gateway, "http", "/"));
    assertEquals(Origin.LAST_GOOD, liveOf(gateway).origin());
    assertNotNull(gateway.status().rejected());

    write(answering("repaired"));
    Eventually.within(SOON, () -> liveOf(gateway).origin() == Origin.FILES);
    assertEquals("repaired", get(gateway, "http", "/"));
  }

  @Test
  void theStateFolderIsFoundInABrokenFile() throws Exception {
    String state = "runtime: {loops: 1, state: kept/here}\n";
    write(answering("one").replace("runtime: {loops: 1}\n", state));
    start(Map.of()).close();
    write(answering("two").replace("runtime: {loops: 1}\n", state) + "nonsense: 1\n");

    assertEquals("one", get(start(Map.of()), "http", "/"));
    assertFalse(Files.exists(folder.resolve(".yumen")));
  }

  @Test
  void aFileThatDoesNotCompileUsesTheLastGoodToo() throws Exception {
    write(answering("one"));
    start(Map.of()).close();
    String twice = "  - {id: again, match: {path: \"/**\"}, respond: {status: 204}}\n";
    write(answering("two") + twice);

    assertEquals("one", get(start(Map.of()), "http", "/"));
  }

  @Test
  void withoutALastGoodABrokenFileDoesNotStart() throws IOException {
    write(answering("one") + "nonsense: 1\n");

    ManagedGateway.NotStarted failure =
        assertThrows(ManagedGateway.NotStarted.class, () -> start(Map.of()));
    assertEquals(1, failure.problems().size());
  }

  @Test
  void theLastGoodOfAnotherFileIsNotUsed() throws Exception {
    write(answering("one"));
    start(Map.of()).close();
    Path other = Files.writeString(folder.resolve("other.yaml"), "nonsense: 1\n");

    assertThrows(ManagedGateway.NotStarted.class, () -> start(other, Map.of()));
  }

  @Test
  void aPortInUseIsNoReasonForTheLastGood() throws Exception {
    write(answering("one"));
    ManagedGateway first = start(Map.of());
    int port = address(first, "http").getPort();
    first.stopFollowing();
    write(answering("two").replaceFirst("127.0.0.1:0", "127.0.0.1:" + port));

    ManagedGateway.NotStarted failure =
        assertThrows(ManagedGateway.NotStarted.class, () -> start(Map.of()));
    assertTrue(failure.problems().toString().contains("" + port), failure.problems()::toString);
  }

  private ManagedGateway start(Map<String, String> environment) throws ManagedGateway.NotStarted {
    return start(folder.resolve("yumen.yaml"), environment);
  }

  private ManagedGateway start(Path main, Map<String, String> environment)
      throws ManagedGateway.NotStarted {
    ManagedGateway gateway =
        ManagedGateway.start(main, new ConfigReader(Map.of(), environment), live::add);
    started.add(gateway);
    return gateway;
  }

  private static String answering(String body) {
    return PORTS
        + "routes:\n  - {id: all, match: {path: \"/**\"}, respond: {status: 200, body: \""
        + body
        + "\"}}\n";
  }

  private void write(String text) throws IOException {
    Path written = Files.writeString(folder.resolve("yumen.yaml.new"), text);
    Files.move(
        written,
        folder.resolve("yumen.yaml"),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.ATOMIC_MOVE);
  }

  private String get(ManagedGateway gateway, String listener, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + address(gateway, listener).getPort() + path);
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
  }

  private static InetSocketAddress address(ManagedGateway gateway, String listener) {
    InetSocketAddress address = gateway.gateway().addresses().get(listener);
    assertNotNull(address);
    return address;
  }

  private static long number(ManagedGateway gateway) {
    return liveOf(gateway).number();
  }

  private static Live liveOf(ManagedGateway gateway) {
    Live live = gateway.status().live();
    assertNotNull(live);
    return live;
  }
}
