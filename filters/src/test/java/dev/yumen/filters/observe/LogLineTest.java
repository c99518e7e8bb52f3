package dev.yumen.filters.observe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.filters.observe.LogLine.Name;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogLineTest {
  private final LogLine line = new LogLine();

  private String end() {
    return new String(line.end(), UTF_8);
  }

  @Test
  void jsonIsOneObjectOnOneLine() {
    line.start(LogLine.Form.JSON);
    line.field(new Name("path"), "/a");
    line.field(new Name("status"), 200);
    line.millis(new Name("duration-ms"), 1_234_567);
    assertEquals("{\"path\":\"/a\",\"status\":200,\"duration-ms\":1.234}\n", end());
    assertEquals("{}\n", new String(line.start(LogLine.Form.JSON).end(), UTF_8));
  }

  @Test
  void textIsPairsThatAreQuotedWhereNeeded() {
    line.start(LogLine.Form.TEXT);
    line.field(new Name("path"), "/a");
    line.field(new Name("agent"), "curl \"8\"\n");
    line.field(new Name("none"), "");
    line.field(new Name("bytes"), 0);
    assertEquals("path=/a agent=\"curl \\\"8\\\"\\u000a\" none=\"\" bytes=0\n", end());
  }

  @Test
  void whatClientsSendCanNotLeaveItsValue() {
    line.start(LogLine.Form.JSON);
    line.field(new Name("a"), "\"},\r\n\u0000\u007f\\ é 门 😀 \ud800!");
    assertEquals(
        "{\"a\":\"\\\"},\\u000d\\u000a" + "\\u0000\\u007f\\\\ é 门 😀 \\ud800!\"}\n", end());
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-20T23:15:00Z, 2026-11-20T23:15:00.000Z",
    "2026-11-20T23:15:07.042Z, 2026-11-20T23:15:07.042Z",
    "1969-12-31T23:59:59.999Z, 1969-12-31T23:59:59.999Z",
  })
  void timesAreUtcWithMilliseconds(String at, String written) {
    line.start(LogLine.Form.JSON);
    line.time(new Name("time"), Instant.parse(at).toEpochMilli());
    assertEquals("{\"time\":\"" + written + "\"}\n", end());
  }

  @ParameterizedTest
  @CsvSource({"0, 0.000", "999, 0.000", "1000, 0.001", "60000000000, 60000.000"})
  void nanosecondsAreMillisecondsWithThreePlaces(long nanos, String written) {
    line.start(LogLine.Form.TEXT);
    line.millis(new Name("ms"), nanos);
    assertEquals("ms=" + written + "\n", end());
  }

  @Test
  void longLinesGrow() {
    line.start(LogLine.Form.TEXT);
    line.field(new Name("a"), "x".repeat(10_000));
    line.field(new Name("b"), Long.MAX_VALUE);
    assertEquals("a=" + "x".repeat(10_000) + " b=9223372036854775807\n", end());
  }
}
