package dev.yumen.testkit;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection that an {@link Http2Service} has accepted. It is read all the time by a thread of
 * its own; frames are sent by whoever wants it. What its peer does wrong fails every later wait.
 */
public final class Http2Accepted {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final int number;
  private final Http2Wire wire;
  private final Http2Session session;
  private final Consumer<Http2Request> taker;
  private final Map<Integer, Http2Request> requests = new HashMap<>();
  private final Set<Long> unansweredPings = ConcurrentHashMap.newKeySet();
  private final AtomicLong lastPing = new AtomicLong();
  private volatile RawClient.End end = RawClient.End.STILL_OPEN;
  private volatile @Nullable AssertionError fault;

  Http2Accepted(int number, Http2Wire wire, Consumer<Http2Request> taker) {
    this.number = number;
    this.wire = wire;
    this.taker = taker;
    this.session = new Http2Session(wire, new Requests());
  }

  /** Counted from 1, in the order connections were accepted. */
  public int number() {
    return number;
  }

  // ---- manners ----

  /** From now on, what was received is not given back by WINDOW_UPDATE. */
  public Http2Accepted keepWindows() {
    session.keepWindows();
    return this;
  }

  /** From now on, PING is not answered. */
  public Http2Accepted keepPings() {
    session.keepPings();
    return this;
  }

  // ---- sending ----

  public Http2Accepted sendBytes(byte[] bytes) {
    return doing(() -> wire.write(bytes));
  }

  /** Sends frames, all by one write, whatever they are. */
  public Http2Accepted send(Http2Frame... frames) {
    return doing(() -> session.send(frames));
  }

  /** Sends a PING and waits for its answer: what was sent before has been dealt with. */
  public Http2Accepted ping() {
    long opaque = lastPing.incrementAndGet();
    unansweredPings.add(opaque);
    send(Http2Frame.ping(opaque));
    await("the answer to PING " + opaque, () -> !unansweredPings.contains(opaque));
    return this;
  }

  /** Gives the peer this much more window; stream 0 is the connection. */
  public Http2Accepted giveWindow(int stream, int more) {
    return doing(() -> session.giveWindow(stream, more));
  }

  /** Changes the window that every stream begins with, and those of the open ones with it. */
  public Http2Accepted changeWindows(int window) {
    return doing(() -> session.changeWindows(window));
  }

  /**
   * Sends bytes of {@link PatternBytes} on a stream as the peer's windows allow it.
   *
   * @param patience how long to wait for a window
   * @return where it came to: less than the limit when the peer gave no window or reset the stream
   */
  public long sendPattern(Http2Request to, long limit, boolean thenEnd, Duration patience) {
    long[] at = {0};
    BooleanSupplier room = () -> session.sendWindow(to.stream()) > 0;
    while (at[0] < limit
        && Eventually.holdsWithin(patience, () -> to.isReset() || room.getAsBoolean())
        && !to.isReset()) {
      doing(() -> at[0] = session.sendPattern(to.stream(), at[0], limit, thenEnd));
    }
    return at[0];
  }

  /** Bytes that the peer takes on this stream now; stream 0 is the connection. */
  public long sendWindow(int stream) {
    return session.sendWindow(stream);
  }

  // ---- what came ----

  /** A setting of the peer, or null when it has not named it (yet). */
  public @Nullable Integer peerSetting(int id) {
    return session.peerSetting(id);
  }

  /** The first GOAWAY, waiting up to 10 s for it. */
  public Http2Frame awaitGoAway() {
    await("GOAWAY", () -> !session.goAways().isEmpty());
    return session.goAways().getFirst();
  }

  /** Every GOAWAY that came. */
  public List<Http2Frame> goAways() {
    return session.goAways();
  }

  public boolean isOpen() {
    return end == RawClient.End.STILL_OPEN;
  }

  /** How the peer ended the connection, waiting up to 10 s for it. */
  public RawClient.End awaitClosed() {
    await("the end of the connection", () -> !isOpen());
    return end;
  }

  /** Waits up to 10 s until this holds. */
  public void await(String what, BooleanSupplier condition) {
    if (!Eventually.holdsWithin(PATIENCE, () -> fault != null || condition.getAsBoolean())) {
      throw new AssertionError("not within " + PATIENCE + ": " + what + received());
    }
    failIfFaulty();
  }

  boolean isFaulty() {
    return fault != null;
  }

  void failIfFaulty() {
    AssertionError found = fault;
    if (found != null) {
      throw new AssertionError("connection " + number + ": " + found.getMessage(), found);
    }
  }

  String received() {
    return "; connection " + number + " " + end + session.received();
  }

  // ---- ends ----

  /** Ends the sending side alone. */
  public Http2Accepted shutdownOutput() {
    return doing(wire::shutdownOutput);
  }

  /** Ends the connection by a reset. */
  public void reset() {
    doing(wire::reset);
  }

  public void close() {
    doing(wire::close);
  }

  // ---- reading ----

  /** Sends the settings and reads to the end. On a thread of its own. */
  void serve(int... settings) {
    try {
      session.send(session.begin(settings));
      byte[] preface = wire.readBytes(Http2Client.PREFACE.length, never());
      if (!Arrays.equals(preface, Http2Client.PREFACE)) {
        throw new AssertionError("no preface of HTTP/2");
      }
      Http2Frame frame = session.read(never());
      while (frame != null) {
        if (frame.type() == Http2Frame.PING && frame.has(Http2Frame.ACK)) {
          unansweredPings.remove(frame.opaque());
        }
        frame = session.read(never());
      }
      end = RawClient.End.CLOSED;
      wire.close();
    } catch (EOFException e) {
      end = RawClient.End.CLOSED;
    } catch (SocketException e) {
      end = RawClient.End.RESET;
    } catch (IOException e) {
      fault = new AssertionError(e + session.received(), e);
      end = RawClient.End.RESET;
    } catch (AssertionError e) {
      fault = e;
      end = RawClient.End.RESET;
    }
  }

  private static long never() {
    return System.nanoTime() + Duration.ofHours(1).toNanos();
  }

  private final class Requests implements Http2Session.Streams {
    @Override
    public void fields(int stream, List<Map.Entry<String, String>> fields, boolean last) {
      Http2Request known = requests.get(stream);
      if (known != null) {
        known.takeFields(fields, last);
        return;
      }
      session.open(stream);
      Http2Request made = new Http2Request(Http2Accepted.this, stream);
      requests.put(stream, made);
      made.takeFields(fields, last);
      taker.accept(made);
    }

    @Override
    public void data(int stream, byte[] bytes, boolean last) {
      known(stream).takeData(bytes, last);
    }

    @Override
    public void reset(int stream, int error) {
      known(stream).takeReset(error);
    }

    private Http2Request known(int stream) {
      Http2Request known = requests.get(stream);
      if (known == null) {
        throw new AssertionError("stream " + stream + " was never opened" + session.received());
      }
      return known;
    }
  }

  private Http2Accepted doing(Step step) {
    try {
      step.run();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e + received(), e);
    }
  }

  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }
}
