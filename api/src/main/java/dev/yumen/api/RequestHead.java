package dev.yumen.api;

import org.jspecify.annotations.Nullable;

/** A request's line and headers as they will go upstream; filters edit it in place. */
public interface RequestHead {

  /** The method, in the case it was sent (methods are case-sensitive, RFC 9110 §9.1). */
  String method();

  /**
   * The path in its one normal form, still percent-encoded where needed: what was matched and what
   * is sent upstream. Starts with {@code /}, or is {@code *}.
   */
  String path();

  /**
   * Replaces the path.
   *
   * @throws IllegalArgumentException if it does not start with {@code /} or holds a character that
   *     a request target can not carry
   */
  void path(String path);

  /** The query without its {@code ?}, undecoded; null when there is none. */
  @Nullable String query();

  /** Replaces the query; null removes it. */
  void query(@Nullable String query);

  /** Host and optional port as the client asked for it, lower-case; empty for HTTP/1.0 without. */
  String authority();

  /** Replaces what is sent upstream as {@code Host}. */
  void authority(String authority);

  Headers headers();

  /** The version of HTTP that the client speaks: {@code 1.0}, {@code 1.1}, {@code 2}. */
  String version();
}
