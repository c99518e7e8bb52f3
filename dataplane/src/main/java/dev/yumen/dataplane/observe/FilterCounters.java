package dev.yumen.dataplane.observe;

import dev.yumen.api.FilterContext;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counters that filters made, by name and labels. Any thread. */
final class FilterCounters {

  /** One counter's place in a metric. */
  record Labelled(List<String> names, List<String> values) {}

  /** A metric with its counters. */
  record Metric(String help, Map<Labelled, LongAdder> counters) {}

  private final Map<String, Metric> metrics = new LinkedHashMap<>();

  synchronized FilterContext.Counter counter(
      String name, String help, List<String> labels, int limit) {
    Labelled asked = labelled(name, labels);
    check(name, asked.names());
    Metric metric =
        metrics.computeIfAbsent(name, ignored -> new Metric(help, new LinkedHashMap<>()));
    boolean full = metric.counters().size() >= limit && !metric.counters().containsKey(asked);
    Labelled place = full ? asOther(asked) : asked;
    LongAdder count = metric.counters().computeIfAbsent(place, ignored -> new LongAdder());
    return count::add;
  }

  /** A copy that later counters do not change; the counts in it go on. */
  synchronized Map<String, Metric> all() {
    Map<String, Metric> copy = new LinkedHashMap<>();
    metrics.forEach(
        (name, metric) ->
            copy.put(name, new Metric(metric.help(), new LinkedHashMap<>(metric.counters()))));
    return copy;
  }

  private static Labelled labelled(String name, List<String> labels) {
    if (labels.size() % 2 != 0) {
      throw new IllegalArgumentException(
          name + ": labels " + labels + " (expected: name, value, name, value …)");
    }
    List<String> names = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (int i = 0; i < labels.size(); i += 2) {
      names.add(labels.get(i));
      values.add(labels.get(i + 1));
    }
    return new Labelled(List.copyOf(names), List.copyOf(values));
  }

  private static void check(String name, List<String> labels) {
    if (!PrometheusNaming.isValidLegacyMetricName(name) || name.endsWith("_total")) {
      throw new IllegalArgumentException(
          name + " (expected: a metric name of letters, digits and _, without _total)");
    }
    if (Arrays.stream(Family.values()).anyMatch(family -> family.baseName().equals(name))) {
      throw new IllegalArgumentException(name + " (expected: a name the gateway does not use)");
    }
    for (String label : labels) {
      if (!PrometheusNaming.isValidLegacyLabelName(label)) {
        throw new IllegalArgumentException(
            name + ": label " + label + " (expected: letters, digits and _)");
      }
    }
  }

  private static Labelled asOther(Labelled labelled) {
    return new Labelled(
        labelled.names(), labelled.names().stream().map(ignored -> "other").toList());
  }
}
