package dev.yumen.control.diagnose;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that was seen, or why it can not be. No secrets.
 *
 * @param details figures and names, by their names in texts
 * @param at file and line of the setting that it is about; null for none
 */
public record Evidence(Sign sign, Map<String, String> details, @Nullable String at) {
  public Evidence {
    details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
  }

  /**
   * @param details name, value, name, value …
   */
  static Evidence of(Sign sign, String... details) {
    Map<String, String> named = new LinkedHashMap<>();
    for (int i = 0; i < details.length; i += 2) {
      named.put(details[i], details[i + 1]);
    }
    return new Evidence(sign, named, null);
  }

  /** The same with another detail. */
  Evidence with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(details);
    more.put(name, value);
    return new Evidence(sign, more, at);
  }

  /** The same about a setting that stands there. */
  Evidence at(@Nullable String place) {
    return new Evidence(sign, details, place);
  }
}
