package dev.yumen.bench;

import dev.yumen.api.DataSize;
import dev.yumen.config.MetricsConfig;
import dev.yumen.config.RecordingConfig;
import dev.yumen.dataplane.http1.HeadLimits;
import dev.yumen.dataplane.http1.HeadParser;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.loop.Loop;
import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.dataplane.recording.Ended;
import dev.yumen.dataplane.recording.Recording;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultEventLoop;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What keeping a request costs when it ends. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RequestRecording {
  private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.7");

  /** Heads of requests. */
  public enum Size {
    SMALL("GET /api/user/7 HTTP/1.1", "Host: shop.example.com", "User-Agent: load/1.0", "", ""),
    BROWSER(
        "GET /api/user/7?full=1 HTTP/1.1",
        "Host: shop.example.com",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0)",
        "Accept: application/json",
        "Accept-Language: en",
        "Accept-Encoding: gzip, br",
        "Origin: https://shop.example.com",
        "X-Client-ID: client-4711",
        "X-API-Key: key-of-ann",
        "Cookie: session=abc",
        "",
        "");

    private final String head;

    Size(String... lines) {
      head = String.join("\r\n", lines);
    }
  }

  @Param public Size size = Size.SMALL;

  private final DefaultEventLoop eventLoop = new DefaultEventLoop();
  private final HeadTable head = new HeadTable();
  private final Ended ended =
      new Ended(
          "4bf92f3577b34da6a3ce929d0e0e4736",
          new Ended.Origin("http", CLIENT, CLIENT, null),
          "1.1",
          new Ended.Result("users", "user-service", "127.0.0.1:9001", 200, null, 1_234_567));
  private final Set<String> hidden = Set.of("authorization");
  private final Recording recording = new Recording(1);
  private final Metrics metrics =
      new Metrics(new MetricsConfig(true, 100, false), PooledByteBufAllocator.DEFAULT);
  private final Loop loop = new Loop(0, eventLoop, metrics.forLoop(0), System::nanoTime);

  /** Reads the head. */
  @Setup
  public void read() {
    recording.configure(new RecordingConfig(100_000, DataSize.parse("64MiB"), List.of()));
    HeadLimits limits = new HeadLimits(8_192, 16_384, 65_536, 100, 256);
    byte[] bytes = size.head.getBytes(StandardCharsets.US_ASCII);
    new HeadParser(HeadParser.Kind.REQUEST, limits).parse(Unpooled.wrappedBuffer(bytes), head);
  }

  @TearDown
  public void close() {
    eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  /** One request. */
  @Benchmark
  public void add() {
    Objects.requireNonNull(recording.of(loop)).add(System.currentTimeMillis(), ended, head, hidden);
  }
}
