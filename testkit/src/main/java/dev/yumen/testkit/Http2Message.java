package dev.yumen.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What has come on one stream so far. Grows while its connection is read; safe for any thread. */
public abstract sealed class Http2Message permits Http2Answer, Http2Request {
  private static final int MOST_KEPT = 16 << 20;

  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private List<Map.Entry<String, String>> headers = List.of();
  private List<Map.Entry<String, String>> trailers = List.of();
  private boolean checksPattern;
  private long bodyLength;
  private int dataFrames;
  private boolean ended;
  private int resetBy = -1;

  Http2Message() {}

  /** From now on, the body is compared with {@link PatternBytes}, and not kept. */
  synchronized void comparePattern() {
    checksPattern = true;
  }

  synchronized void takeFields(List<Map.Entry<String, String>> fields, boolean last) {
    if (headers.isEmpty()) {
      headers = fields;
    } else {
      trailers = fields;
    }
    end(last);
  }

  synchronized void takeData(byte[] bytes, boolean last) {
    if (headers.isEmpty()) {
      throw new AssertionError("DATA before HEADERS");
    }
    if (checksPattern) {
      PatternBytes.check(bytes, bytes.length, bodyLength);
    } else {
      body.write(bytes, 0, Math.min(bytes.length, MOST_KEPT - body.size()));
    }
    bodyLength += bytes.length;
    dataFrames++;
    end(last);
  }

  final synchronized void end(boolean last) {
    if (ended) {
      throw new AssertionError("a frame behind END_STREAM");
    }
    ended = last;
  }

  synchronized void takeReset(int error) {
    resetBy = resetBy < 0 ? error : resetBy;
  }

  /** Every field of the head, in order, pseudo-header fields among them. */
  public final synchronized List<Map.Entry<String, String>> headers() {
    return headers;
  }

  /** The first value of a field, or null. */
  public final @Nullable String header(String name) {
    return WireReader.field(headers(), name);
  }

  /** Every value of a field, in order. */
  public final List<String> headerValues(String name) {
    return headers().stream()
        .filter(field -> field.getKey().equals(name))
        .map(Map.Entry::getValue)
        .toList();
  }

  public final synchronized List<Map.Entry<String, String>> trailers() {
    return trailers;
  }

  /** The body; its first 16 MiB. */
  public final synchronized byte[] body() {
    return body.toByteArray();
  }

  /** The body; its first 16 MiB. */
  public final synchronized String text() {
    return text(UTF_8);
  }

  public final synchronized String text(Charset charset) {
    return body.toString(charset);
  }

  public final synchronized long bodyLength() {
    return bodyLength;
  }

  /** DATA frames, empty ones too. */
  public final synchronized int dataFrames() {
    return dataFrames;
  }

  /** Whether END_STREAM came. */
  public final synchronized boolean isEnded() {
    return ended;
  }

  /** Whether RST_STREAM came. */
  public final synchronized boolean isReset() {
    return resetBy >= 0;
  }

  /** The error code of the first RST_STREAM, or -1. */
  public final synchronized int resetBy() {
    return resetBy;
  }

  @Override
  public synchronized String toString() {
    String end = ended ? " ended" : " not ended";
    return headers + " " + bodyLength + " bytes" + end + (isReset() ? " reset by " + resetBy : "");
  }
}
