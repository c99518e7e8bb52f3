package dev.yumen.dataplane.wire;

import dev.yumen.api.AnyFilter;
import dev.yumen.api.BodyFilter;
import dev.yumen.api.BodySink;
import dev.yumen.api.BodyTransform;
import dev.yumen.api.BodyTreatment;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Filters made of lambdas, under names of their own. */
final class TestFilters {
  private TestFilters() {}

  /** No settings. */
  @Describe("No settings.")
  record Nothing() {}

  static FilterType<Nothing> type(String name, AnyFilter filter) {
    return new FilterType<>(name, Nothing.class, (config, context) -> filter);
  }

  /** A route to {@code service} for each filter, under its name: the last lines of a text. */
  static String routes(List<FilterType<?>> types) {
    return types.stream()
        .map(FilterType::name)
        .map(
            "  - {id: x-%1$s, match: {path: /%1$s}, to: service, filters: [{%1$s: {}}]}\n"
                ::formatted)
        .collect(Collectors.joining());
  }

  static FilterType<Nothing> onRequest(String name, Function<Exchange, Verdict> step) {
    return type(
        name,
        new Filter() {
          @Override
          public Verdict onRequest(Exchange exchange) {
            return step.apply(exchange);
          }
        });
  }

  /** What a filter does with an answer's head. */
  @FunctionalInterface
  interface ResponseStep {
    Verdict apply(Exchange exchange, ResponseHead head);
  }

  static FilterType<Nothing> onResponse(String name, ResponseStep step) {
    return type(
        name,
        new Filter() {
          @Override
          public Verdict onResponse(Exchange exchange, ResponseHead head) {
            return step.apply(exchange, head);
          }
        });
  }

  static FilterType<Nothing> onRequestBody(String name, Function<Exchange, BodyTreatment> step) {
    return type(
        name,
        new BodyFilter() {
          @Override
          public BodyTreatment requestBody(Exchange exchange) {
            return step.apply(exchange);
          }
        });
  }

  static FilterType<Nothing> onResponseBody(String name, Function<Exchange, BodyTreatment> step) {
    return type(
        name,
        new BodyFilter() {
          @Override
          public BodyTreatment responseBody(Exchange exchange, ResponseHead head) {
            return step.apply(exchange);
          }
        });
  }

  static BodyTreatment stream(UnaryOperator<String> edit) {
    return new BodyTreatment.Stream(edit(edit));
  }

  static BodyTreatment whole(int maxBytes, UnaryOperator<String> edit) {
    return new BodyTreatment.Whole(maxBytes, edit(edit));
  }

  /** Rewrites every chunk as a text, and adds a full stop at the end. */
  static BodyTransform edit(UnaryOperator<String> edit) {
    return new BodyTransform() {
      @Override
      public void onChunk(ByteBuf chunk, BodySink out) {
        String text = chunk.toString(StandardCharsets.UTF_8);
        chunk.release();
        out.emit(buffer(edit.apply(text)));
      }

      @Override
      public void onEnd(BodySink out) {
        out.emit(buffer("."));
      }
    };
  }

  /** Passes chunks on and counts their bytes. */
  static BodyTransform count(AtomicLong bytes) {
    return (chunk, out) -> {
      bytes.addAndGet(chunk.readableBytes());
      out.emit(chunk);
    };
  }

  static ByteBuf buffer(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
  }
}
