package dev.yumen.dataplane.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BoundedTrailTest {
  private static final long SECOND = 1_000_000_000;

  private final List<Map<String, ?>> written = new ArrayList<>();
  private long now = Long.MAX_VALUE - SECOND; // nanoTime may overflow
  private final BoundedTrail trail = new BoundedTrail((_, what) -> written.add(what), () -> now);

  @Test
  void aFloodLeavesSomeRecordsAndTheNumberOfTheOthers() {
    for (int i = 0; i < 1_000; i++) {
      trail.record("admin-refused", Map.of("number", i));
    }
    assertEquals(BoundedTrail.AT_ONCE, written.size());

    now += SECOND;
    trail.record("admin-refused", Map.of("number", 1_000));
    trail.record("admin-refused", Map.of("number", 1_001));
    assertEquals(BoundedTrail.AT_ONCE + 1, written.size());
    assertEquals(Map.of("number", 1_000, "left-out", 980L), written.getLast());
  }

  @Test
  void whoComesSeldomIsWrittenInFull() {
    for (int i = 0; i < 100; i++) {
      trail.record("admin-refused", Map.of("number", i));
      now += SECOND;
    }
    assertEquals(100, written.size());
    assertEquals(Map.of("number", 99), written.getLast());
  }
}
