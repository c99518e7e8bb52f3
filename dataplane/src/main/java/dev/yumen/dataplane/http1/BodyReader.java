package dev.yumen.dataplane.http1;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Takes the body of a message off a connection, by its length or by its chunks, without a copy. One
 * instance per connection and direction, made ready by {@link #length} or {@link #chunked}; only on
 * the connection's loop.
 */
public final class BodyReader {
  private final HeadLimits limits;
  private @Nullable ChunkedDecoder decoder;
  private boolean chunked;
  private long left;

  public BodyReader(HeadLimits limits) {
    this.limits = limits;
  }

  /** Makes ready for the body of a request with this head; false when it has none. */
  public boolean begin(HeadTable request) {
    if (request.chunked()) {
      chunked();
    } else {
      length(Math.max(0, request.contentLength()));
    }
    return !finished();
  }

  /** A body of this many bytes follows. */
  public void length(long bytes) {
    chunked = false;
    left = bytes;
  }

  /** A body in chunks follows. */
  public void chunked() {
    chunked = true;
    decoder().reset();
  }

  /**
   * The next piece as a retained slice that the caller owns; null when there is none to be had, by
   * which the body may have {@link #finished} or {@link #failed}. Takes no byte behind the body.
   */
  public @Nullable ByteBuf next(ByteBuf in) {
    if (chunked) {
      return decoder().next(in);
    }
    int piece = (int) Math.min(left, in.readableBytes());
    left -= piece;
    return piece == 0 ? null : in.readRetainedSlice(piece);
  }

  /** Whether the body was read to its end. */
  public boolean finished() {
    return chunked ? decoder().finished() : left == 0;
  }

  public boolean failed() {
    return chunked && decoder().failed();
  }

  /** Why the body is refused. Only when it {@link #failed}. */
  public WireError error() {
    return decoder().error();
  }

  /** The fields behind the body; null when there are none. */
  public @Nullable HeadTable trailers() {
    return chunked && decoder().trailers().size() > 0 ? decoder().trailers() : null;
  }

  /** Whether at most this many bytes are still to come, as far as is known. */
  public boolean within(long bytes) {
    return chunked ? bytes > 0 : left <= bytes;
  }

  private ChunkedDecoder decoder() {
    if (decoder == null) {
      decoder = new ChunkedDecoder(limits);
    }
    return decoder;
  }
}
