package dev.yumen.dataplane.stream;

import dev.yumen.api.Failure;
import dev.yumen.dataplane.http1.HeadTable;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** What an exchange hears from its client's side. Only on its loop. */
public interface RequestEvents {

  /** Body bytes; the receiver owns them. */
  void onRequestBody(ByteBuf data);

  /** The request is complete; in a tunnel, the client will send no more. */
  void onRequestEnd(@Nullable HeadTable trailers);

  /** No more events for now: what was written towards the upstream should go out. */
  void onRequestFlush();

  void onClientWritable();

  /** The client closed its sending side after a complete request. */
  void onClientHalfClosed();

  /** The request can not be completed: malformed, too slow, or the client is gone. */
  void onRequestFailure(Failure failure);

  /** A tunnel has to end, by a limit or because we go; does nothing where there is none. */
  default void onTunnelOver() {}
}
