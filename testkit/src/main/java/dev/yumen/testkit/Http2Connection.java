package dev.yumen.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection, be it the client's or the service's: it sends exactly the frames that a
 * test gives it, and has the manners of HTTP/2 unless told otherwise. The two differ in who reads:
 * a client while a test waits for something, a service all the time.
 *
 * @param <T> the type of this end, which methods return so that calls can be chained
 */
public abstract sealed class Http2Connection<T extends Http2Connection<T>>
    permits Http2Accepted, Http2Client {
  final Http2Wire wire;
  final Http2Session session;

  Http2Connection(Http2Wire wire) {
    this.wire = wire;
    this.session = new Http2Session(wire, new Messages());
  }

  abstract T self();

  /** The message of a stream on which something came. */
  abstract Http2Message message(int stream);

  void takeFields(int stream, List<Map.Entry<String, String>> fields, boolean last) {
    message(stream).takeFields(fields, last);
  }

  /** What a failure says of what came before. */
  String received() {
    return session.received();
  }

  // ---- manners ----

  /** From now on, what was received is not given back by WINDOW_UPDATE. */
  public T keepWindows() {
    session.keepWindows();
    return self();
  }

  /** From now on, what was received is given back at once, frame by frame, as some peers do. */
  public T giveBackAtOnce() {
    session.giveBackAtOnce();
    return self();
  }

  /** From now on, PING is not answered. */
  public T keepPings() {
    session.keepPings();
    return self();
  }

  // ---- sending ----

  public T sendBytes(byte[] bytes) {
    return doing(() -> wire.write(bytes));
  }

  /** Sends frames, all by one write, whatever they are. */
  public T send(Http2Frame... frames) {
    return doing(() -> session.send(frames));
  }

  /** Sends a PING and waits for its answer: what was sent before has been dealt with. */
  public T ping() {
    long opaque = session.newPing();
    send(Http2Frame.ping(opaque));
    return await("the answer to PING", () -> session.isAnswered(opaque));
  }

  /** Bytes that the peer takes on this stream now; stream 0 is the connection. */
  public long sendWindow(int stream) {
    return session.sendWindow(stream);
  }

  /** Gives the peer this much more window, for an end that {@linkplain #keepWindows keeps} it. */
  public T giveWindow(int stream, int more) {
    return doing(() -> session.giveWindow(stream, more));
  }

  /** Changes the window that every stream begins with, and those of the open ones with it. */
  public T changeWindows(int window) {
    return doing(() -> session.changeWindows(window));
  }

  // ---- what came ----

  /** Waits until this holds; fails when it does not in time. */
  public abstract T await(String what, BooleanSupplier condition);

  /** The first GOAWAY, be it here already or still to come. */
  public Http2Frame awaitGoAway() {
    await("GOAWAY", () -> !goAways().isEmpty());
    return goAways().getFirst();
  }

  /** Every GOAWAY that came. */
  public List<Http2Frame> goAways() {
    return session.goAways();
  }

  /** A setting of the peer, or null when it has not named it (yet). */
  public @Nullable Integer peerSetting(int id) {
    return session.peerSetting(id);
  }

  // ---- ends ----

  /** Ends the sending side alone. */
  public T shutdownOutput() {
    return doing(wire::shutdownOutput);
  }

  /** Ends the connection by a reset. */
  public void reset() {
    doing(wire::reset);
  }

  public void close() {
    doing(wire::close);
  }

  final T doing(Step step) {
    return reading(
        () -> {
          step.run();
          return self();
        });
  }

  final <R extends @Nullable Object> R reading(Source<R> source) {
    try {
      return source.get();
    } catch (IOException e) {
      throw new UncheckedIOException(e + received(), e);
    }
  }

  @FunctionalInterface
  interface Step {
    void run() throws IOException;
  }

  @FunctionalInterface
  interface Source<R extends @Nullable Object> {
    R get() throws IOException;
  }

  private final class Messages implements Http2Session.Streams {
    @Override
    public void fields(int stream, List<Map.Entry<String, String>> fields, boolean last) {
      takeFields(stream, fields, last);
    }

    @Override
    public void data(int stream, byte[] bytes, boolean last) {
      message(stream).takeData(bytes, last);
    }

    @Override
    public void reset(int stream, int error) {
      message(stream).takeReset(error);
    }
  }
}
