package dev.yumen.control.diagnose;

/** What is in trouble. */
public enum Tree {
  /** Requests take too long, or get 502, 503 or 504. */
  TIMEOUTS,
  /** A client gets 401 or 403. */
  AUTH
}
