package dev.yumen.filters.security;

import org.jspecify.annotations.Nullable;

/** Reads a body byte by byte and finds out what must not be in it. One for each body. */
public interface BodyReader {

  /** What is wrong from this octet on, without a quote of the body; null when nothing is. */
  @Nullable String read(byte octet);

  /** What is wrong with a body that ends here; null when nothing is. */
  @Nullable String end();
}
