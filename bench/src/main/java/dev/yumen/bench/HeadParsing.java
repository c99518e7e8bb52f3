package dev.yumen.bench;

import dev.yumen.dataplane.http1.HeadLimits;
import dev.yumen.dataplane.http1.HeadParser;
import dev.yumen.dataplane.http1.HeadTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
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

/** What reading a head costs, and what writing its fields for the next hop adds. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HeadParsing {
  private static final String CURL =
      """
      GET /api/user/42 HTTP/1.1
      Host: localhost:8080
      User-Agent: curl/8.11.0
      Accept: */*

      """;

  private static final String BROWSER =
      """
      GET /api/order/20261120-7781?expand=items&lang=en HTTP/1.1
      Host: shop.example.com
      Connection: keep-alive
      sec-ch-ua: "Chromium";v="142", "Not_A Brand";v="99"
      sec-ch-ua-mobile: ?0
      sec-ch-ua-platform: "Linux"
      Upgrade-Insecure-Requests: 1
      User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36
      Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8
      Sec-Fetch-Site: same-origin
      Sec-Fetch-Mode: navigate
      Sec-Fetch-User: ?1
      Sec-Fetch-Dest: document
      Referer: https://shop.example.com/cart
      Accept-Encoding: gzip, deflate, br, zstd
      Accept-Language: en-GB,en;q=0.9,zh-CN;q=0.8
      Cookie: session=0f8a2c5be1d94c1f8f6f0d7f8f1c2a3b; theme=dark; _ga=GA1.1.1234567890.1700000000

      """;

  private static final String ANSWER =
      """
      HTTP/1.1 200 OK
      Server: nginx/1.22.1
      Date: Fri, 20 Nov 2026 12:00:00 GMT
      Content-Type: application/json
      Content-Length: 1024
      Connection: keep-alive
      ETag: "65f1a2b3-400"
      Cache-Control: no-cache

      """;

  /** Whose head is read. */
  public enum Head {
    CURL(HeadParser.Kind.REQUEST, HeadParsing.CURL),
    BROWSER(HeadParser.Kind.REQUEST, HeadParsing.BROWSER),
    ANSWER(HeadParser.Kind.RESPONSE, HeadParsing.ANSWER);

    private final HeadParser.Kind kind;
    private final String text;

    Head(HeadParser.Kind kind, String text) {
      this.kind = kind;
      this.text = text.replace("\n", "\r\n");
    }
  }

  @Param({"CURL", "BROWSER", "ANSWER"})
  public Head head = Head.CURL;

  private final HeadTable table = new HeadTable();
  private final ByteBuf in = PooledByteBufAllocator.DEFAULT.directBuffer(4096);
  private final ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(4096);
  private HeadParser parser = new HeadParser(head.kind, LIMITS);

  private static final HeadLimits LIMITS = new HeadLimits(8192, 16384, 32768, 100, 256);

  @Setup
  public void fill() {
    in.writeCharSequence(head.text, StandardCharsets.US_ASCII);
    parser = new HeadParser(head.kind, LIMITS);
  }

  @TearDown
  public void release() {
    in.release();
    out.release();
  }

  /** From the read buffer to the complete table. */
  @Benchmark
  public HeadParser.Result parse() {
    in.readerIndex(0);
    return parser.parse(in, table);
  }

  /** As a proxy does: parse, add a field, write everything that goes on. */
  @Benchmark
  public int parseAndWrite() {
    in.readerIndex(0);
    parser.parse(in, table);
    table.set("x-forwarded-for", "127.0.0.1");
    out.clear();
    table.writeFields(out);
    return out.writerIndex();
  }
}
