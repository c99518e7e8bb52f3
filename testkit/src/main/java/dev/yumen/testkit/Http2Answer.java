package dev.yumen.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What has come on one stream so far. Grows while its {@link Http2Client} reads. */
public final class Http2Answer {
  private final List<List<Map.Entry<String, String>>> interims = new ArrayList<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private List<Map.Entry<String, String>> headers = List.of();
  private List<Map.Entry<String, String>> trailers = List.of();
  private boolean checksPattern;
  private long bodyLength;
  private int dataFrames;
  private boolean ended;
  private int resetBy = -1;

  Http2Answer() {}

  void checkPattern() {
    checksPattern = true;
  }

  void fields(List<Map.Entry<String, String>> fields, boolean last) {
    String status = WireReader.field(fields, ":status");
    if (!headers.isEmpty()) {
      trailers = fields;
    } else if (status != null && status.startsWith("1")) {
      interims.add(fields);
    } else {
      headers = fields;
    }
    end(last);
  }

  void data(byte[] bytes, boolean last) {
    if (headers.isEmpty()) {
      throw new AssertionError("DATA before HEADERS");
    }
    if (checksPattern) {
      PatternBytes.check(bytes, bytes.length, bodyLength);
    } else {
      body.writeBytes(bytes);
    }
    bodyLength += bytes.length;
    dataFrames++;
    end(last);
  }

  private void end(boolean last) {
    if (ended) {
      throw new AssertionError("a frame behind END_STREAM");
    }
    ended = last;
  }

  void reset(int error) {
    resetBy = error;
  }

  /** The status, or 0 as long as no final one has come. */
  public int status() {
    String status = WireReader.field(headers, ":status");
    return status == null ? 0 : Integer.parseInt(status);
  }

  /** The first value of a field, or null. */
  public @Nullable String header(String name) {
    return WireReader.field(headers, name);
  }

  /** Every field of the final head, in order, {@code :status} among them. */
  public List<Map.Entry<String, String>> headers() {
    return headers;
  }

  /** Heads with a status below 200. */
  public List<List<Map.Entry<String, String>>> interims() {
    return interims;
  }

  public List<Map.Entry<String, String>> trailers() {
    return trailers;
  }

  public String text() {
    return text(UTF_8);
  }

  public String text(Charset charset) {
    return body.toString(charset);
  }

  public long bodyLength() {
    return bodyLength;
  }

  /** DATA frames, empty ones too. */
  public int dataFrames() {
    return dataFrames;
  }

  /** Whether END_STREAM came. */
  public boolean isEnded() {
    return ended;
  }

  /** Whether RST_STREAM came. */
  public boolean isReset() {
    return resetBy >= 0;
  }

  /** The error code of RST_STREAM, or -1. */
  public int resetBy() {
    return resetBy;
  }

  @Override
  public String toString() {
    String end = ended ? " ended" : " not ended";
    return headers + " " + bodyLength + " bytes" + end + (isReset() ? " reset by " + resetBy : "");
  }
}
