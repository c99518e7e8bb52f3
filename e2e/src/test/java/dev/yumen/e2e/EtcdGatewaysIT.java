package dev.yumen.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.config.ConfigReader;
import dev.yumen.control.ManagedGateway;
import dev.yumen.filters.BuiltInFilters;
import dev.yumen.testkit.EtcdServer;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three gateways that follow one etcd, under light load: how soon a change is live on all. */
class EtcdGatewaysIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int CHANGES = Scale.of(30, 200);
  private static final Duration OUTAGE = Duration.ofSeconds(Scale.of(3, 60));

  @TempDir Path folder;
  private EtcdServer etcd;
  private final List<ManagedGateway> gateways = new ArrayList<>();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final List<Thread> load = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    etcd = EtcdServer.start(folder);
    hold(0);
    for (String name : List.of("a", "b", "c")) {
      Path own = Files.createDirectories(folder.resolve(name)).resolve("yumen.yaml");
      Files.writeString(
          own,
          """
          listeners: {http: {address: "127.0.0.1:0"}}
          management: {enabled: false}
          admin: {enabled: false}
          runtime: {loops: 1}
          source: {etcd: "%s"}
          routes: [{id: file, match: {path: /file}, respond: {body: file}}]
          """
              .formatted(etcd.address()));
      ConfigReader reader = new ConfigReader(BuiltInFilters.byName(), Map.of());
      gateways.add(ManagedGateway.start(own, reader, live -> {}));
    }
    gateways.forEach(gateway -> load.add(Thread.ofVirtual().start(() -> ask(gateway))));
  }

  @AfterEach
  void stop() throws InterruptedException {
    ended.set(true);
    for (Thread thread : load) {
      thread.join();
    }
    gateways.forEach(ManagedGateway::close);
    etcd.close();
  }

  @Test
  void aChangeIsLiveOnAllWithinASecondAndNoRequestFails() {
    long[] millis = new long[CHANGES];
    for (int i = 0; i < CHANGES; i++) {
      millis[i] = change(i + 1);
    }
    Arrays.sort(millis);
    long p99 = millis[CHANGES * 99 / 100 - (CHANGES % 100 == 0 ? 1 : 0)];
    report(
        "%d changes live on three gateways: p50 %dms p99 %dms most %dms; %d requests, %d failed"
            .formatted(
                CHANGES,
                millis[CHANGES / 2],
                p99,
                millis[CHANGES - 1],
                answered.get(),
                failed.get()));
    assertEquals(0, failed.get());
    assertTrue(p99 < 5_000, p99 + "ms");
  }

  @Test
  void withoutEtcdForAWhileNothingFailsAndTheNextChangeIsLive() {
    change(1);
    etcd.kill();
    assertTrue(!Eventually.holdsWithin(OUTAGE, () -> failed.get() > 0), "requests failed");
    etcd.startAgain();
    long millis = change(2);
    report(
        "etcd gone for %ds: the change after that live on all after %dms; %d requests, %d failed"
            .formatted(OUTAGE.toSeconds(), millis, answered.get(), failed.get()));
    assertEquals(0, failed.get());
  }

  /** How long it took, from the beginning of the write. */
  private long change(int number) {
    long began = System.nanoTime();
    hold(number);
    String wanted = "held " + number;
    for (ManagedGateway gateway : gateways) {
      try (RawClient client = connect(gateway)) {
        Eventually.within(SOON, () -> client.get("/held").text().equals(wanted));
      }
    }
    return (System.nanoTime() - began) / 1_000_000;
  }

  private void hold(int number) {
    String text =
        "routes: [{id: held, match: {path: /held}, respond: {body: held %d}}]\n".formatted(number);
    etcd.put("/yumen/config", text.getBytes(StandardCharsets.UTF_8));
  }

  /** Some hundred requests a second, one after the other. */
  private void ask(ManagedGateway gateway) {
    try (RawClient client = connect(gateway)) {
      while (!Eventually.holdsWithin(Duration.ofMillis(5), ended::get)) {
        if (client.get("/held").text().startsWith("held ")) {
          answered.incrementAndGet();
        } else {
          failed.incrementAndGet();
        }
      }
    } catch (RuntimeException | AssertionError e) {
      failed.incrementAndGet();
      throw e;
    }
  }

  private static RawClient connect(ManagedGateway gateway) {
    return RawClient.connect(Objects.requireNonNull(gateway.gateway().addresses().get("http")));
  }

  @SuppressWarnings("SystemOut") // figures for whoever runs it
  private static void report(String figures) {
    System.out.println("[yumen tests] " + figures);
  }
}
