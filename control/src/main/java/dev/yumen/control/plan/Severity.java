package dev.yumen.control.plan;

import java.util.Locale;

/** How much a finding of a plan matters; the most serious one first. */
public enum Severity {
  /** Lets in who was kept out, or fails requests that were served. */
  DANGER,
  /** Is easily not meant. */
  WARNING,
  /** Good to know. */
  NOTE;

  /** As it stands in data: {@code danger}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
