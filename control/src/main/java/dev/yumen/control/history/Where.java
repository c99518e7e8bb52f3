package dev.yumen.control.history;

import org.jspecify.annotations.Nullable;

/**
 * The way to something that two configurations are compared in.
 *
 * @param path as people read it, with names instead of numbers: {@code routes[orders].match.path}
 * @param before the path in the older configuration, as {@link dev.yumen.config.Positions} takes
 *     it; null when it is not there
 * @param after the path in the newer one; null when it is not there
 */
public record Where(String path, @Nullable String before, @Nullable String after) {
  static final Where TOP = new Where("", "", "");

  Where key(String key) {
    return new Where(joined(path, key), joinedOrNull(before, key), joinedOrNull(after, key));
  }

  /** An item of a list; an index is negative where it is not there. */
  Where item(int old, int now) {
    return new Where(path + "[" + (now < 0 ? old : now) + "]", at(before, old), at(after, now));
  }

  /** An item of a list that is known by its name. */
  Where named(String name, int old, int now) {
    return new Where(path + "[" + name + "]", at(before, old), at(after, now));
  }

  /** An entry of a mapping that only one of the two may have. */
  Where entry(String key, boolean old, boolean now) {
    Where both = key(key);
    return new Where(both.path, old ? both.before : null, now ? both.after : null);
  }

  private static String joined(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static @Nullable String joinedOrNull(@Nullable String path, String key) {
    return path == null ? null : joined(path, key);
  }

  private static @Nullable String at(@Nullable String path, int index) {
    return path == null || index < 0 ? null : path + "[" + index + "]";
  }
}
