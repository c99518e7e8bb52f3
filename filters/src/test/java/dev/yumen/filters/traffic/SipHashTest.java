package dev.yumen.filters.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SipHashTest {
  private final SipHash hash = new SipHash();

  @Test
  void theSameKeyHasTheSameHashAndAnotherInstanceAnother() {
    assertEquals(hash.hash(0, "client-1"), hash.hash(0, "client-1"));
    assertNotEquals(hash.hash(0, "client-1"), new SipHash().hash(0, "client-1"));
  }

  @Test
  void textsThatStringHashCodeMixesUpDiffer() {
    assertEquals("AaAaAa".hashCode(), "BBBBBB".hashCode());
    assertNotEquals(hash.hash(0, "AaAaAa"), hash.hash(0, "BBBBBB"));
  }

  @Test
  void lengthPlaceAndKindOfAPartCount() {
    Set<Long> hashes = new HashSet<>();
    hashes.add(hash.hash(0, ""));
    hashes.add(hash.hash(0, "\0"));
    hashes.add(hash.hash(0, "\0\0\0\0"));
    hashes.add(hash.hash(0, 0));
    hashes.add(hash.hash(hash.hash(0, "ab"), "c"));
    hashes.add(hash.hash(hash.hash(0, "a"), "bc"));
    hashes.add(hash.hash(0, "abc"));
    assertEquals(7, hashes.size());
  }

  @Test
  void everyBitOfTheHashDependsOnTheText() {
    long seenSet = 0;
    long seenUnset = 0;
    for (int i = 0; i < 200; i++) {
      long value = hash.hash(0, "client-" + i);
      seenSet |= value;
      seenUnset |= ~value;
    }
    assertEquals(-1L, seenSet & seenUnset);
  }
}
