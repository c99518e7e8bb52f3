package dev.yumen.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.Http2Client;
import dev.yumen.testkit.Http2Frame;
import dev.yumen.testkit.RawClient;
import dev.yumen.testkit.RawResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Floods over HTTP/2 while other clients are served: each of their connections is closed, nobody
 * else fails, and memory does not grow. Prints what the others felt of it.
 */
@Tag("alone")
class FloodIT {
  private static final int CALM_CLIENTS = 8;
  private static final int STREAMS = 2000;
  private static final int THREADS = 2;

  /** Makes 100,000 streams a second; as fast as can be would measure who gets the processors. */
  private static final long PAUSE_NANOS = 1_000_000_000L * STREAMS * THREADS / 100_000;

  /** KiB; what each flooding connection left behind would soon be more. */
  private static final long GROWTH = 64 << 10;

  @TempDir Path folder;

  /** Requests of those who do no harm, one after the other, with a pause between. */
  private static final class Calm {
    private final AtomicBoolean over = new AtomicBoolean();
    private final ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();

    Calm(int port) {
      for (int i = 0; i < CALM_CLIENTS; i++) {
        threads.add(Thread.ofVirtual().start(() -> run(port)));
      }
    }

    private void run(int port) {
      try (RawClient client = RawClient.connect(port)) {
        while (!over.get()) {
          long before = System.nanoTime();
          RawResponse response = client.get("/");
          nanos.add(System.nanoTime() - before);
          if (response.status() != 200) {
            failures.add("status " + response.status());
          }
        }
      } catch (RuntimeException | AssertionError e) {
        failures.add(e.toString());
      }
    }

    /** The time that 99 of 100 requests stayed below since this was asked last, in ms. */
    double p99() {
      List<Long> sorted = new ArrayList<>();
      for (Long next = nanos.poll(); next != null; next = nanos.poll()) {
        sorted.add(next);
      }
      Collections.sort(sorted);
      assertTrue(sorted.size() > 100, "only " + sorted.size() + " requests");
      return sorted.get(sorted.size() * 99 / 100) / 1e6;
    }

    void end() throws InterruptedException {
      over.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  /** Sends the same bytes on one connection after the other, each until it is closed. */
  private static final class Attack {
    private final long pauseNanos;
    private final AtomicLong connections = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    /**
     * @param pauseNanos between two connections of a thread; 0 for none
     */
    Attack(long pauseNanos) {
      this.pauseNanos = pauseNanos;
    }

    void run(int port, byte[] flood, boolean again, long untilNanos) {
      byte[] begin = begin();
      long due = System.nanoTime();
      while (System.nanoTime() < untilNanos) {
        due += pauseNanos;
        LockSupport.parkNanos(due - System.nanoTime());
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
          socket.setTcpNoDelay(true);
          socket.getOutputStream().write(begin);
          do {
            socket.getOutputStream().write(flood);
            bytes.addAndGet(flood.length);
          } while (again && System.nanoTime() < untilNanos);
          while (socket.getInputStream().read() >= 0) {
            // up to the gateway's end
          }
          connections.incrementAndGet();
        } catch (IOException _) {
          connections.incrementAndGet(); // closed in the middle of it
        }
      }
    }

    private static byte[] begin() {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      bytes.writeBytes(Http2Client.PREFACE);
      bytes.writeBytes(Http2Frame.settings().bytes());
      return bytes.toByteArray();
    }
  }

  private static byte[] rapidReset() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int stream = 1; stream < 2 * STREAMS; stream += 2) {
      bytes.writeBytes(Http2Frame.request(stream, true, "GET", "/").bytes());
      bytes.writeBytes(Http2Frame.reset(stream, Http2Frame.CANCEL).bytes());
    }
    return bytes.toByteArray();
  }

  /** Parts of one head that never ends. */
  private static byte[] continuations() {
    String[] fields = new String[200];
    Arrays.setAll(fields, i -> i % 2 == 0 ? "x-" + i : "a".repeat(1000));
    Http2Frame[] parts = Http2Frame.headersInParts(1, true, 16_000, fields);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Http2Frame part : parts) {
      int flags = part.flags() & ~Http2Frame.END_HEADERS;
      bytes.writeBytes(new Http2Frame(part.type(), flags, part.stream(), part.payload()).bytes());
    }
    return bytes.toByteArray();
  }

  private static String configuration(FixedUpstream upstream) {
    return """
    listeners: {http: {address: "127.0.0.1:0"}}
    management: {address: "127.0.0.1:0"}
    upstreams: {service: {endpoints: ["%s"]}}
    routes: [{id: all, match: {path: "/**"}, to: service}]
    """
        .formatted(upstream.address());
  }

  @Test
  void othersGoOnThroughFloods() throws Exception {
    Duration time = Duration.ofSeconds(Scale.of(2, 20));
    try (FixedUpstream upstream = new FixedUpstream("fine");
        GatewayProcess gateway = GatewayProcess.start(folder, configuration(upstream))) {
      Calm calm = new Calm(gateway.port());
      // Once before it counts, so that what a flood runs is compiled and what it needs is there.
      attack(gateway, rapidReset(), PAUSE_NANOS, time);
      attack(gateway, continuations(), 0, time);
      Thread.currentThread().join(time);
      calm.p99();
      Thread.currentThread().join(time);
      double before = calm.p99();
      long memory = gateway.residentKib();
      Attack resets = attack(gateway, rapidReset(), PAUSE_NANOS, time);
      double duringResets = calm.p99();
      Attack heads = attack(gateway, continuations(), 0, time);
      double duringHeads = calm.p99();
      long memoryAfter = gateway.residentKib();
      calm.end();
      System.out.printf(
          "rapid reset: %d streams/s on %d connections, p99 of others %.2f ms instead of %.2f;"
              + " CONTINUATION: %d MiB/s on %d connections, p99 %.2f ms; resident %d to %d KiB%n",
          resets.connections.get() * STREAMS / time.toSeconds(),
          resets.connections.get(),
          duringResets,
          before,
          (heads.bytes.get() >> 20) / time.toSeconds(),
          heads.connections.get(),
          duringHeads,
          memory,
          memoryAfter);
      assertEquals(List.of(), List.copyOf(calm.failures));
      assertTrue(resets.connections.get() > 1 && heads.connections.get() > 1);
      assertTrue(gateway.metric("gateway_rejected_total", "http2_flood") > 1);
      assertTrue(memoryAfter < memory + GROWTH, memory + " to " + memoryAfter + " KiB");
    }
  }

  private static Attack attack(GatewayProcess gateway, byte[] flood, long pauseNanos, Duration time)
      throws InterruptedException {
    Attack attack = new Attack(pauseNanos);
    boolean again = pauseNanos == 0;
    int port = gateway.port();
    long until = System.nanoTime() + time.toNanos();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      threads.add(Thread.ofPlatform().start(() -> attack.run(port, flood, again, until)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return attack;
  }
}
