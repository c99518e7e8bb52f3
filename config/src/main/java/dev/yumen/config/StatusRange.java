package dev.yumen.config;

import dev.yumen.api.ConfigType;
import dev.yumen.api.InvalidValue;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Statuses of HTTP that follow each other: {@code 204}, {@code 200-399} or {@code 5xx}. */
@ConfigType(
    expected = "a status such as 204, 200-399 or 5xx",
    examples = {"204", "200-399", "5xx"})
public record StatusRange(int first, int last) {

  public static StatusRange parse(String text) {
    if (text.matches("[1-5]xx")) {
      int hundreds = (text.charAt(0) - '0') * 100;
      return new StatusRange(hundreds, hundreds + 99);
    }
    if (!text.matches("[1-5][0-9]{2}(-[1-5][0-9]{2})?")) {
      throw new InvalidValue("", text, "a status such as 204, 200-399 or 5xx");
    }
    int first = Integer.parseInt(text.substring(0, 3));
    int last = text.length() == 3 ? first : Integer.parseInt(text.substring(4));
    if (last < first) {
      throw new InvalidValue("", text, "the lower status first");
    }
    return new StatusRange(first, last);
  }

  public boolean contains(int status) {
    return status >= first && status <= last;
  }

  /** Every status of it. */
  public Set<Integer> all() {
    return IntStream.rangeClosed(first, last).boxed().collect(Collectors.toSet());
  }

  @Override
  public String toString() {
    return first == last ? "" + first : first + "-" + last;
  }
}
