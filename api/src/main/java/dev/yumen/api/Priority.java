package dev.yumen.api;

/**
 * How much a request matters when not all can be served, from what is turned away first to what
 * never is.
 */
public enum Priority {
  LOW,
  NORMAL,
  HIGH,
  CRITICAL
}
