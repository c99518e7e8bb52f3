package dev.yumen.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * A request as an {@link Http2Service} receives it, and the means to answer it frame by frame.
 * Nothing is answered by itself.
 */
public final class Http2Request extends Http2Message {
  private final Http2Accepted connection;
  private final int stream;

  Http2Request(Http2Accepted connection, int stream) {
    this.connection = connection;
    this.stream = stream;
  }

  public Http2Accepted connection() {
    return connection;
  }

  public int stream() {
    return stream;
  }

  public String method() {
    return header(":method") + "";
  }

  public String path() {
    return header(":path") + "";
  }

  // ---- waiting ----

  /** Waits for END_STREAM; a reset that comes instead fails the test, but only ends a script. */
  public Http2Request awaitEnd() {
    connection.await("the end of " + this, () -> isEnded() || isReset());
    if (!isEnded()) {
      throw new UncheckedIOException(new IOException(this + " was to end"));
    }
    return this;
  }

  /** Waits until this many bytes of the body have come. */
  public Http2Request awaitBody(long bytes) {
    connection.await(bytes + " bytes of " + this, () -> bodyLength() >= bytes);
    return this;
  }

  /** Waits for RST_STREAM; returns its error code. */
  public int awaitReset() {
    connection.await("a reset of " + this, this::isReset);
    return resetBy();
  }

  // ---- answering ----

  /** Sends frames on the connection, all by one write; meant for those of this stream. */
  public Http2Request send(Http2Frame... frames) {
    connection.send(frames);
    return this;
  }

  /** Sends a whole answer: its head, and a text with END_STREAM. */
  public Http2Request answer(int status, String body, String... fields) {
    return send(headFrame(status, false, fields), Http2Frame.data(stream, true, body));
  }

  /** Sends a head that a body follows; it may be an interim one. */
  public Http2Request head(int status, String... fields) {
    return send(headFrame(status, false, fields));
  }

  /** Sends a head with END_STREAM. */
  public Http2Request onlyHead(int status, String... fields) {
    return send(headFrame(status, true, fields));
  }

  private Http2Frame headFrame(int status, boolean last, String... fields) {
    String[] all =
        Stream.concat(Stream.of(":status", status + ""), Arrays.stream(fields))
            .toArray(String[]::new);
    return Http2Frame.headers(stream, last, all);
  }

  /** Sends a piece of the body, whatever the windows say. */
  public Http2Request data(String text) {
    return send(Http2Frame.data(stream, false, text));
  }

  /** Sends a piece of the body, whatever the windows say. */
  public Http2Request data(byte[] bytes) {
    return send(Http2Frame.data(stream, false, bytes));
  }

  /** Sends the last piece of the body. */
  public Http2Request end(String text) {
    return send(Http2Frame.data(stream, true, text));
  }

  /** Sends the last piece of the body. */
  public Http2Request end(byte[] bytes) {
    return send(Http2Frame.data(stream, true, bytes));
  }

  /** Sends fields behind the body, with END_STREAM. */
  public Http2Request trailers(String... fields) {
    return send(Http2Frame.headers(stream, true, fields));
  }

  public Http2Request reset(int error) {
    return send(Http2Frame.reset(stream, error));
  }

  /** Returns when the client has dealt with everything that was sent on the connection before. */
  public Http2Request ping() {
    connection.ping();
    return this;
  }

  /** From now on, the body is compared with {@link PatternBytes}, and not kept. */
  public Http2Request checkPattern() {
    comparePattern();
    return this;
  }

  @Override
  public synchronized String toString() {
    return "stream " + stream + " of connection " + connection.number() + ": " + super.toString();
  }
}
