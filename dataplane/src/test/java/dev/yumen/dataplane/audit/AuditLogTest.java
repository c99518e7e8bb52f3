package dev.yumen.dataplane.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.api.DataSize;
import dev.yumen.api.FailureCode;
import dev.yumen.config.AuditConfig;
import dev.yumen.config.MetricsConfig;
import dev.yumen.dataplane.observe.AuditMetrics;
import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.testkit.Eventually;
import dev.yumen.testkit.ManualClock;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;

  private final ManualClock clock = new ManualClock();
  private final AuditMetrics metrics =
      new Metrics(new MetricsConfig(true, 100, false), PooledByteBufAllocator.DEFAULT).audit();

  private static AuditConfig settings(String path, int maxKiB, @Nullable String key) {
    return new AuditConfig(
        Path.of(path), new DataSize(maxKiB * 1024L), 3, List.of(), Duration.ZERO, key);
  }

  private AuditLog log(AuditConfig settings) {
    AuditLog log = new AuditLog(metrics, clock, System::nanoTime);
    log.configure(settings, folder);
    return log;
  }

  private List<String> lines(String name) throws IOException {
    return Files.readAllLines(folder.resolve(name));
  }

  private static String kinds(List<String> lines) {
    return String.join(
        " ",
        lines.stream().map(line -> line.replaceFirst(".*\"kind\":\"([a-z]+)\".*", "$1")).toList());
  }

  private AuditCheck.Result check(String... names) throws IOException {
    List<Path> files = new ArrayList<>();
    for (String name : names) {
      files.add(folder.resolve(name));
    }
    return AuditCheck.of(files, List.of(), null);
  }

  @Test
  void theChainGoesOnAfterARestart() throws IOException {
    for (int i = 0; i < 3; i++) {
      try (AuditLog log = log(settings("a", 0, null))) {
        log.record("act", Map.of("run", i));
      }
    }

    assertEquals("act act act", kinds(lines("a")));
    assertNull(check("a").broken());
  }

  @Test
  void aTornLastLineIsKeptAndTold() throws IOException {
    try (AuditLog log = log(settings("a", 0, null))) {
      log.record("act", Map.of());
    }
    Files.writeString(folder.resolve("a"), "{\"sequence\":2,\"ti", StandardOpenOption.APPEND);
    assertEquals(
        "truncated: the last line is not whole", String.valueOf(broken(check("a")).what()));
    try (AuditLog log = log(settings("a", 0, null))) {
      log.record("act", Map.of());
    }

    assertTrue(lines("a").get(2).contains("\"kind\":\"torn\",\"bytes\":17,"), lines("a").get(2));
    assertNull(check("a").broken());
    Files.write(
        folder.resolve("a"), lines("a").stream().map(line -> line.replace("ti", "it")).toList());
    assertNotNull(check("a").broken());
  }

  @Test
  void theChainGoesOnOverFilesThatAreSetAside() throws IOException {
    for (int run = 0; run < 2; run++) {
      try (AuditLog log = log(settings("a", 64, null))) {
        for (int i = 0; i < 150; i++) {
          log.record("act", Map.of("text", "x".repeat(600)));
        }
      }
    }

    assertNull(check("a.2", "a", "a.3", "a.1").broken());
    assertTrue(Files.size(folder.resolve("a.1")) <= 64 * 1024);
    assertTrue(lines("a").getFirst().contains("\"kind\":\"continued\""));
    assertTrue(broken(check("a", "a.2", "a.3")).what().startsWith("missing: "));
    Files.write(folder.resolve("a.3"), lines("a.3").stream().skip(1).toList());
    assertTrue(broken(check("a", "a.1", "a.2", "a.3")).what().startsWith("missing: "));
  }

  @Test
  void aPathThatCanNotBeWrittenIsToldOnceItCan() throws IOException {
    Path obstacle = Files.writeString(folder.resolve("sub"), "no folder");
    try (AuditLog log = log(settings("sub/a", 0, null))) {
      log.record("act", Map.of());
      Eventually.within(SOON, () -> metrics.lost() == 1);
      Files.delete(obstacle);
      Eventually.within(SOON, () -> Files.exists(folder.resolve("sub/a")));
    }

    assertTrue(lines("sub/a").getFirst().contains("\"kind\":\"lost\",\"count\":1,"));
    assertNull(check("sub/a").broken());
  }

  @Test
  void whatFindsNoPlaceInTheQueueIsCountedAndTold() throws IOException {
    CountDownLatch stuck = new CountDownLatch(1);
    AuditLog log = new AuditLog(metrics, clock, () -> afterwards(stuck));
    log.configure(settings("a", 0, null), folder);
    for (int i = 0; i < 20_000; i++) {
      log.record("act", Map.of("i", i));
    }
    stuck.countDown();
    log.close();

    long lost = metrics.lost();
    assertTrue(lost >= 20_000 - 16_384 - 1_024, "lost " + lost);
    List<String> lines = lines("a");
    long acts = lines.stream().filter(line -> line.contains("\"kind\":\"act\"")).count();
    assertEquals(20_000 - lost, acts);
    assertTrue(
        lines.stream()
            .anyMatch(line -> line.contains("\"kind\":\"lost\",\"count\":" + lost + ",")));
    assertNull(check("a").broken());
  }

  /** The time, once the writer is let go. */
  private static long afterwards(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return System.nanoTime();
  }

  @Test
  void anotherPathOrNoneIsSaidInTheOldOne() throws IOException {
    try (AuditLog log = log(settings("a", 0, null))) {
      log.record("act", Map.of());
      log.configure(settings("b", 0, null), folder);
      log.record("act", Map.of());
      log.configure(null, folder);
      log.record("act", Map.of());
    }

    assertEquals("act ended", kinds(lines("a")));
    assertEquals("act ended", kinds(lines("b")));
  }

  @Test
  void aNewKeyGoesOnWithTheChain() throws IOException {
    try (AuditLog log = log(settings("a", 0, null))) {
      log.record("act", Map.of());
      log.configure(settings("a", 0, "0123456789abcdef"), folder);
      log.record("act", Map.of());
      log.configure(settings("a", 0, "fedcba9876543210"), folder);
      log.record("act", Map.of());
    }

    List<Path> file = List.of(folder.resolve("a"));
    List<String> keys = List.of("0123456789abcdef", "fedcba9876543210");
    assertNull(AuditCheck.of(file, keys, null).broken());
    assertNotNull(AuditCheck.of(file, keys.subList(0, 1), null).broken());
  }

  @Test
  void alikeRefusalsAreOneRecordAndOthersAreBounded() {
    Denials denials = new Denials();
    for (int i = 0; i < 5_000; i++) {
      Denials.Denial denial = denial("/" + Math.max(0, i - 1_000));
      denials.add(new AuditEvent.Refused(denial, "why" + i, "t" + i, clock.instant()), 0);
    }
    assertTrue(denials.due(1_000_000_000L));
    List<String> told = new ArrayList<>();
    denials.flush((kind, what) -> told.add(kind + " " + what));

    assertEquals(101, told.size());
    assertTrue(told.getFirst().contains("count=1001, "), told.getFirst());
    assertTrue(told.getFirst().endsWith("path=/0, reason=why0, trace-id=t0}"), told.getFirst());
    assertTrue(told.getLast().startsWith("denied {code=FORBIDDEN, count=3900, "), told.getLast());
    assertTrue(!denials.due(9_000_000_000L));
  }

  private static Denials.Denial denial(String path) {
    return new Denials.Denial(FailureCode.FORBIDDEN, "r", "192.0.2.1", null, "GET", path);
  }

  private static AuditCheck.Break broken(AuditCheck.Result result) {
    AuditCheck.Break broken = result.broken();
    assertNotNull(broken);
    return broken;
  }
}
