package dev.yumen.control.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.ConfigReader;
import dev.yumen.config.GatewayConfig;
import dev.yumen.control.ManagedGateway;
import dev.yumen.control.ManagedGateway.NotStarted;
import dev.yumen.control.publish.ReloadStatus.Live;
import dev.yumen.control.publish.ReloadStatus.Origin;
import dev.yumen.filters.BuiltInFilters;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreInGatewayTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String FILES =
      """
      listeners: {http: {address: "127.0.0.1:0"}}
      management: {address: "127.0.0.1:0"}
      admin: {enabled: false}
      runtime: {loops: 1}
      source: {store: {path: own.yaml}}
      routes: [{id: file, match: {path: /file}, respond: {body: file}}]
      """;

  @TempDir Path folder;
  private final List<ManagedGateway> started = new ArrayList<>();

  @BeforeEach
  void writeFiles() throws IOException {
    Files.writeString(folder.resolve("yumen.yaml"), FILES);
  }

  @AfterEach
  void close() {
    started.forEach(ManagedGateway::close);
  }

  // ---- the main path ----

  @Test
  void whatTheStoreHoldsIsLiveBesideTheFiles() throws Exception {
    hold("one");
    ManagedGateway gateway = start();

    assertEquals("file", get(gateway, "http", "/file"));
    assertEquals("one", get(gateway, "http", "/held"));
  }

  @Test
  void aChangeOfTheStoreBecomesLive() throws Exception {
    ManagedGateway gateway = start();
    hold("one");
    Eventually.within(SOON, () -> get(gateway, "http", "/held").equals("one"));
    hold("two");
    Eventually.within(SOON, () -> get(gateway, "http", "/held").equals("two"));
    Eventually.within(SOON, () -> live(gateway).number() == 3);

    assertEquals("file", get(gateway, "http", "/file"));
  }

  @Test
  void aChangeOfTheFilesKeepsWhatTheStoreHolds() throws Exception {
    hold("one");
    ManagedGateway gateway = start();
    Files.writeString(folder.resolve("yumen.yaml"), FILES.replace("body: file", "body: other"));
    Eventually.within(SOON, () -> get(gateway, "http", "/file").equals("other"));

    assertEquals("one", get(gateway, "http", "/held"));
  }

  @Test
  void filesThatAreBrokenAtStartDoNotEndTheFollowingOfTheSource() throws Exception {
    hold("one");
    start().close();
    Files.writeString(folder.resolve("yumen.yaml"), "routes: [");
    ManagedGateway gateway = start();
    assertEquals("one", get(gateway, "http", "/held"));
    assertEquals(List.of(), gateway.gateway().startSettings().otherThan(config(gateway)));

    Files.writeString(folder.resolve("yumen.yaml"), FILES.replace("body: file", "body: mended"));
    Eventually.within(SOON, () -> get(gateway, "http", "/file").equals("mended"));
    assertEquals("one", get(gateway, "http", "/held"));
    hold("two");
    Eventually.within(SOON, () -> get(gateway, "http", "/held").equals("two"));
  }

  @Test
  void aSourceThatIsFollowedNeedsNoStart() throws Exception {
    hold("one");
    ManagedGateway gateway = start();
    assertEquals(List.of(), gateway.gateway().startSettings().otherThan(config(gateway)));
  }

  private static GatewayConfig config(ManagedGateway gateway) {
    return gateway.gateway().config();
  }

  @Test
  void garbageInTheStoreChangesNothingAndShows() throws Exception {
    hold("one");
    ManagedGateway gateway = start();
    Files.writeString(folder.resolve("own.yaml"), "routes: [{id: x");
    Eventually.within(SOON, () -> gateway.status().rejected() != null);

    assertEquals("one", get(gateway, "http", "/held"));
    String ready = get(gateway, "management", "/ready");
    assertTrue(ready.contains("store:1:"), ready);
  }

  @Test
  void aStoreThatCanNotBeReadLetsTheLastGoodGoOn() throws Exception {
    hold("one");
    ManagedGateway gateway = start();
    Files.write(folder.resolve("own.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe});
    Eventually.within(SOON, () -> metrics(gateway).contains(up(0)));
    assertEquals("one", get(gateway, "http", "/held"));

    hold("two");
    Eventually.within(SOON, () -> metrics(gateway).contains(up(1)));
    assertEquals("two", get(gateway, "http", "/held"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " \n\n", "absent"})
  void aDocumentThatIsGoneLetsWhatIsLiveGoOnUntilItIsBack(String left) throws Exception {
    hold("one");
    ManagedGateway gateway = start();
    if (left.equals("absent")) {
      Files.delete(folder.resolve("own.yaml"));
    } else {
      Files.writeString(folder.resolve("own.yaml"), left);
    }
    Eventually.within(SOON, () -> metrics(gateway).contains(up(0)));
    gateway.reload();
    Files.writeString(folder.resolve("yumen.yaml"), FILES.replace("body: file", "body: other"));
    Eventually.within(SOON, () -> get(gateway, "http", "/file").equals("other"));
    assertEquals("one", get(gateway, "http", "/held"));

    hold("one");
    Eventually.within(SOON, () -> metrics(gateway).contains(up(1)));
    assertEquals("one", get(gateway, "http", "/held"));
    assertEquals(2, live(gateway).number());
  }

  @Test
  void anEmptyFileBesideTheStoreChangesNothing() throws Exception {
    hold("one");
    ManagedGateway gateway = start();
    Files.writeString(folder.resolve("yumen.yaml"), "");
    gateway.reload();
    Eventually.within(SOON, () -> gateway.status().rejected() != null);

    assertEquals("file", get(gateway, "http", "/file"));
    assertEquals(1, live(gateway).number());
  }

  @Test
  void aDocumentWithoutAnythingEmptiesTheStore() throws Exception {
    hold("one");
    ManagedGateway gateway = start();
    Files.writeString(folder.resolve("own.yaml"), "{}\n");
    Eventually.within(SOON, () -> !get(gateway, "http", "/held").equals("one"));

    assertTrue(metrics(gateway).contains(up(1)));
    assertEquals("file", get(gateway, "http", "/file"));
  }

  @Test
  void aStartWithoutTheStoreUsesTheLastGoodAndFollowsTheStoreOnceItIsBack() throws Exception {
    hold("one");
    start().close();
    Files.delete(folder.resolve("own.yaml"));
    Files.createDirectory(folder.resolve("own.yaml"));
    ManagedGateway gateway = start();

    assertEquals("one", get(gateway, "http", "/held"));
    assertEquals(Origin.LAST_GOOD, live(gateway).origin());
    assertTrue(metrics(gateway).contains(up(0)));

    Files.delete(folder.resolve("own.yaml"));
    hold("two");
    Eventually.within(SOON, () -> live(gateway).origin() == Origin.FILES);
    assertEquals("two", get(gateway, "http", "/held"));
  }

  @Test
  void aStartWithoutTheStoreAndTheLastGoodFailsAndSaysWhy() throws Exception {
    Files.createDirectory(folder.resolve("own.yaml"));

    NotStarted failure = assertThrows(NotStarted.class, this::start);

    assertTrue(failure.problems().toString().contains("own.yaml"), failure.problems()::toString);
  }

  private static Live live(ManagedGateway gateway) {
    return Objects.requireNonNull(gateway.status().live());
  }

  private static String up(int value) {
    return "gateway_config_source_up{source=\"store\"} " + value + ".0";
  }

  private static String metrics(ManagedGateway gateway) {
    return get(gateway, "management", "/metrics");
  }

  /** As an editor would, in one step. */
  private void hold(String body) throws IOException {
    Path aside = folder.resolve("aside");
    Files.writeString(
        aside, "routes: [{id: held, match: {path: /held}, respond: {body: " + body + "}}]\n");
    Files.move(
        aside,
        folder.resolve("own.yaml"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private ManagedGateway start() throws NotStarted {
    ConfigReader reader = new ConfigReader(BuiltInFilters.byName(), Map.of());
    ManagedGateway gateway = ManagedGateway.start(folder.resolve("yumen.yaml"), reader, live -> {});
    started.add(gateway);
    return gateway;
  }

  private static String get(ManagedGateway gateway, String port, String path) {
    try (RawClient client =
        RawClient.connect(Objects.requireNonNull(gateway.gateway().addresses().get(port)))) {
      return client.get(path).text();
    }
  }
}
