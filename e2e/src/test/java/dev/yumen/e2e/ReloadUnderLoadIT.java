package dev.yumen.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reloads while 64 kept connections send requests: none fails, nothing is left behind. */
@Tag("alone")
class ReloadUnderLoadIT {
  private static final int CLIENTS = 64;

  /** Bytes; a configuration that stays behind for each reload would soon take more. */
  private static final long GROWTH = 8 << 20;

  @TempDir Path folder;

  /** Configuration number n: routes come and go, upstreams change, one route always stays. */
  private static String configuration(int number, FixedUpstream one, FixedUpstream two) {
    StringBuilder yaml =
        new StringBuilder(
            """
            listeners: {http: {address: "127.0.0.1:0"}}
            management: {address: "127.0.0.1:0"}
            """);
    yaml.append("upstreams:\n");
    yaml.append("  one: {endpoints: [\"%s\"]}\n".formatted(one.address()));
    yaml.append(
        "  two: {endpoints: [\"%s\"], pool: {max-idle: %d}}\n"
            .formatted(two.address(), 64 + number % 3));
    yaml.append("filters:\n  - trace-id\n");
    yaml.append("routes:\n");
    yaml.append(
        "  - {id: stays, match: {path: /stays}, to: %s}\n"
            .formatted(number % 2 == 0 ? "one" : "two"));
    for (int i = 0; i < number % 7; i++) {
      yaml.append(
          "  - {id: r%d, match: {path: \"/r%d/{id}\"}, respond: {body: \"%d\"}}\n"
              .formatted(i, i, number));
    }
    return yaml.append("# ").append(number).append('\n').toString();
  }

  /** What the clients share. */
  private static final class Load {
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong answered = new AtomicLong();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();

    void run(int port) {
      try (RawClient client = RawClient.connect(port)) {
        while (!over.get()) {
          RawResponse response = client.get("/stays");
          if (response.status() != 200 || !"fine".equals(response.text())) {
            failures.add(response.status() + " " + response.text());
          }
          answered.incrementAndGet();
        }
      } catch (RuntimeException | AssertionError e) {
        failures.add(e.toString());
      }
    }
  }

  @Test
  void noRequestFailsAndNothingIsLeftBehind() throws InterruptedException {
    int reloads = Scale.of(60, 1000);
    try (FixedUpstream one = new FixedUpstream("fine");
        FixedUpstream two = new FixedUpstream("fine");
        GatewayProcess gateway = GatewayProcess.start(folder, configuration(0, one, two))) {
      Load load = new Load();
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        int port = gateway.port();
        clients.add(Thread.ofVirtual().start(() -> load.run(port)));
      }
      reload(gateway, 1, reloads / 10, one, two);
      int threads = gateway.threads();
      int files = gateway.openFiles();
      long heap = gateway.liveHeap();
      double buffers = gateway.metric("gateway_buffer_memory_bytes", "direct");
      long began = System.nanoTime();
      reload(gateway, reloads / 10 + 1, reloads, one, two);

      load.over.set(true);
      for (Thread client : clients) {
        client.join();
      }
      long heapAfter = gateway.liveHeap();
      double buffersAfter = gateway.metric("gateway_buffer_memory_bytes", "direct");
      System.out.printf(
          "%d reloads, %d requests, %d failed, %d s; threads %d to %d, files %d to %d, live heap %d"
              + " to %d KiB, buffers %.0f to %.0f KiB%n",
          reloads,
          load.answered.get(),
          load.failures.size(),
          Duration.ofNanos(System.nanoTime() - began).toSeconds(),
          threads,
          gateway.threads(),
          files,
          gateway.openFiles(),
          heap / 1024,
          heapAfter / 1024,
          buffers / 1024,
          buffersAfter / 1024);
      assertEquals(List.of(), List.copyOf(load.failures));
      assertTrue(load.answered.get() > CLIENTS);
      assertTrue(gateway.threads() <= threads + 8, "threads: " + gateway.threads());
      assertTrue(gateway.openFiles() <= files + CLIENTS, "files: " + gateway.openFiles());
      assertTrue(heapAfter < heap + GROWTH, "heap: " + heapAfter);
      assertTrue(buffersAfter < buffers + GROWTH, "buffers: " + buffersAfter);
    }
  }

  private static void reload(
      GatewayProcess gateway, int from, int to, FixedUpstream one, FixedUpstream two) {
    for (int number = from; number <= to; number++) {
      double before = gateway.metric("gateway_config_version", "");
      gateway.rewrite(configuration(number, one, two));
      gateway.proc().signal("HUP");
      Eventually.within(
          GatewayProcess.PATIENCE,
          "configuration " + number + " is live",
          () -> gateway.metric("gateway_config_version", "") > before);
    }
  }
}
