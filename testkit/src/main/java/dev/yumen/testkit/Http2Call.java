package dev.yumen.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as an {@link Http2Upstream} received it, and the means to answer it frame by frame. Its
 * fields are complete from the start; its body grows. Safe for use by several threads.
 */
public final class Http2Call {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Http2Wire wire;
  private final int stream;
  private final List<Map.Entry<String, String>> fields;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private List<Map.Entry<String, String>> trailers = List.of();
  private boolean ended;
  private int pongs;
  private int resetBy = -1;

  Http2Call(Http2Wire wire, int stream, List<Map.Entry<String, String>> fields) {
    this.wire = wire;
    this.stream = stream;
    this.fields = List.copyOf(fields);
  }

  // ---- what came ----

  /** Pseudo-header fields and fields, as they came. */
  public List<Map.Entry<String, String>> fields() {
    return fields;
  }

  /** The first value of a field, or null. */
  public @Nullable String field(String name) {
    return WireReader.field(fields, name);
  }

  public synchronized byte[] body() {
    return body.toByteArray();
  }

  public synchronized List<Map.Entry<String, String>> trailers() {
    return trailers;
  }

  /** Whether END_STREAM has come. */
  public synchronized boolean isEnded() {
    return ended;
  }

  /** Waits up to 10 s for END_STREAM; a script ends here when the request is reset instead. */
  public Http2Call awaitEnd() {
    Eventually.within(PATIENCE, "the end of " + fields, () -> isEnded() || resetBy() >= 0);
    if (!isEnded()) {
      throw new UncheckedIOException(new IOException("reset by " + resetBy()));
    }
    return this;
  }

  /** Waits up to 10 s for so many bytes of the body. */
  public Http2Call awaitBody(int bytes) {
    Eventually.within(PATIENCE, bytes + " bytes of " + fields, () -> body().length >= bytes);
    return this;
  }

  /** Waits up to 10 s for RST_STREAM; returns its code. */
  public int awaitReset() {
    Eventually.within(PATIENCE, "a reset of " + fields, () -> resetBy() >= 0);
    return resetBy();
  }

  private synchronized int resetBy() {
    return resetBy;
  }

  // ---- the answer ----

  /** Sends HEADERS: {@code :status} first. Trailers are sent so too, as the last. */
  public Http2Call headers(boolean last, String... namesAndValues) {
    return send(Http2Frame.headers(stream, last, namesAndValues));
  }

  /** Sends DATA, in frames of the largest size that every peer takes, by one write. */
  public Http2Call data(boolean last, byte[] bytes) {
    int most = 16 * 1024;
    int frames = Math.max(1, (bytes.length + most - 1) / most);
    Http2Frame[] all = new Http2Frame[frames];
    for (int i = 0; i < frames; i++) {
      byte[] piece = Arrays.copyOfRange(bytes, i * most, Math.min(bytes.length, (i + 1) * most));
      all[i] = Http2Frame.data(stream, last && i == frames - 1, piece);
    }
    return send(all);
  }

  public Http2Call reset(int code) {
    return send(Http2Frame.reset(stream, code));
  }

  /** Returns when the peer has handled everything that was sent on the connection before. */
  public Http2Call ping() {
    int before = pongs();
    send(Http2Frame.ping(stream));
    Eventually.within(PATIENCE, "the answer to a PING", () -> pongs() > before);
    return this;
  }

  /** Ends the connection by a reset. */
  public void cut() {
    try {
      wire.reset();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Http2Call send(Http2Frame... frames) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Http2Frame frame : frames) {
      bytes.writeBytes(frame.bytes());
    }
    try {
      wire.write(bytes.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  // ---- for the upstream, which reads ----

  synchronized void takeData(byte[] bytes, boolean last) {
    body.writeBytes(bytes);
    ended |= last;
  }

  synchronized void takeTrailers(List<Map.Entry<String, String>> last) {
    trailers = List.copyOf(last);
    ended = true;
  }

  synchronized void takeEnd() {
    ended = true;
  }

  synchronized void takeReset(int code) {
    resetBy = code;
  }

  synchronized void takePong() {
    pongs++;
  }

  private synchronized int pongs() {
    return pongs;
  }
}
