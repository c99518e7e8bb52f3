package dev.yumen.control.history;

import dev.yumen.api.ConfigType;
import dev.yumen.api.Default;
import dev.yumen.api.Secret;
import dev.yumen.api.Shorthand;
import dev.yumen.config.FilterConfig;
import dev.yumen.config.SettingName;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The components of a record of the configuration, seen as settings.
 *
 * @param shorthand key of the setting that a value which is no mapping stands for
 */
public record Settings(List<Setting> all, @Nullable String shorthand) {
  private static final Set<String> NAMES = Set.of("id", "name");
  private static final Set<String> IDENTITIES = Set.of("id", "name", "address", "upstream", "host");

  private static final ClassValue<Settings> KNOWN =
      new ClassValue<>() {
        @Override
        protected Settings computeValue(Class<?> type) {
          Shorthand shorthand = type.getAnnotation(Shorthand.class);
          return new Settings(
              Stream.of(type.getRecordComponents()).map(Setting::of).toList(),
              shorthand == null ? null : shorthand.value());
        }
      };

  /**
   * One component.
   *
   * @param otherwise YAML of its default, or null
   */
  public record Setting(String key, boolean secret, @Nullable String otherwise, Method accessor) {
    private static Setting of(RecordComponent component) {
      Method accessor = component.getAccessor();
      accessor.setAccessible(true);
      Default otherwise = component.getAnnotation(Default.class);
      return new Setting(
          SettingName.of(component),
          component.isAnnotationPresent(Secret.class),
          otherwise == null ? null : otherwise.value(),
          accessor);
    }

    /** Whether it is a secret, or something that may have secrets inside. */
    public boolean mayHoldSecrets() {
      Class<?> type = accessor.getReturnType();
      return secret || type.isRecord() || type == List.class || type == Map.class;
    }

    /** The value that it has in a section. */
    public @Nullable Object of(Record section) {
      try {
        return accessor.invoke(section);
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new IllegalStateException(accessor.toString(), e);
      }
    }
  }

  /**
   * @param type of a record
   */
  public static Settings of(Class<?> type) {
    return KNOWN.get(type);
  }

  /** Whether a value is a section of the configuration and not one that is written as a text. */
  public static boolean isSection(@Nullable Object value) {
    return value instanceof Record
        && !(value instanceof FilterConfig)
        && !value.getClass().isAnnotationPresent(ConfigType.class);
  }

  /** The value of a setting of a section; null when it has none of this key, or no value. */
  public static @Nullable Object value(Record section, String key) {
    for (Setting setting : of(section.getClass()).all()) {
      if (setting.key().equals(key)) {
        return setting.of(section);
      }
    }
    return null;
  }

  /** The name of a route, a consumer and the like, or null. */
  static @Nullable String name(@Nullable Object value) {
    return first(value, NAMES);
  }

  /** What tells an item of a list from the others of its list, or null. */
  static @Nullable String identity(@Nullable Object value) {
    return value instanceof FilterConfig filter ? filter.type().name() : first(value, IDENTITIES);
  }

  private static @Nullable String first(@Nullable Object value, Set<String> keys) {
    if (!(value instanceof Record section) || !isSection(section)) {
      return null;
    }
    Setting first = of(section.getClass()).all().getFirst();
    Object name = keys.contains(first.key()) ? first.of(section) : null;
    return name == null ? null : name.toString();
  }
}
