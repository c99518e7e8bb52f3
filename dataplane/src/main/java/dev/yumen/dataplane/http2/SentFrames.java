package dev.yumen.dataplane.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import org.jspecify.annotations.Nullable;

/**
 * Writes frames, and tells of each DATA frame as it goes to the socket. What a stream hands over is
 * cut and joined by the flow controller on the way; only here is it known what the windows let
 * through.
 */
final class SentFrames extends DefaultHttp2FrameWriter {
  /** Hears of data that was sent. */
  interface Listener {
    void onSent(int stream, int bytes);
  }

  private @Nullable Listener listener;

  void listener(Listener listener) {
    this.listener = listener;
  }

  @Override
  public ChannelFuture writeData(
      ChannelHandlerContext context,
      int stream,
      ByteBuf data,
      int padding,
      boolean last,
      ChannelPromise promise) {
    if (listener != null) {
      listener.onSent(stream, data.readableBytes());
    }
    return super.writeData(context, stream, data, padding, last, promise);
  }
}
