package dev.yumen.dataplane.stream;

import dev.yumen.dataplane.http1.HeadTable;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** The upstream's side of one attempt: what can be sent to it. Only on its loop. */
public interface UpstreamStream {

  /** Whether the connection served another request before. */
  boolean reused();

  /** The version of HTTP that the upstream speaks, as {@link ClientStream#version}. */
  String version();

  /**
   * Starts the request.
   *
   * @param length body bytes for {@code LENGTH}, else ignored
   */
  void sendHead(InboundRequest request, Framing framing, long length);

  /** Sends body bytes and takes ownership of them. */
  void sendBody(ByteBuf data);

  /** The request is complete. */
  void sendEnd(@Nullable HeadTable trailers);

  void flush();

  boolean writable();

  /** Stops and restarts the coming of response bytes. */
  void pauseResponse();

  void resumeResponse();

  /** Gives the attempt up, and its connection where it has no other; no event comes after this. */
  void cancel();

  /** Accepts a 101: bytes go through as they are. */
  void startTunnel();

  /** Closes the sending side of a tunnel. */
  void endTunnel();

  /** Both sides have ended in order: closes the connection behind what is still to be sent. */
  void finishTunnel();
}
