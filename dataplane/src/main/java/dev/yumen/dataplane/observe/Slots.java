package dev.yumen.dataplane.observe;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Numbers for label values: the same value has the same number for the life of the process.
 *
 * <p>Slot {@link #NONE} stands for "no such thing", slot {@link #OTHER} for every value that came
 * after the limit was reached. Any thread.
 */
final class Slots {
  static final int NONE = 0;
  static final int OTHER = 1;

  private final Map<String, Integer> numbers = new ConcurrentHashMap<>();
  private final List<String> values = new ArrayList<>();

  Slots() {
    add("none");
    add("other");
  }

  /**
   * The number of this value, a new one if need be. Locks for a new value only.
   *
   * @param limit most values that have a number of their own
   */
  int slot(String value, int limit) {
    Integer known = numbers.get(value);
    return known == null ? newSlot(value, limit) : known;
  }

  private synchronized int newSlot(String value, int limit) {
    Integer known = numbers.get(value);
    if (known != null) {
      return known;
    }
    return values.size() - 2 >= limit ? OTHER : add(value);
  }

  private synchronized int add(String value) {
    int number = values.size();
    values.add(value);
    numbers.put(value, number);
    return number;
  }

  synchronized int size() {
    return values.size();
  }

  /** Label values by slot. */
  synchronized List<String> values() {
    return List.copyOf(values);
  }
}
