package dev.yumen.config;

import org.jspecify.annotations.Nullable;

/**
 * One component of a record, seen as a setting.
 *
 * @param key in the configuration
 * @param description one or two sentences; empty when there are none
 * @param defaultText YAML that stands for an absent value; null when there is no such default
 */
record Setting(
    String key,
    ValueType type,
    String description,
    @Nullable String defaultText,
    boolean nullable,
    boolean oneOrMany,
    boolean secret) {

  /** Whether a configuration without it is wrong. */
  boolean required() {
    return defaultText == null
        && !nullable
        && !(type instanceof ValueType.ListOf)
        && !(type instanceof ValueType.MapOf);
  }
}
