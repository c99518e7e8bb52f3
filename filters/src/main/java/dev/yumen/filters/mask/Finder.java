package dev.yumen.filters.mask;

import org.jspecify.annotations.Nullable;

/** Finds what is to be hidden in a text, in linear time. */
public interface Finder {

  /** From the first character to the one behind the last. */
  record Span(int start, int end) {}

  /** The first one that begins there or later; null when there is none. */
  @Nullable Span next(String text, int from);
}
