package dev.yumen.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An answer as an {@link Http2Client} receives it: its {@link #headers} are the final head. */
public final class Http2Answer extends Http2Message {
  private final List<List<Map.Entry<String, String>>> interims = new ArrayList<>();

  Http2Answer() {}

  @Override
  synchronized void takeFields(List<Map.Entry<String, String>> fields, boolean last) {
    String status = WireReader.field(fields, ":status");
    if (headers().isEmpty() && status != null && status.startsWith("1")) {
      interims.add(fields);
      end(last);
    } else {
      super.takeFields(fields, last);
    }
  }

  /** The status, or 0 as long as no final one has come. */
  public int status() {
    String status = header(":status");
    return status == null ? 0 : Integer.parseInt(status);
  }

  /** Heads with a status below 200. */
  public synchronized List<List<Map.Entry<String, String>>> interims() {
    return interims;
  }
}
