package dev.yumen.control.history;

import dev.yumen.api.DataSize;
import dev.yumen.api.Invisible;
import dev.yumen.config.Durations;
import dev.yumen.config.FilterConfig;
import dev.yumen.config.SecretNames;
import dev.yumen.config.SettingName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Values as they are written, in one line of bounded length and without control characters. Never
 * shown are settings that are secret, whatever was read from a file of secrets, entries whose names
 * say that they hold credentials, and what stands before the host of an address.
 */
public final class Shown {
  static final String HIDDEN = "***";

  private static final int LONGEST = 160;
  private static final Pattern USER_OF_ADDRESS = Pattern.compile("://[^/@\\s]*@");

  private final Predicate<String> hidden;

  /**
   * @param hidden whether the value of a path of this configuration must not be shown
   */
  Shown(Predicate<String> hidden) {
    this.hidden = hidden;
  }

  /** Whether the values of entries of this name are credentials. */
  static boolean isCredential(String key) {
    return SecretNames.has(key);
  }

  /** The text of a value, or null of null. */
  @Nullable String text(@Nullable Object value, @Nullable String path, boolean secret) {
    return value == null ? null : bounded(whole(value, path, secret));
  }

  private static String bounded(String text) {
    return text.length() <= LONGEST
        ? text
        : text.substring(0, LONGEST) + "… (" + text.length() + ")";
  }

  private String whole(Object value, @Nullable String path, boolean secret) {
    if (secret) {
      return HIDDEN;
    }
    if (value instanceof FilterConfig filter) {
      String settings = section(filter.settings(), under(path, filter.type().name()));
      return settings.equals("{}") ? filter.type().name() : filter.type().name() + " " + settings;
    }
    if (Settings.isSection(value)) {
      return section((Record) value, path);
    }
    if (value instanceof Map<?, ?> map) {
      return mapping(map, path);
    }
    if (value instanceof List<?> list && list.stream().anyMatch(Comparison::hasInside)) {
      return items(list, path);
    }
    return path != null && hidden.test(path) ? HIDDEN : clean(scalar(value));
  }

  private String scalar(Object value) {
    return switch (value) {
      case List<?> list -> items(list, null);
      case Enum<?> constant -> SettingName.of(constant);
      case Duration duration -> Durations.text(duration);
      case Double number when number == Math.rint(number) && Math.abs(number) < 1e15 ->
          Long.toString(number.longValue());
      default -> value.toString();
    };
  }

  private String items(List<?> list, @Nullable String path) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      Object item = Objects.requireNonNull(list.get(i));
      texts.add(whole(item, path == null ? null : path + "[" + i + "]", false));
    }
    return "[" + String.join(", ", texts) + "]";
  }

  private String mapping(Map<?, ?> map, @Nullable String path) {
    List<String> entries = new ArrayList<>();
    map.forEach(
        (name, value) -> {
          String key = String.valueOf(name);
          String text = whole(Objects.requireNonNull(value), under(path, key), isCredential(key));
          entries.add(clean(key) + ": " + text);
        });
    return "{" + String.join(", ", entries) + "}";
  }

  private String section(Record section, @Nullable String path) {
    Settings settings = Settings.of(section.getClass());
    List<String> entries = new ArrayList<>();
    String only = null;
    for (Settings.Setting setting : settings.all()) {
      Object value = setting.of(section);
      String text = value == null ? "" : whole(value, under(path, setting.key()), setting.secret());
      if (value != null && !isDefault(setting, value, text)) {
        only = setting.key().equals(settings.shorthand()) ? text : null;
        entries.add(setting.key() + ": " + text);
      }
    }
    return entries.size() == 1 && only != null ? only : "{" + String.join(", ", entries) + "}";
  }

  private boolean isDefault(Settings.Setting setting, Object value, String text) {
    String otherwise = setting.otherwise();
    if (otherwise == null) {
      return text.equals("[]") || text.equals("{}");
    }
    return switch (value) {
      case Duration duration -> duration.equals(Durations.parse(otherwise));
      case DataSize size -> size.equals(DataSize.parse(otherwise));
      case String written -> otherwise.equals(written) || otherwise.equals("'" + written + "'");
      default -> text.equals(otherwise) || text.equals("[" + otherwise + "]");
    };
  }

  private static @Nullable String under(@Nullable String path, String key) {
    return path == null ? null : path + "." + key;
  }

  /** Text in one line that can be printed anywhere. */
  public static String clean(String text) {
    String safe = USER_OF_ADDRESS.matcher(text).replaceAll("://" + HIDDEN + "@");
    StringBuilder clean = new StringBuilder(safe.length());
    for (int i = 0; i < safe.length(); i++) {
      char c = safe.charAt(i);
      if (c == '\n') {
        clean.append("\\n");
      } else if (Invisible.is(c)) {
        clean.append(String.format("\\u%04x", (int) c));
      } else {
        clean.append(c);
      }
    }
    return clean.isEmpty() ? "\"\"" : clean.toString();
  }
}
