package dev.yumen.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yumen.testkit.RawClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Alerts and dashboard of a template ask for what its gateway tells. */
class MonitoringTemplateTest {
  /** What Prometheus itself adds to every sample. */
  private static final Set<String> ADDED = Set.of("job", "instance");

  private static final Pattern SAMPLE = Pattern.compile("([a-z_]+)(?:\\{(.*)})? \\S+");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=~?\"|([a-z_]+)![=~]\"");
  private static final Pattern USE =
      Pattern.compile("\\b((?:gateway|process|jvm)_[a-z_]+)(?:\\{([^}]*)})?");
  private static final Pattern BY = Pattern.compile("\\bby \\(([^)]*)\\)");
  private static final Pattern SHOWN = Pattern.compile("\\{\\{ *(?:\\$labels\\.)?([a-z_]+) *}}");
  private static final Pattern CERTIFICATES =
      Pattern.compile("\\| `(gateway_tls_[a-z_]+)` \\| gauge \\| ([^|]*) \\|");
  private static final Pattern ALERT =
      Pattern.compile("(?s)- alert: (\\w+)\n(.*?)(?=\n      - |\\z)");

  @TempDir Path folder;

  @Test
  void everyMetricAndLabelIsThere() throws Exception {
    try (RunningTemplate template =
        RunningTemplate.start("monitoring-and-alerts", folder.resolve("m"))) {
      Map<String, Set<String>> told = told(template);
      List<String> expressions = new ArrayList<>(alerts(template.folder()));
      expressions.addAll(panels(template.folder()));
      assertTrue(expressions.size() > 20, expressions::toString);
      Set<String> unknown = new TreeSet<>();
      for (String expression : expressions) {
        unknown.addAll(unknown(expression, told));
      }
      assertEquals(Set.of(), unknown, () -> told.keySet().toString());
    }
  }

  /** Labels by metric, of a gateway that has had requests. */
  private static Map<String, Set<String>> told(RunningTemplate template) throws IOException {
    get(template, "http://127.0.0.1:8080/users/7");
    get(template, "http://127.0.0.1:8080/nowhere");
    Map<String, Set<String>> told = new HashMap<>();
    for (String line : get(template, "http://127.0.0.1:8081/metrics").lines().toList()) {
      Matcher sample = SAMPLE.matcher(line);
      if (sample.matches()) {
        List<String> labels = labels(String.valueOf(sample.group(2)));
        tell(told, sample.group(1), labels);
        tell(told, sample.group(1).replaceFirst("_bucket$", ""), labels);
      }
    }
    // the template has no certificate to tell of
    Matcher row = CERTIFICATES.matcher(Files.readString(Path.of("../docs/metrics.md")));
    assertTrue(row.find());
    tell(told, row.group(1), List.of(row.group(2).replace("`", "").split(", ")));
    return told;
  }

  private static void tell(Map<String, Set<String>> told, String name, List<String> labels) {
    told.computeIfAbsent(name, _ -> new TreeSet<>(ADDED)).addAll(labels);
  }

  private static String get(RunningTemplate template, String url) {
    URI uri = URI.create(template.here(url));
    try (RawClient client = RawClient.connect(uri.getPort())) {
      return client.get(uri.getPath()).text();
    }
  }

  private static List<String> labels(String text) {
    return LABEL
        .matcher(text)
        .results()
        .map(r -> r.group(1) == null ? r.group(2) : r.group(1))
        .toList();
  }

  /** What an expression, or the expressions behind one text, asks for and is not told. */
  private static Set<String> unknown(String expression, Map<String, Set<String>> told) {
    Set<String> unknown = new TreeSet<>();
    Set<String> known = new TreeSet<>();
    Matcher use = USE.matcher(expression);
    while (use.find()) {
      Set<String> labels = told.get(use.group(1));
      if (labels == null) {
        unknown.add(use.group(1));
        continue;
      }
      known.addAll(labels);
      for (String label : labels(String.valueOf(use.group(2)))) {
        if (!labels.contains(label)) {
          unknown.add(use.group(1) + "{" + label + "}");
        }
      }
    }
    List<String> others = new ArrayList<>();
    BY.matcher(expression)
        .results()
        .forEach(by -> others.addAll(List.of(by.group(1).split(", *"))));
    SHOWN.matcher(expression).results().forEach(shown -> others.add(shown.group(1)));
    for (String label : others) {
      if (!known.contains(label) && !expression.contains("up{")) {
        unknown.add(label + " in " + expression);
      }
    }
    return unknown;
  }

  /** Each alert with the texts that show its labels. */
  private static List<String> alerts(Path folder) throws IOException {
    String rules = Files.readString(folder.resolve("alerts.yml"));
    List<String> alerts = ALERT.matcher(rules).results().map(alert -> alert.group(2)).toList();
    assertEquals(rules.split("- alert:", -1).length - 1, alerts.size());
    return alerts;
  }

  /** Each panel's expression with its legend. */
  private static List<String> panels(Path folder) throws IOException {
    JsonNode dashboard =
        new JsonMapper().readTree(Files.readString(folder.resolve("dashboard.json")));
    List<String> panels = new ArrayList<>();
    for (JsonNode panel : dashboard.path("panels")) {
      for (JsonNode target : panel.path("targets")) {
        panels.add(target.path("expr").asString() + " " + target.path("legendFormat").asString());
      }
    }
    for (JsonNode note : dashboard.path("annotations").path("list")) {
      panels.add(note.path("expr").asString() + " " + note.path("textFormat").asString());
    }
    return panels;
  }
}
