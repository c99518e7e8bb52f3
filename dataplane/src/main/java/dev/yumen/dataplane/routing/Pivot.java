package dev.yumen.dataplane.routing;

import dev.yumen.dataplane.routing.TextTest.Exact;
import dev.yumen.dataplane.routing.ValueCondition.Source;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the few of a node's many rules that ask for the value that a request has: ten thousand
 * tenants with one path and a header each cost one look into a hash table. Made for the header,
 * query parameter or cookie that most of the rules compare with an exact text.
 */
final class Pivot<T> {
  /** Fewer rules are tried one after the other. */
  private static final int FEW = 16;

  private final Source source;
  private final String name;
  private final Map<String, List<Entry<T>>> byValue = new HashMap<>();
  private final List<Entry<T>> rest = new ArrayList<>();

  private Pivot(Source source, String name) {
    this.source = source;
    this.name = name;
  }

  /**
   * @param ranked the rules of one node, highest rank first
   * @return null when trying them one after the other is as good
   */
  static <T> @Nullable Pivot<T> of(List<Entry<T>> ranked) {
    if (ranked.size() < FEW) {
      return null;
    }
    Map<String, List<ValueCondition>> byProperty = new HashMap<>();
    for (Entry<T> entry : ranked) {
      for (Condition condition : entry.conditions) {
        if (condition instanceof ValueCondition value && value.expected() instanceof Exact) {
          String property = value.source() + " " + value.name();
          byProperty.computeIfAbsent(property, _ -> new ArrayList<>()).add(value);
        }
      }
    }
    List<ValueCondition> most = List.of();
    for (List<ValueCondition> conditions : byProperty.values()) {
      most = conditions.size() > most.size() ? conditions : most;
    }
    if (most.size() < FEW) {
      return null;
    }
    Pivot<T> pivot = new Pivot<>(most.getFirst().source(), most.getFirst().name());
    ranked.forEach(pivot::add);
    return pivot;
  }

  private void add(Entry<T> entry) {
    for (Condition condition : entry.conditions) {
      if (condition instanceof ValueCondition value
          && value.source() == source
          && value.name().equals(name)
          && value.expected() instanceof Exact exact) {
        byValue.computeIfAbsent(exact.text(), _ -> new ArrayList<>()).add(entry);
        return;
      }
    }
    rest.add(entry);
  }

  /** The rules that ask for the request's value, highest rank first. */
  List<Entry<T>> asking(RoutingRequest request) {
    String value = source.first(request, name);
    return value == null ? List.of() : byValue.getOrDefault(value, List.of());
  }

  /** The rules that ask for no exact value, highest rank first. */
  List<Entry<T>> rest() {
    return rest;
  }
}
