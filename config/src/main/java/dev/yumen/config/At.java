package dev.yumen.config;

import org.jspecify.annotations.Nullable;

/**
 * The way from the top of the configuration to a setting; its text, such as {@code
 * routes[2].match.path}, is only made when a message needs it.
 *
 * @param step a key, or an index in brackets
 * @param secret whether the value here must not be shown
 */
record At(@Nullable At parent, String step, boolean secret) {
  static final At TOP = new At(null, "", false);

  /** Whether it is a setting of the top level. */
  boolean isTop() {
    return TOP.equals(parent);
  }

  At key(String key) {
    return new At(this, key, secret);
  }

  At item(int index) {
    return new At(this, "[" + index + "]", secret);
  }

  /** The same setting, whose value must not be shown. */
  At hidden() {
    return secret ? this : new At(parent, step, true);
  }

  @Override
  public String toString() {
    return append(new StringBuilder()).toString();
  }

  private StringBuilder append(StringBuilder text) {
    if (parent != null) {
      parent.append(text);
      if (!text.isEmpty() && !step.startsWith("[")) {
        text.append('.');
      }
    }
    return text.append(step);
  }
}
