package dev.yumen.dataplane.stream;

import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.loop.Loop;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** The client's side of one exchange: what can be sent to it. Only on its loop. */
public interface ClientStream {

  Loop loop();

  /** Where the request came from. */
  Peer peer();

  /** The version of HTTP that this request came in: {@code 1.0}, {@code 1.1}, {@code 2}. */
  String version();

  /** Sends an interim answer, 102 to 199 or 100. HTTP/1.0 clients are spared. */
  void sendInterim(int status, HeadTable fields);

  /**
   * Starts the answer.
   *
   * @param fields connection-owned fields in it are ignored; framing is written from the other two
   * @param length body bytes for {@code LENGTH} and {@code STATED}, else ignored
   */
  void sendHead(int status, HeadTable fields, Framing framing, long length);

  /** Sends body bytes and takes ownership of them. */
  void sendBody(ByteBuf data);

  /** The answer is complete. The stream must not be used after this by the exchange. */
  void sendEnd(@Nullable HeadTable trailers);

  /** Hands everything sent so far to the socket. */
  void flush();

  /** Whether more should be sent now; {@link RequestEvents#onClientWritable} tells the change. */
  boolean writable();

  /** Cuts the connection so that what was sent can not be taken for a whole answer. */
  void abort();

  /** Says that the connection ends with this answer. To be called before {@link #sendHead}. */
  void closeAfterAnswer();

  /** Says that foreign code may still hold the request's head, so that it is not used again. */
  void leaveHead();

  /** Stops and restarts the coming of request bytes. */
  void pauseRequest();

  void resumeRequest();

  /** Whether the client has sent bytes beyond its request already. */
  boolean sentAhead();

  /** After 101 was sent: bytes go through as they are. */
  void startTunnel();

  /** Closes the sending side of a tunnel. */
  void endTunnel();
}
