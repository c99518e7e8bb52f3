package dev.yumen.dataplane.observe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers for label values: the same value has the same number for the life of the process.
 *
 * <p>Slot {@link #NONE} stands for "no such thing", slot {@link #OTHER} for every value that came
 * after the limit was reached. Any thread; asked while a snapshot is built, not per request.
 */
final class Slots {
  static final int NONE = 0;
  static final int OTHER = 1;

  private final Map<String, Integer> numbers = new HashMap<>();
  private final List<String> values = new ArrayList<>();

  Slots() {
    slot("none", Integer.MAX_VALUE);
    slot("other", Integer.MAX_VALUE);
  }

  /**
   * The number of this value, a new one if need be.
   *
   * @param limit most values that have a number of their own
   */
  synchronized int slot(String value, int limit) {
    Integer known = numbers.get(value);
    if (known != null) {
      return known;
    }
    if (values.size() - 2 >= limit) {
      return OTHER;
    }
    int number = values.size();
    values.add(value);
    numbers.put(value, number);
    return number;
  }

  /** Label values by slot. */
  synchronized List<String> values() {
    return List.copyOf(values);
  }
}
