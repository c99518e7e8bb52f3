package dev.yumen.control.source.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.ConfigReader;
import dev.yumen.control.ManagedGateway;
import dev.yumen.control.ManagedGateway.NotStarted;
import dev.yumen.filters.BuiltInFilters;
import dev.yumen.testkit.EtcdServer;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole gateways that follow one key of a real etcd. */
class EtcdInGatewaysTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String UP = "gateway_config_source_up{source=\"etcd\"} ";

  @TempDir Path folder;
  private EtcdServer etcd;
  private final List<ManagedGateway> started = new ArrayList<>();

  @BeforeEach
  void startEtcd() {
    etcd = EtcdServer.start(folder);
  }

  @AfterEach
  void close() {
    started.forEach(ManagedGateway::close);
    etcd.close();
  }

  @Test
  void threeGatewaysFollowOneKey() throws Exception {
    hold("one");
    List<ManagedGateway> all = List.of(start("a"), start("b"), start("c"));
    all.forEach(gateway -> assertEquals("one", get(gateway, "http", "/held")));
    hold("two");
    all.forEach(
        gateway -> Eventually.within(SOON, () -> get(gateway, "http", "/held").equals("two")));
    all.forEach(gateway -> assertEquals("file", get(gateway, "http", "/file")));
  }

  @Test
  void withoutEtcdTheLastGoodGoesOnAndBackAgainItIsFollowed() throws Exception {
    hold("one");
    ManagedGateway gateway = start("a");
    etcd.kill();
    Eventually.within(SOON, () -> get(gateway, "management", "/metrics").contains(UP + "0.0"));
    assertEquals("one", get(gateway, "http", "/held"));
    etcd.startAgain();
    hold("two");
    Eventually.within(SOON, () -> get(gateway, "http", "/held").equals("two"));
    Eventually.within(SOON, () -> get(gateway, "management", "/metrics").contains(UP + "1.0"));
  }

  @Test
  void garbageIsRefusedAndTheOldOneGoesOn() throws Exception {
    hold("one");
    ManagedGateway gateway = start("a");
    etcd.put("/yumen/config", "routes: [{id: x".getBytes(UTF_8));
    Eventually.within(SOON, () -> gateway.status().rejected() != null);
    assertEquals("one", get(gateway, "http", "/held"));
    etcd.put("/yumen/config", new byte[] {(byte) 0xff});
    Eventually.within(SOON, () -> get(gateway, "management", "/metrics").contains(UP + "0.0"));
    assertEquals("one", get(gateway, "http", "/held"));
    hold("two");
    Eventually.within(SOON, () -> get(gateway, "http", "/held").equals("two"));
  }

  @Test
  void aKeyThatIsDeletedLetsTheOldOneGoOnUntilItIsBack() throws Exception {
    hold("one");
    ManagedGateway gateway = start("a");
    String key = Base64.getEncoder().encodeToString("/yumen/config".getBytes(UTF_8));
    etcd.call("/v3/kv/deleterange", "{\"key\":\"" + key + "\"}");
    Eventually.within(SOON, () -> get(gateway, "management", "/metrics").contains(UP + "0.0"));
    assertEquals("one", get(gateway, "http", "/held"));
    hold("two");
    Eventually.within(SOON, () -> get(gateway, "http", "/held").equals("two"));
    Eventually.within(SOON, () -> get(gateway, "management", "/metrics").contains(UP + "1.0"));
  }

  @Test
  void aSourceThatIsBackUnchangedIsToldAsBack() throws Exception {
    hold("one");
    ManagedGateway gateway = start("a");
    etcd.kill();
    Eventually.within(SOON, () -> get(gateway, "management", "/metrics").contains(UP + "0.0"));
    etcd.startAgain();
    Eventually.within(SOON, () -> get(gateway, "management", "/metrics").contains(UP + "1.0"));
    assertEquals("one", get(gateway, "http", "/held"));
  }

  @Test
  void aStartWithoutEtcdUsesTheLastGoodOne() throws Exception {
    hold("one");
    start("a").close();
    etcd.kill();
    ManagedGateway gateway = start("a");
    assertEquals("one", get(gateway, "http", "/held"));
    NotStarted failure = assertThrows(NotStarted.class, () -> start("b"));
    assertTrue(failure.problems().toString().contains("accepts no connection"));
    etcd.startAgain();
    hold("two");
    Eventually.within(SOON, () -> get(gateway, "http", "/held").equals("two"));
  }

  private void hold(String body) {
    String text = "routes: [{id: held, match: {path: /held}, respond: {body: " + body + "}}]\n";
    etcd.put("/yumen/config", text.getBytes(UTF_8));
  }

  private ManagedGateway start(String name) throws NotStarted, IOException {
    Path own = Files.createDirectories(folder.resolve(name)).resolve("yumen.yaml");
    Files.writeString(
        own,
        """
        listeners: {http: {address: "127.0.0.1:0"}}
        management: {address: "127.0.0.1:0"}
        admin: {enabled: false}
        runtime: {loops: 1}
        source: {etcd: "%s"}
        routes: [{id: file, match: {path: /file}, respond: {body: file}}]
        """
            .formatted(etcd.address()));
    ConfigReader reader = new ConfigReader(BuiltInFilters.byName(), Map.of());
    ManagedGateway gateway = ManagedGateway.start(own, reader, live -> {});
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
