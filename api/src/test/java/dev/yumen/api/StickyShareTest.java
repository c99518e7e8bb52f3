package dev.yumen.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StickyShareTest {

  @Test
  void hashIsTheSameForEver() {
    assertEquals(5674542682076341581L, StickyShare.hash("user-7", ""));
    assertEquals(-784729717220348855L, StickyShare.hash("user-7", "green"));
  }

  /** The share of 100,000 keys is off by more than 0.6 points less than once in 10^4 salts. */
  @ParameterizedTest
  @ValueSource(ints = {1, 10, 50, 99})
  void keysAreSpreadEvenly(int share) {
    int taken = 0;
    for (int i = 0; i < 100_000; i++) {
      double percent = StickyShare.percent("user-" + i, "v2");
      assertTrue(percent >= 0 && percent < 100);
      taken += percent < share ? 1 : 0;
    }
    assertEquals(share, taken / 1000.0, 0.6);
  }

  @Test
  void saltsChooseIndependently() {
    int both = 0;
    for (int i = 0; i < 100_000; i++) {
      String key = "user-" + i;
      both += StickyShare.percent(key, "a") < 50 && StickyShare.percent(key, "b") < 50 ? 1 : 0;
    }
    assertEquals(25, both / 1000.0, 0.6);
  }
}
