package dev.yumen.filters.headers;

/** Which values of a repeated header field stay. */
public enum Keep {
  FIRST,
  LAST,
  /** Each different value once, in order. */
  UNIQUE
}
