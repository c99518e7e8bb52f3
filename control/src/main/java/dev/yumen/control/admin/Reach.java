package dev.yumen.control.admin;

import java.util.Locale;

/** What callers of a workspace get of a resource; whoever adds a resource has to decide. */
enum Reach {
  /** The same as anybody: nothing in it is of anybody in particular. */
  SAME,
  /** What is their own; the resource asks {@link Call#scope} for it. */
  OWN,
  /** Nothing: it is about the whole gateway. */
  NONE;

  String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
