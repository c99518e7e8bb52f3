package dev.yumen.filters.fetch;

/** How the gateway shows a service who it is (RFC 6749 §2.3.1). */
public enum ClientAuth {
  /** {@code client_secret_basic}: in the field Authorization. */
  BASIC,
  /** {@code client_secret_post}: in the form. */
  POST
}
