package dev.yumen.control.plan;

import dev.yumen.config.LoadedConfig;
import dev.yumen.control.history.ConfigDiff;
import dev.yumen.dataplane.StartSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * What a new configuration would change, told before it is live. Immutable.
 *
 * @param diff what differs
 * @param findings what that does, the most serious first, then by their codes in the order of
 *     {@link FindingCode}
 */
public record Plan(ConfigDiff diff, List<Finding> findings) {
  public Plan {
    findings = List.copyOf(findings);
  }

  /**
   * The plan for two configurations. Takes time in their size; no thread of an event loop.
   *
   * @param before the one that is live, read without errors
   * @param after the one that may follow, read without errors
   */
  public static Plan of(LoadedConfig before, LoadedConfig after) {
    return of(before, after, StartSettings.of(Objects.requireNonNull(before.config())));
  }

  /**
   * The same for a process that has been running through other configurations.
   *
   * @param started what it read at start and goes on with
   */
  public static Plan of(LoadedConfig before, LoadedConfig after, StartSettings started) {
    Findings findings = new Findings(before, after);
    if (!findings.diff().isEmpty()) {
      new RouteFindings(findings).find();
      new RequestFindings(findings).find();
      new FilterFindings(findings).find();
      new UpstreamFindings(findings).find();
      new ProcessFindings(findings, started).find();
      new SecretFindings(findings).find();
    }
    List<Finding> all = new ArrayList<>(findings.all());
    all.sort(Comparator.comparing(Finding::severity).thenComparing(Finding::code));
    return new Plan(findings.diff(), all);
  }

  /** How many findings are of this severity. */
  public long count(Severity severity) {
    return findings.stream().filter(finding -> finding.severity() == severity).count();
  }
}
