package dev.yumen.filters.oidc;

import java.net.URI;

/** Adds to addresses that a provider published. */
final class Urls {
  private Urls() {}

  /** The address with more parameters (RFC 6749 §3.1: what it has is kept). */
  static String with(URI address, String query) {
    String text = address.toASCIIString();
    int fragment = text.indexOf('#');
    String base = fragment < 0 ? text : text.substring(0, fragment);
    return base + (base.indexOf('?') < 0 ? "?" : "&") + query;
  }
}
