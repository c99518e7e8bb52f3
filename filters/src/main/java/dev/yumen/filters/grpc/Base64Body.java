package dev.yumen.filters.grpc;

import dev.yumen.api.BodySink;
import dev.yumen.api.BodyTransform;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/**
 * Decodes a body of Base64 (RFC 4648 §4) as it arrives, cut anywhere. Several encoded pieces may
 * stand one behind the other, each with padding of its own, as gRPC-Web has it; nothing else may be
 * between them.
 */
final class Base64Body implements BodyTransform {
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  private static final byte NONE = -1;
  private static final byte PADDING = 64;
  private static final byte[] VALUES = values();

  /** Of the group of four that has begun. */
  private int bits;

  private int held;
  private int padding;
  private boolean failed;

  private static byte[] values() {
    byte[] values = new byte[256];
    Arrays.fill(values, NONE);
    for (int i = 0; i < ALPHABET.length(); i++) {
      values[ALPHABET.charAt(i)] = (byte) i;
    }
    values['='] = PADDING;
    return values;
  }

  @Override
  public void onChunk(ByteBuf chunk, BodySink out) {
    ByteBuf decoded = Unpooled.buffer(chunk.readableBytes() / 4 * 3 + 3);
    while (!failed && chunk.isReadable()) {
      take(VALUES[chunk.readUnsignedByte()], decoded);
    }
    chunk.release();
    if (failed) {
      decoded.release();
      fail(out, "the body is no Base64");
    } else if (decoded.isReadable()) {
      out.emit(decoded);
    } else {
      decoded.release();
    }
  }

  private void take(byte value, ByteBuf decoded) {
    boolean pads = value == PADDING;
    failed = value == NONE || (pads ? held < 2 : padding > 0);
    bits = bits << 6 | (pads ? 0 : value);
    padding += pads ? 1 : 0;
    if (++held < 4) {
      return;
    }
    for (int i = 0; i < 3 - padding; i++) {
      decoded.writeByte(bits >> (16 - 8 * i));
    }
    bits = 0;
    held = 0;
    padding = 0;
  }

  @Override
  public void onEnd(BodySink out) {
    if (held > 0 && !failed) {
      fail(out, "the body ends within a group of Base64");
    }
  }

  private void fail(BodySink out, String why) {
    failed = true;
    out.fail(Failure.of(FailureCode.BAD_REQUEST, why + " (application/grpc-web-text)"));
  }
}
