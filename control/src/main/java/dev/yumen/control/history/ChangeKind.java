package dev.yumen.control.history;

import java.util.Locale;

/** What became of something between two configurations. */
public enum ChangeKind {
  ADDED,
  REMOVED,
  CHANGED,
  /** The same, or nearly, at another place of its list. */
  MOVED;

  /** As it stands in data: {@code added}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
