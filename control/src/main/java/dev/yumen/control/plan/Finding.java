package dev.yumen.control.plan;

import dev.yumen.config.Position;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a new configuration would do.
 *
 * @param route the route it is about, or null
 * @param upstream the upstream, or null
 * @param document the new configuration, or the old one when it is not in the new
 * @param at where it stands there; null when it stands nowhere
 * @param details what the texts of the code name, by the names that they have there
 */
public record Finding(
    FindingCode code,
    @Nullable String route,
    @Nullable String upstream,
    Document document,
    @Nullable Position at,
    Map<String, String> details) {
  /** Of the two that are compared. */
  public enum Document {
    OLD,
    NEW
  }

  public Finding {
    details = Collections.unmodifiableMap(new TreeMap<>(details));
  }

  public Severity severity() {
    return code.severity();
  }
}
