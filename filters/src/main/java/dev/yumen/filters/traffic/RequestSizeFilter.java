package dev.yumen.filters.traffic;

import dev.yumen.api.BodyFilter;
import dev.yumen.api.BodySink;
import dev.yumen.api.BodyTransform;
import dev.yumen.api.BodyTreatment;
import dev.yumen.api.DataSize;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.FilterType;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.Shorthand;
import dev.yumen.api.Verdict;
import io.netty.buffer.ByteBuf;

/**
 * Refuses request bodies that are too long: by their {@code Content-Length} before anything is
 * forwarded, and by counting where the length is not known beforehand.
 */
public final class RequestSizeFilter implements BodyFilter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>(
          "request-size", Config.class, (config, context) -> new RequestSizeFilter(config));

  /** How long a body may be. */
  @Describe("Refuses request bodies that are too long.")
  @Shorthand("max")
  public record Config(@Describe("Most bytes of a request body, such as 1MiB.") DataSize max) {}

  private final long max;

  private RequestSizeFilter(Config config) {
    max = config.max.bytes();
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    String length = exchange.request().headers().first("content-length");
    if (length != null && isMoreThan(length, max)) {
      return Verdict.fail(FailureCode.PAYLOAD_TOO_LARGE, "a body of " + length + " bytes");
    }
    return Verdict.proceed();
  }

  /** The codec has checked that these are digits, at most 2^63 - 1 (RFC 9112 §6.3). */
  private static boolean isMoreThan(String length, long max) {
    return Long.parseLong(length) > max;
  }

  @Override
  public BodyTreatment requestBody(Exchange exchange) {
    return exchange.request().headers().contains("content-length")
        ? BodyTreatment.pass()
        : new BodyTreatment.Inspect(new Count(max));
  }

  /** Counts one body down. */
  private static final class Count implements BodyTransform {
    private long left;

    Count(long max) {
      left = max;
    }

    @Override
    public void onChunk(ByteBuf chunk, BodySink out) {
      left -= chunk.readableBytes();
      if (left >= 0) {
        out.emit(chunk);
        return;
      }
      chunk.release();
      out.fail(Failure.of(FailureCode.PAYLOAD_TOO_LARGE, "a body of unknown length"));
    }
  }
}
