package dev.yumen.config;

import java.lang.reflect.Constructor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record, seen as a section of the configuration.
 *
 * @param settings in the order of the record's components
 * @param shorthand the setting that a value which is no mapping stands for
 */
record Shape(
    Class<? extends Record> type,
    String description,
    List<Setting> settings,
    @Nullable Setting shorthand,
    Constructor<? extends Record> constructor) {

  /** The index of the setting with this key, or -1. */
  int indexOf(String key) {
    for (int i = 0; i < settings.size(); i++) {
      if (settings.get(i).key().equals(key)) {
        return i;
      }
    }
    return -1;
  }

  /** The key that was meant by one that there is not, or null when none resembles it. */
  @Nullable String meant(String unknown) {
    String replacement = RemovedKeys.replacement(type, unknown);
    return replacement != null && indexOf(replacement) >= 0
        ? replacement
        : Suggestion.closest(unknown, keys());
  }

  List<String> keys() {
    return settings.stream().map(Setting::key).toList();
  }
}
