package dev.yumen.config;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A top-level setting that holds objects with names, which can be changed one at a time. */
public enum Section {
  ROUTES("id"),
  UPSTREAMS(null),
  CONSUMERS("name"),
  REDIS(null);

  private final @Nullable String nameKey;

  Section(@Nullable String nameKey) {
    this.nameKey = nameKey;
  }

  /** The setting's key. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The key under which an object says its name; null when it stands under its name. */
  @Nullable String nameKey() {
    return nameKey;
  }
}
