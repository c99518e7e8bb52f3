package dev.yumen.dataplane.admin;

import dev.yumen.api.Response;
import java.io.IOException;

/** What is sent for a request of the admin port. */
public sealed interface AdminAnswer {

  /** All of it at once. */
  record Whole(Response response) implements AdminAnswer {}

  /**
   * Piece by piece, as it comes to be.
   *
   * @param head status and fields; its body is not sent
   */
  record Stream(Response head, Writer writer) implements AdminAnswer {}

  /** Writes the pieces of a stream, on the virtual thread of its request. */
  @FunctionalInterface
  interface Writer {

    /**
     * Writes until there is no more to say; the answer then ends.
     *
     * @throws IOException when the client is gone
     * @throws InterruptedException when the port is closed
     */
    void write(Sink to) throws IOException, InterruptedException;
  }

  /** Where the pieces go. Used by the writer's thread alone. */
  interface Sink {

    /**
     * Sends a piece, waiting while the client does not take more.
     *
     * @throws IOException when the client is gone
     */
    void send(byte[] piece) throws IOException, InterruptedException;
  }

  static AdminAnswer of(Response response) {
    return new Whole(response);
  }
}
