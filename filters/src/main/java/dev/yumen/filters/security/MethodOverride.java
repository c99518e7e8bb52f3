package dev.yumen.filters.security;

import dev.yumen.api.Headers;

/** Fields by which some frameworks let a request act as one of another method. */
public final class MethodOverride {
  private static final String[] FIELDS = {
    "x-http-method-override", "x-http-method", "x-method-override"
  };

  private MethodOverride() {}

  /** Removes them, in every spelling. */
  public static void drop(Headers headers) {
    for (String name : FIELDS) {
      headers.remove(name);
    }
  }
}
