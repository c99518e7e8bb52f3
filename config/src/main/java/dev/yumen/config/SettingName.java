package dev.yumen.config;

import dev.yumen.api.ConfigName;
import java.lang.reflect.RecordComponent;
import java.util.Locale;

/** How a component of a record, or a constant of an enum, is written in a configuration. */
public final class SettingName {
  private SettingName() {}

  /** The key: {@code maxTtl} is written {@code max-ttl}, unless it says otherwise itself. */
  public static String of(RecordComponent component) {
    ConfigName name = component.getAnnotation(ConfigName.class);
    return name != null ? name.value() : dashed(component.getName());
  }

  /** {@code ROUND_ROBIN} is written {@code round-robin}. */
  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static String dashed(String name) {
    return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }
}
