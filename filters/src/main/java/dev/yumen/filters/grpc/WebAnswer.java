package dev.yumen.filters.grpc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.yumen.api.BodySink;
import dev.yumen.api.BodyTransform;
import dev.yumen.api.Headers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * The body of an answer as gRPC-Web has it: messages as they are, then the trailers as one more
 * frame, whose first bit says what it is. Each piece goes on as it comes, in Base64 with padding of
 * its own when text is wanted.
 */
final class WebAnswer implements BodyTransform {
  private static final int TRAILERS = 0x80;

  private final boolean text;

  WebAnswer(boolean text) {
    this.text = text;
  }

  @Override
  public void onChunk(ByteBuf chunk, BodySink out) {
    out.emit(text ? encoded(chunk) : chunk);
  }

  @Override
  public void onEnd(Headers trailers, BodySink out) {
    if (trailers.size() == 0) {
      return; // not an answer of gRPC; the client finds that it has no status
    }
    StringBuilder fields = new StringBuilder();
    trailers.forEach(
        (name, value) ->
            fields.append(name.toLowerCase(Locale.ROOT)).append(": ").append(value).append("\r\n"));
    byte[] block = fields.toString().getBytes(ISO_8859_1);
    ByteBuf frame = Unpooled.buffer(5 + block.length);
    frame.writeByte(TRAILERS).writeInt(block.length).writeBytes(block);
    names(trailers).forEach(trailers::remove);
    onChunk(frame, out);
  }

  private static List<String> names(Headers trailers) {
    List<String> names = new ArrayList<>();
    trailers.forEach((name, value) -> names.add(name));
    return names;
  }

  private static ByteBuf encoded(ByteBuf chunk) {
    byte[] bytes = new byte[chunk.readableBytes()];
    chunk.readBytes(bytes).release();
    return Unpooled.wrappedBuffer(Base64.getEncoder().encode(bytes));
  }
}
