package dev.yumen.filters.traffic;

import dev.yumen.api.Rate;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;

/**
 * A day or month of the calendar somewhere.
 *
 * @param name such as {@code 2026-11} or {@code 2026-11-21}
 * @param end when the next one begins
 */
record Period(String name, Instant end) {

  /** The one that a moment lies in. */
  static Period of(Rate.Unit unit, Instant moment, ZoneId zone) {
    LocalDate day = moment.atZone(zone).toLocalDate();
    if (unit == Rate.Unit.DAY) {
      return new Period(day.toString(), day.plusDays(1).atStartOfDay(zone).toInstant());
    }
    YearMonth month = YearMonth.from(day);
    LocalDate next = month.plusMonths(1).atDay(1);
    return new Period(month.toString(), next.atStartOfDay(zone).toInstant());
  }

  /** Whole seconds from a moment in it to its end, at least 1. */
  long secondsLeft(Instant moment) {
    return Math.max(1, end.getEpochSecond() - moment.getEpochSecond());
  }
}
