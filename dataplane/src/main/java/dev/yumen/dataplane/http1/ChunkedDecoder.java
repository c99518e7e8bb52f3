package dev.yumen.dataplane.http1;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Takes the chunks of a body apart (RFC 9112 §7.1) without copying their data. Extensions are
 * checked and ignored, within limits: one line may be {@link HeadLimits#chunkLine} long, and all
 * extensions of a body together may not outgrow its data by much.
 *
 * <p>One instance per connection and direction, used again after {@link #reset}; not thread-safe.
 */
public final class ChunkedDecoder {
  /** Sixteen digits hold every size below 2^64. */
  private static final int MOST_DIGITS = 16;

  /** Extension bytes that a body may have beyond the number of its data bytes. */
  private static final int EXTENSION_ALLOWANCE = 16 * 1024;

  // Phases. Those from BEFORE_EXTENSION to QUOTED_PAIR are within an extension.
  private static final int SIZE = 0;
  private static final int BEFORE_EXTENSION = 1;
  private static final int BEFORE_NAME = 2;
  private static final int NAME = 3;
  private static final int AFTER_NAME = 4;
  private static final int BEFORE_VALUE = 5;
  private static final int VALUE = 6;
  private static final int QUOTED = 7;
  private static final int QUOTED_PAIR = 8;
  private static final int AFTER_QUOTED = 9;
  private static final int SIZE_LF = 10;
  private static final int DATA = 11;
  private static final int DATA_CR = 12;
  private static final int DATA_LF = 13;
  private static final int TRAILERS = 14;
  private static final int FINISHED = 15;
  private static final int FAILED = 16;

  private final int mostLineBytes;
  private final HeadParser trailerParser;
  private final HeadTable trailers = new HeadTable();

  private int phase = SIZE;
  private int digits;
  private int lineBytes;
  private long remaining;
  private long extensionBytes;
  private long dataBytes;
  private @Nullable WireError error;

  public ChunkedDecoder(HeadLimits limits) {
    this.mostLineBytes = limits.chunkLine();
    this.trailerParser = new HeadParser(HeadParser.Kind.TRAILERS, limits);
  }

  /**
   * The next piece of data as a retained slice that the caller owns; null when more input is
   * needed, the body is {@link #finished}, or it {@link #failed}. Consumes no byte behind the body.
   */
  public @Nullable ByteBuf next(ByteBuf in) {
    while (in.isReadable() && phase < FINISHED) {
      if (phase == DATA) {
        return data(in);
      }
      if (phase == TRAILERS) {
        trailers(in);
      } else {
        line(in.readByte());
      }
    }
    return null;
  }

  /** Whether the last chunk and the trailers were read. */
  public boolean finished() {
    return phase == FINISHED;
  }

  public boolean failed() {
    return phase == FAILED;
  }

  /** Why the body is refused. Only when {@link #failed}. */
  public WireError error() {
    if (error == null) {
      throw new IllegalStateException("the body is not refused");
    }
    return error;
  }

  /**
   * The trailer fields that are allowed to be there; empty before the body is {@link #finished}.
   */
  public HeadTable trailers() {
    return trailers;
  }

  public void reset() {
    phase = SIZE;
    digits = 0;
    lineBytes = 0;
    remaining = 0;
    extensionBytes = 0;
    dataBytes = 0;
    error = null;
    trailerParser.reset();
    trailers.reset();
  }

  private ByteBuf data(ByteBuf in) {
    int amount = (int) Math.min(in.readableBytes(), remaining);
    remaining -= amount;
    dataBytes += amount;
    if (remaining == 0) {
      phase = DATA_CR;
    }
    return in.readRetainedSlice(amount);
  }

  private void trailers(ByteBuf in) {
    switch (trailerParser.parse(in, trailers)) {
      case DONE -> phase = FINISHED;
      case FAILED -> fail(trailerParser.error());
      case NEED_MORE -> {}
    }
  }

  private void line(byte b) {
    switch (phase) {
      case SIZE -> size(b);
      case SIZE_LF -> sizeLf(b);
      case DATA_CR -> expect(b, '\r', DATA_LF);
      case DATA_LF -> {
        expect(b, '\n', SIZE);
        digits = 0;
        lineBytes = 0;
      }
      default -> extension(b);
    }
  }

  private void size(byte b) {
    int value = hexValue(b);
    if (value >= 0) {
      if (digits == MOST_DIGITS || remaining > Long.MAX_VALUE >> 4) {
        fail(WireError.BAD_CHUNK_SIZE);
        return;
      }
      remaining = remaining << 4 | value;
      digits++;
      countLine();
    } else if (digits == 0) {
      fail(WireError.BAD_CHUNK_SIZE);
    } else if (b == '\r') {
      phase = SIZE_LF;
    } else if (b == ';' || Octets.isSpace(b)) {
      phase = b == ';' ? BEFORE_NAME : BEFORE_EXTENSION;
      countExtension();
    } else {
      fail(b == '\n' ? WireError.BARE_LF : WireError.BAD_CHUNK_SIZE);
    }
  }

  private void sizeLf(byte b) {
    if (b != '\n') {
      fail(WireError.BARE_CR);
    } else {
      phase = remaining == 0 ? TRAILERS : DATA;
    }
  }

  /** One byte of {@code *( BWS ";" BWS name [ BWS "=" BWS value ] )} (RFC 9112 §7.1.1). */
  private void extension(byte b) {
    int next = nextInExtension(b);
    if (next == FAILED) {
      fail(b == '\n' ? WireError.BARE_LF : WireError.BAD_CHUNK_EXTENSION);
      return;
    }
    phase = next;
    if (next != SIZE_LF) {
      countExtension();
    }
  }

  private int nextInExtension(byte b) {
    boolean space = Octets.isSpace(b);
    boolean token = Octets.is(b, Octets.TOKEN);
    return switch (phase) {
      case BEFORE_EXTENSION -> space ? phase : b == ';' ? BEFORE_NAME : FAILED;
      case BEFORE_NAME -> space ? phase : token ? NAME : FAILED;
      case NAME -> token ? phase : space ? AFTER_NAME : b == '=' ? BEFORE_VALUE : afterPart(b);
      case AFTER_NAME -> space ? phase : b == '=' ? BEFORE_VALUE : b == ';' ? BEFORE_NAME : FAILED;
      case BEFORE_VALUE -> space ? phase : b == '"' ? QUOTED : token ? VALUE : FAILED;
      case VALUE -> token ? phase : space ? BEFORE_EXTENSION : afterPart(b);
      case QUOTED ->
          b == '"'
              ? AFTER_QUOTED
              : b == '\\' ? QUOTED_PAIR : Octets.is(b, Octets.VALUE) ? phase : FAILED;
      case QUOTED_PAIR -> Octets.is(b, Octets.VALUE) ? QUOTED : FAILED;
      default -> space ? BEFORE_EXTENSION : afterPart(b);
    };
  }

  private static int afterPart(byte b) {
    return b == ';' ? BEFORE_NAME : b == '\r' ? SIZE_LF : FAILED;
  }

  private void countExtension() {
    countLine();
    if (++extensionBytes > EXTENSION_ALLOWANCE + dataBytes) {
      fail(WireError.CHUNK_LINE_TOO_LONG);
    }
  }

  private void countLine() {
    if (++lineBytes > mostLineBytes) {
      fail(WireError.CHUNK_LINE_TOO_LONG);
    }
  }

  private void expect(byte b, char expected, int next) {
    if (b == expected) {
      phase = next;
    } else {
      fail(WireError.BAD_CHUNK_END);
    }
  }

  private void fail(WireError reason) {
    error = reason;
    phase = FAILED;
  }

  /** The value of a hexadecimal digit, or -1. */
  static int hexValue(byte b) {
    if (b >= '0' && b <= '9') {
      return b - '0';
    }
    int letter = b | 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
  }
}
