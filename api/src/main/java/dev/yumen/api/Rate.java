package dev.yumen.api;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * So many in such a time, written {@code 100/s}, {@code 100/min}, {@code 10/h}, {@code 1000/day} or
 * {@code 100000/month} (of 30 days).
 */
@ConfigType(
    expected = "a number per s, min, h, day or month such as 100/min",
    examples = {"100/s", "100/min", "10/h", "1000/day", "100000/month"})
public record Rate(long count, Unit unit) {

  /** What the number counts for. */
  public enum Unit {
    /** A second. */
    S(Duration.ofSeconds(1)),
    /** A minute. */
    MIN(Duration.ofMinutes(1)),
    /** An hour. */
    H(Duration.ofHours(1)),
    /** A day; of the calendar where quotas are meant. */
    DAY(Duration.ofDays(1)),
    /** A month, taken as 30 days where no calendar counts. */
    MONTH(Duration.ofDays(30));

    private final Duration length;

    Unit(Duration length) {
      this.length = length;
    }

    /** How long it is by the clock. */
    public Duration length() {
      return length;
    }

    /** Whether quotas are counted by it, from midnight to midnight. */
    public boolean ofCalendar() {
      return this == DAY || this == MONTH;
    }
  }

  private static final String EXPECTED = "a number per s, min, h, day or month such as 100/min";
  private static final Pattern TEXT = Pattern.compile("(\\d{1,9})\\s*/\\s*([a-z]+)");

  public Rate {
    if (count < 1) {
      throw new InvalidValue("", count, ">= 1");
    }
  }

  /** Reads one; {@code sec}, {@code minute}, {@code hour} and the like are understood, too. */
  public static Rate parse(String text) {
    Matcher matcher = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new InvalidValue("", text, EXPECTED);
    }
    Unit unit =
        switch (matcher.group(2)) {
          case "s", "sec", "second" -> Unit.S;
          case "m", "min", "minute" -> Unit.MIN;
          case "h", "hour" -> Unit.H;
          case "d", "day" -> Unit.DAY;
          case "month" -> Unit.MONTH;
          default -> throw new InvalidValue("", text, EXPECTED);
        };
    long count = Long.parseLong(matcher.group(1));
    if (count < 1) {
      throw new InvalidValue("", text, "at least 1");
    }
    return new Rate(count, unit);
  }

  /** How many that are in a second. */
  public double perSecond() {
    return count / (double) unit.length.toSeconds();
  }

  @Override
  public String toString() {
    return count + "/" + unit.name().toLowerCase(Locale.ROOT);
  }
}
