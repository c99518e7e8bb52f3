package dev.yumen.filters.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RecentTest {

  @Test
  void anEntryIsFoundUntilItsTimeIsOver() {
    Recent<String, Integer> recent = new Recent<>(16);
    recent.put("a", 1, 100);
    assertEquals(1, recent.get("a", 99));
    assertNull(recent.get("a", 100));
    assertNull(recent.get("b", 0));
    recent.put("a", 2, 200);
    assertEquals(2, recent.get("a", 199));
  }

  /** "Aa" and "BB" have one hash. */
  @Test
  void equalHashesAreNotEqualKeys() {
    Recent<String, Integer> recent = new Recent<>(16);
    recent.put("Aa", 1, 100);
    assertNull(recent.get("BB", 0));
    recent.put("BB", 2, 100);
    assertEquals(1, recent.get("Aa", 0));
    assertEquals(2, recent.get("BB", 0));
  }

  @Test
  void theOneThatExpiresFirstMakesRoom() {
    Recent<String, Integer> recent = new Recent<>(4);
    for (int i = 0; i < 4; i++) {
      recent.put("k" + i, i, 100 - i);
    }
    recent.put("new", 9, 50);
    assertNull(recent.get("k3", 0));
    assertEquals(9, recent.get("new", 0));
    assertEquals(0, recent.get("k0", 0));
  }

  @Test
  void mostOfWhatFitsIsKeptAndNoMore() {
    Recent<Integer, Integer> recent = new Recent<>(1024);
    for (int i = 0; i < 10_000; i++) {
      recent.put(i, i, i + 1L);
    }
    int kept = 0;
    for (int i = 0; i < 10_000; i++) {
      kept += recent.get(i, 0) == null ? 0 : 1;
    }
    assertTrue(kept > 900 && kept <= 1024, "kept " + kept);
  }

  @Test
  void aSizeOfZeroKeepsNothing() {
    Recent<String, Integer> recent = new Recent<>(0);
    recent.put("a", 1, 100);
    assertNull(recent.get("a", 0));
  }
}
