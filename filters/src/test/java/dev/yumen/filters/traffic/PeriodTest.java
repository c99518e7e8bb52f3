package dev.yumen.filters.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yumen.api.Rate;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class PeriodTest {
  private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");
  private static final ZoneId NEW_YORK = ZoneId.of("America/New_York");

  @Test
  void daysBeginAtMidnightOfTheirZone() {
    Instant moment = Instant.parse("2026-11-21T17:30:00Z");
    assertEquals(
        new Period("2026-11-21", Instant.parse("2026-11-22T00:00:00Z")),
        Period.of(Rate.Unit.DAY, moment, ZoneOffset.UTC));
    assertEquals(
        new Period("2026-11-22", Instant.parse("2026-11-22T16:00:00Z")),
        Period.of(Rate.Unit.DAY, moment, SHANGHAI));
  }

  @Test
  void monthsHaveTheirOwnLengths() {
    Instant moment = Instant.parse("2026-12-31T23:59:59Z");
    Period december = Period.of(Rate.Unit.MONTH, moment, ZoneOffset.UTC);
    assertEquals(new Period("2026-12", Instant.parse("2027-01-01T00:00:00Z")), december);
    assertEquals(1, december.secondsLeft(moment));
    assertEquals(31 * 86_400, december.secondsLeft(Instant.parse("2026-12-01T00:00:00Z")));
  }

  @Test
  void aDayOnWhichClocksChangeIsAnHourLonger() {
    Instant midnight = Instant.parse("2026-11-01T04:00:00Z");
    Period day = Period.of(Rate.Unit.DAY, midnight, NEW_YORK);
    assertEquals("2026-11-01", day.name());
    assertEquals(25 * 3_600, day.secondsLeft(midnight));
  }
}
