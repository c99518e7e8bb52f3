package dev.yumen.filters.mask;

import dev.yumen.api.BodySink;
import dev.yumen.api.BodyTransform;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Headers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Hides line by line: what is complete goes on at once, the beginning of a line is held. So the
 * result does not depend on how the bytes arrive, and streams of events stay streams.
 */
final class LineMasking implements BodyTransform {
  private final Function<byte[], byte @Nullable []> masking;
  private final int longest;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);

  /**
   * @param masking of one line with its end; null when it can not be done
   * @param longest bytes of a line that are held
   */
  LineMasking(Function<byte[], byte @Nullable []> masking, int longest) {
    this.masking = masking;
    this.longest = longest;
  }

  @Override
  public void onChunk(ByteBuf chunk, BodySink out) {
    try {
      while (chunk.isReadable()) {
        int end = chunk.bytesBefore((byte) '\n');
        int length = end < 0 ? chunk.readableBytes() : end + 1;
        if (line.size() + length > longest) {
          refuse("a line of more than max-body", out);
          return;
        }
        byte[] piece = new byte[length];
        chunk.readBytes(piece);
        line.writeBytes(piece);
        if (end >= 0 && !flush(out)) {
          return;
        }
      }
    } finally {
      chunk.release();
    }
  }

  private boolean flush(BodySink out) {
    byte[] masked = masking.apply(line.toByteArray());
    line.reset();
    if (masked == null) {
      refuse("what can not be read", out);
      return false;
    }
    out.emit(Unpooled.wrappedBuffer(masked));
    return true;
  }

  private static void refuse(String what, BodySink out) {
    out.fail(Failure.of(FailureCode.ANSWER_REFUSED, "data-mask: " + what));
  }

  @Override
  public void onEnd(Headers trailers, BodySink out) {
    DataMaskFilter.removeDigests(trailers);
    if (line.size() > 0) {
      flush(out);
    }
  }
}
