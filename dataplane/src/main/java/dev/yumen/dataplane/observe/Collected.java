package dev.yumen.dataplane.observe;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** One scrape's data points on their way into the library's snapshots. */
final class Collected {
  private static final String LONG_PREFIX = "api_";

  private final Map<Family, List<DataPointSnapshot>> points = new EnumMap<>(Family.class);
  private final List<MetricSnapshot> more = new ArrayList<>();

  void counter(Family family, long value, String... labels) {
    counter(family, (double) value, labels);
  }

  void counter(Family family, double value, String... labels) {
    add(family, new CounterDataPointSnapshot(value, labels(family, labels), null, 0));
  }

  void gauge(Family family, long value, String... labels) {
    gauge(family, (double) value, labels);
  }

  void gauge(Family family, double value, String... labels) {
    add(family, new GaugeDataPointSnapshot(value, labels(family, labels), null));
  }

  void histogram(Family family, long[] counts, double sum, String... labels) {
    ClassicHistogramBuckets buckets = ClassicHistogramBuckets.of(Durations.bounds(), counts);
    add(
        family,
        new HistogramDataPointSnapshot(buckets, sum, labels(family, labels), Exemplars.EMPTY, 0));
  }

  void filterCounters(Map<String, FilterCounters.Metric> metrics) {
    metrics.forEach(
        (name, metric) -> {
          List<CounterDataPointSnapshot> counts = new ArrayList<>();
          metric
              .counters()
              .forEach(
                  (place, count) ->
                      counts.add(
                          new CounterDataPointSnapshot(
                              count.sum(), Labels.of(place.names(), place.values()), null, 0)));
          more.add(new CounterSnapshot(new MetricMetadata(name, metric.help()), counts));
        });
  }

  /** The request metrics once more under the prefix {@code api_gateway_}. */
  void longNames() {
    for (Family family : List.of(Family.REQUESTS, Family.REQUEST_DURATION)) {
      List<DataPointSnapshot> counted = points.get(family);
      if (counted != null) {
        more.add(snapshot(LONG_PREFIX + family.baseName(), family, counted));
      }
    }
  }

  MetricSnapshots snapshots() {
    List<MetricSnapshot> all = new ArrayList<>(more);
    points.forEach((family, counted) -> all.add(snapshot(family.baseName(), family, counted)));
    return new MetricSnapshots(all);
  }

  private void add(Family family, DataPointSnapshot point) {
    points.computeIfAbsent(family, ignored -> new ArrayList<>()).add(point);
  }

  private static Labels labels(Family family, String... values) {
    return Labels.of(family.labels(), List.of(values));
  }

  private static MetricSnapshot snapshot(
      String name, Family family, List<DataPointSnapshot> counted) {
    MetricMetadata metadata = new MetricMetadata(name, family.help());
    return switch (family.kind()) {
      case COUNTER -> new CounterSnapshot(metadata, cast(counted, CounterDataPointSnapshot.class));
      case GAUGE -> new GaugeSnapshot(metadata, cast(counted, GaugeDataPointSnapshot.class));
      case HISTOGRAM ->
          new HistogramSnapshot(metadata, cast(counted, HistogramDataPointSnapshot.class));
    };
  }

  private static <T> List<T> cast(List<DataPointSnapshot> counted, Class<T> type) {
    return counted.stream().map(type::cast).toList();
  }
}
