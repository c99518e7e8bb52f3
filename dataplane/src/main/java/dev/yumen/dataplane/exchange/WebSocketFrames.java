package dev.yumen.dataplane.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Follows the frames of one direction of a WebSocket (RFC 6455 §5.2) without looking at what is in
 * them, so that a frame of our own can be put between two. One for each direction; only on the
 * exchange's loop.
 */
final class WebSocketFrames {
  private static final int CLOSE = 8;
  private static final int MASKED = 0x80;
  private static final int GOING_AWAY = 1001;

  private final byte[] header = new byte[14];
  private int headerRead;
  private long payloadLeft;
  private boolean closed;

  /** Takes note of bytes that go by. */
  void follow(ByteBuf data) {
    int index = data.readerIndex();
    int end = data.writerIndex();
    while (index < end) {
      if (payloadLeft > 0) {
        int skipped = (int) Math.min(payloadLeft, end - index);
        payloadLeft -= skipped;
        index += skipped;
      } else {
        header[headerRead++] = data.getByte(index++);
        if (headerRead >= 2 && headerRead == headerBytes()) {
          closed |= (header[0] & 0xf) == CLOSE;
          payloadLeft = payload();
          headerRead = 0;
        }
      }
    }
  }

  private int lengthBytes() {
    return switch (header[1] & 0x7f) {
      case 126 -> 2;
      case 127 -> 8;
      default -> 0;
    };
  }

  private int headerBytes() {
    return 2 + lengthBytes() + ((header[1] & MASKED) != 0 ? 4 : 0);
  }

  private long payload() {
    int bytes = lengthBytes();
    if (bytes == 0) {
      return header[1] & 0x7f;
    }
    long length = 0;
    for (int i = 0; i < bytes; i++) {
      length = length << 8 | (header[2 + i] & 0xff);
    }
    // The highest bit must be 0; where it is not, no frame is to be told from the next.
    return length < 0 ? Long.MAX_VALUE : length;
  }

  /** Whether a frame may be put here: none is under way, and none has said the end. */
  boolean takesClose() {
    return headerRead == 0 && payloadLeft == 0 && !closed;
  }

  /**
   * A Close frame with 1001, going away (§7.4.1).
   *
   * @param masked as a client has to (§5.3)
   */
  static ByteBuf goingAway(boolean masked) {
    ByteBuf frame = Unpooled.buffer(8).writeByte(0x80 | CLOSE);
    if (masked) {
      // Any key will do: nothing of the payload is another's.
      frame.writeByte(MASKED | 2).writeInt(0);
    } else {
      frame.writeByte(2);
    }
    return frame.writeShort(GOING_AWAY);
  }
}
