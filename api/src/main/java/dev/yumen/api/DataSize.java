package dev.yumen.api;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A number of bytes, written {@code 512}, {@code 64KiB}, {@code 10MB}. */
@ConfigType(
    expected = "a size such as 64KiB, 10MB or 512",
    examples = {"64KiB", "10MB", "512"})
public record DataSize(long bytes) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,18})\\s*([kmgt]?i?b?)");

  public DataSize {
    if (bytes < 0) {
      throw new InvalidValue("", bytes, ">= 0");
    }
  }

  public static DataSize parse(String text) {
    Matcher matcher = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new InvalidValue("", text, "a size such as 64KiB, 10MB or 512");
    }
    try {
      return new DataSize(
          Math.multiplyExact(Long.parseLong(matcher.group(1)), factor(matcher.group(2))));
    } catch (ArithmeticException _) {
      throw new InvalidValue("", text, "a size below 8EiB");
    }
  }

  private static long factor(String unit) {
    return switch (unit) {
      case "k", "kb" -> 1_000L;
      case "m", "mb" -> 1_000_000L;
      case "g", "gb" -> 1_000_000_000L;
      case "t", "tb" -> 1_000_000_000_000L;
      case "ki", "kib" -> 1L << 10;
      case "mi", "mib" -> 1L << 20;
      case "gi", "gib" -> 1L << 30;
      case "ti", "tib" -> 1L << 40;
      case "", "b" -> 1L;
      default -> throw new InvalidValue("", unit, "B, KB, KiB, MB, MiB, GB, GiB, TB or TiB");
    };
  }

  /** The bytes as an int, at most {@link Integer#MAX_VALUE}. */
  public int toInt() {
    return (int) Math.min(bytes, Integer.MAX_VALUE);
  }

  @Override
  public String toString() {
    String[] units = {"TiB", "GiB", "MiB", "KiB"};
    for (int i = 0; i < units.length; i++) {
      long unit = 1L << (10 * (units.length - i));
      if (bytes >= unit && bytes % unit == 0) {
        return bytes / unit + units[i];
      }
    }
    return bytes + "B";
  }
}
