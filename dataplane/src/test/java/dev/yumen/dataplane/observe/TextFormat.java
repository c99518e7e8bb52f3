package dev.yumen.dataplane.observe;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A strict reader of Prometheus' text format 0.0.4 that fails where Prometheus or promtool would:
 * samples without HELP and TYPE before them, families written twice or apart, double series, bad
 * escapes, counters without {@code _total}, histograms that do not add up.
 */
final class TextFormat {
  private static final String LABEL = "[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\"";
  private static final Pattern SAMPLE =
      Pattern.compile(
          "([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(" + LABEL + "(?:," + LABEL + ")*)})? (\\S+)");
  private static final Pattern META = Pattern.compile("# (HELP|TYPE) (\\S+) (.+)");

  private final Map<String, String> types = new HashMap<>();
  private final Map<String, Double> samples = new HashMap<>();
  private final Set<String> closed = new HashSet<>();
  private String family = "";

  private TextFormat() {}

  /** Samples by name with labels, as written. */
  static Map<String, Double> parse(String text) {
    if (!text.endsWith("\n")) {
      throw new AssertionError("no line feed at the end");
    }
    TextFormat format = new TextFormat();
    text.lines().forEach(format::line);
    format.checkHistograms();
    return new TreeMap<>(format.samples);
  }

  /** Metric names with their types. */
  static Map<String, String> types(String text) {
    TextFormat format = new TextFormat();
    text.lines().forEach(format::line);
    return format.types;
  }

  private void line(String line) {
    if (line.startsWith("#")) {
      meta(line);
    } else {
      sample(line);
    }
  }

  private void meta(String line) {
    Matcher meta = META.matcher(line);
    check(meta.matches(), line);
    String name = meta.group(2);
    if (meta.group(1).equals("HELP")) {
      check(closed.add(name), "family written twice: " + line);
      family = name;
      return;
    }
    check(name.equals(family), "TYPE without HELP before it: " + line);
    String type = meta.group(3);
    check(Set.of("counter", "gauge", "histogram").contains(type), line);
    check(type.equals("counter") == name.endsWith("_total"), "suffix _total: " + line);
    check(types.put(name, type) == null, line);
  }

  private void sample(String line) {
    Matcher sample = SAMPLE.matcher(line);
    check(sample.matches(), line);
    String name = sample.group(1);
    boolean histogram = "histogram".equals(types.get(family));
    String base = histogram ? name.replaceFirst("_(bucket|sum|count)$", "") : name;
    check(base.equals(family) && types.containsKey(base), "not in its family: " + line);
    double value = Double.parseDouble(sample.group(3).replace("+Inf", "Infinity"));
    String series = line.substring(0, line.lastIndexOf(' '));
    check(samples.put(series, value) == null, "series written twice: " + line);
  }

  private void checkHistograms() {
    Map<String, TreeMap<Double, Double>> buckets = new HashMap<>();
    samples.forEach(
        (series, value) -> {
          Matcher bucket = Pattern.compile("(.*)_bucket\\{(.*),?le=\"(.*)\"}").matcher(series);
          if (bucket.matches()) {
            String of = bucket.group(1) + "_count{" + bucket.group(2).replaceFirst(",$", "") + "}";
            double bound = Double.parseDouble(bucket.group(3).replace("+Inf", "Infinity"));
            buckets.computeIfAbsent(of, ignored -> new TreeMap<>()).put(bound, value);
          }
        });
    buckets.forEach(
        (count, bounds) -> {
          double last = 0;
          for (double value : bounds.values()) {
            check(value >= last, "buckets go down: " + count);
            last = value;
          }
          check(bounds.containsKey(Double.POSITIVE_INFINITY), "no bucket +Inf: " + count);
          check(samples.get(count) != null && samples.get(count) == last, "sum of " + count);
        });
  }

  private static void check(boolean good, String what) {
    if (!good) {
      throw new AssertionError(what);
    }
  }
}
