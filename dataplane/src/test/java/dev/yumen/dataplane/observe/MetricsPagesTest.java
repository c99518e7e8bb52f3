package dev.yumen.dataplane.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What users read and load about metrics says what the code does. */
class MetricsPagesTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern ROW =
      Pattern.compile("\\| `([a-z_]+)` \\| (counter|gauge|histogram) \\| ([^|]*)\\| [^|]+ \\|");
  private static final Pattern OTHER_ROW =
      Pattern.compile("(?m)^\\| `(gateway_[a-z_]+_total)` \\| ");
  private static final Pattern LABEL = Pattern.compile("`([a-z]+)`");
  private static final Pattern USED =
      Pattern.compile("\\b((?:gateway|jvm|process)_[a-z_]+[a-z])\\b");

  @Test
  void thePageListsEveryMetricWithTypeAndLabels() throws IOException {
    List<String> expected = new ArrayList<>();
    for (Family family : Family.values()) {
      String kind = family.kind().name().toLowerCase(Locale.ROOT);
      expected.add(family.metricName() + " " + kind + " " + family.labels());
    }
    List<String> listed = new ArrayList<>();
    for (String line : Files.readAllLines(ROOT.resolve("docs/metrics.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        List<String> labels =
            LABEL.matcher(row.group(3)).results().map(label -> label.group(1)).toList();
        listed.add(row.group(1) + " " + row.group(2) + " " + labels);
      }
    }

    assertEquals(expected, listed);
  }

  @Test
  void alertsAndDashboardUseMetricsThatExist() throws IOException {
    Set<String> known =
        Arrays.stream(Family.values()).map(Family::metricName).collect(Collectors.toSet());
    // Counters of filters, which this module does not know; a test beside them compares the page.
    Matcher other = OTHER_ROW.matcher(Files.readString(ROOT.resolve("docs/metrics.md")));
    other.results().forEach(row -> known.add(row.group(1)));
    for (String page :
        List.of("deploy/prometheus/alerts.yaml", "deploy/grafana/yumen.json", "docs/metrics.md")) {
      Set<String> used = new TreeSet<>();
      Matcher name = USED.matcher(Files.readString(ROOT.resolve(page)).replace("api_", " "));
      while (name.find()) {
        used.add(name.group(1).replaceFirst("_bucket$", ""));
      }
      assertTrue(used.size() > 5, page);
      used.removeAll(known);
      assertEquals(Set.of(), used, page);
    }
  }
}
