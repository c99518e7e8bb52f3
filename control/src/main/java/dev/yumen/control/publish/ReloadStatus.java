package dev.yumen.control.publish;

import dev.yumen.config.Problem;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Which configuration is live, and what became of the last one that is not.
 *
 * @param live null before the first
 * @param rejected the last one that was refused; null once a later one was taken, or the files are
 *     back to what is live
 */
public record ReloadStatus(@Nullable Live live, @Nullable Rejection rejected) {
  private static final int MOST_PROBLEMS = 100;

  /**
   * The live configuration.
   *
   * @param number one more with each change, across starts as long as the history is kept
   * @param hash of its files
   * @param since when it was applied
   * @param origin whether its files are the named ones
   */
  public record Live(long number, String hash, Instant since, Origin origin) {}

  /** Where the live configuration was read. */
  public enum Origin {
    /** From the files that were named. */
    FILES,
    /** From the copy that was kept, because those could not be used at start. */
    LAST_GOOD,
    /** It was live before and somebody went back to it; the files may hold another one. */
    HISTORY
  }

  /** As it stands in answers and logs. */
  static String name(Origin origin) {
    return origin.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * A configuration that was refused.
   *
   * @param hash of its files as they were
   * @param at when
   * @param problems at least one of severity ERROR
   */
  public record Rejection(String hash, Instant at, List<Problem> problems) {}

  /** As a JSON object, for the body of {@code /ready}. */
  public String json() {
    Map<String, Object> body = new LinkedHashMap<>();
    if (live != null) {
      Map<String, Object> now = new LinkedHashMap<>();
      now.put("number", live.number());
      now.put("hash", live.hash());
      now.put("since", live.since().toString());
      now.put("origin", name(live.origin()));
      body.put("live", now);
    }
    if (rejected != null) {
      Map<String, Object> refused = new LinkedHashMap<>();
      refused.put("hash", rejected.hash());
      refused.put("at", rejected.at().toString());
      refused.put("count", rejected.problems().size());
      refused.put(
          "problems",
          rejected.problems().stream().limit(MOST_PROBLEMS).map(Problem::toString).toList());
      body.put("rejected", refused);
    }
    return Json.MAPPER.writeValueAsString(body);
  }

  /** Loaded when it is first asked for, which a start does not wait for. */
  private static final class Json {
    static final JsonMapper MAPPER = new JsonMapper();
  }
}
