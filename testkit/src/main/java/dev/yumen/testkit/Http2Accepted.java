package dev.yumen.testkit;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection that an {@link Http2Service} has accepted. It is read all the time by a thread of
 * its own; frames are sent by whoever wants it. What its peer does wrong fails every later wait.
 */
public final class Http2Accepted extends Http2Connection<Http2Accepted> {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final int number;
  private final Consumer<Http2Request> taker;
  private final Map<Integer, Http2Request> requests = new HashMap<>();
  private volatile RawClient.End end = RawClient.End.STILL_OPEN;
  private volatile @Nullable AssertionError fault;

  Http2Accepted(int number, Http2Wire wire, Consumer<Http2Request> taker) {
    super(wire);
    this.number = number;
    this.taker = taker;
  }

  @Override
  Http2Accepted self() {
    return this;
  }

  /** Counted from 1, in the order connections were accepted. */
  public int number() {
    return number;
  }

  // ---- sending ----

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

  // ---- what came ----

  public boolean isOpen() {
    return end == RawClient.End.STILL_OPEN;
  }

  /** How the peer ended the connection, waiting up to 10 s for it. */
  public RawClient.End awaitClosed() {
    await("the end of the connection", () -> !isOpen());
    return end;
  }

  /** Waits up to 10 s until this holds. */
  @Override
  public Http2Accepted await(String what, BooleanSupplier condition) {
    if (!Eventually.holdsWithin(PATIENCE, () -> fault != null || condition.getAsBoolean())) {
      throw new AssertionError("not within " + PATIENCE + ": " + what + received());
    }
    failIfFaulty();
    return this;
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

  @Override
  String received() {
    return "; connection " + number + " " + end + super.received();
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
      while (session.read(never()) != null) {
        // taken by the session
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

  @Override
  void takeFields(int stream, List<Map.Entry<String, String>> fields, boolean last) {
    if (requests.containsKey(stream)) {
      super.takeFields(stream, fields, last);
      return;
    }
    session.open(stream);
    Http2Request made = new Http2Request(this, stream);
    requests.put(stream, made);
    made.takeFields(fields, last);
    taker.accept(made);
  }

  @Override
  Http2Message message(int stream) {
    Http2Request known = requests.get(stream);
    if (known == null) {
      throw new AssertionError("stream " + stream + " was never opened" + session.received());
    }
    return known;
  }
}
