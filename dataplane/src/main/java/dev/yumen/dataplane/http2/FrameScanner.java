package dev.yumen.dataplane.http2;

import dev.yumen.dataplane.stream.IdleFrames;
import io.netty.buffer.ByteBuf;

/**
 * Follows the frames of a peer by their headers alone (RFC 9113 §4.1), before they are decoded. It
 * knows whether the peer is in the middle of something, and how many frames came that ask for
 * nothing.
 */
final class FrameScanner {
  private static final int HEADER_BYTES = 9;
  private static final int PREFACE_BYTES = 24;
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int CONTINUATION = 9;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  private final IdleFrames idle;
  private final byte[] header = new byte[HEADER_BYTES];
  private int have;
  private int skip;
  private boolean inHeaders;
  private boolean inData;
  private long frames;

  private FrameScanner(int skip, long now) {
    this.skip = skip;
    this.idle = new IdleFrames(now);
  }

  /** Of what a client sends: its preface, then frames. */
  static FrameScanner ofClient(long now) {
    return new FrameScanner(PREFACE_BYTES, now);
  }

  /** Of what a service sends. */
  static FrameScanner ofService(long now) {
    return new FrameScanner(0, now);
  }

  /** Looks at bytes without taking them. */
  void scan(ByteBuf in) {
    int at = in.readerIndex();
    int end = in.writerIndex();
    while (at < end) {
      if (skip > 0) {
        int skipped = Math.min(skip, end - at);
        skip -= skipped;
        at += skipped;
        continue;
      }
      header[have++] = in.getByte(at++);
      if (have == HEADER_BYTES) {
        have = 0;
        frame();
      }
    }
  }

  private void frame() {
    skip = (header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | (header[2] & 0xff);
    frames++;
    int type = header[3];
    int flags = header[4];
    boolean opens = type == HEADERS || type == CONTINUATION;
    if (opens) {
      inHeaders = (flags & END_HEADERS) == 0;
    }
    inData = type == DATA;
    boolean ends = type == DATA && (flags & END_STREAM) != 0;
    if (opens || ends || (type == DATA && skip > 0)) {
      idle.useful();
    } else {
      idle.idle();
    }
  }

  /** A head was sent: the peer may have asked for it, or may answer it, by many frames. */
  void sent() {
    idle.useful();
  }

  /** Data was sent: the peer may give back the window for it, in pieces of its own choice. */
  void sent(int bytes) {
    idle.sent(bytes);
  }

  /** Whether a frame other than DATA, or the fields of a head, have begun and not ended. */
  boolean inTheMiddle() {
    return have > 0 || (skip > 0 && !inData) || inHeaders;
  }

  /** Whether a DATA frame has begun and not ended. */
  boolean inData() {
    return inData && skip > 0;
  }

  /** Whether the fields of a head have begun and not ended. */
  boolean inHeaders() {
    return inHeaders;
  }

  /** All frames so far. */
  long frames() {
    return frames;
  }

  /** See {@link IdleFrames#flooded}. */
  boolean flooded(int most, long now, boolean taken) {
    return idle.flooded(most, now, taken);
  }
}
