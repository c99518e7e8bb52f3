package dev.yumen.filters.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.yumen.api.DataSize;
import dev.yumen.api.InvalidValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CostTest {

  @ParameterizedTest
  @CsvSource({
    "0, 1",
    "1, 1",
    "1024, 1",
    "1025, 2",
    "10240, 10",
    "9223372036854775807, 1000000000",
  })
  void everyBegunPartOfABodyCounts(long bytes, long cost) {
    assertEquals(cost, new Cost(null, new DataSize(1024), null).ofBody(bytes));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "7, 7",
    "0012, 12",
    "1000000000, 1000000000",
    "1000000001, -1",
    "99999999999, -1",
    "-1, -1",
    "1.5, -1",
    "'', -1",
    "' 1', -1",
    "1e3, -1",
    "١, -1",
  })
  void headersAreRead(String value, long cost) {
    assertEquals(cost, Cost.parse(value));
  }

  @Test
  void itIsOneOfThree() {
    assertThrows(InvalidValue.class, () -> new Cost(null, null, null));
    assertThrows(InvalidValue.class, () -> new Cost(1L, new DataSize(1), null));
    assertThrows(InvalidValue.class, () -> new Cost(null, new DataSize(0), null));
    assertThrows(InvalidValue.class, () -> new Cost(-1L, null, null));
    assertThrows(InvalidValue.class, () -> new Cost(null, null, "a b"));
  }
}
