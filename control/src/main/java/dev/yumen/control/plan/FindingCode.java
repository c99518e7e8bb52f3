package dev.yumen.control.plan;

import java.util.Locale;

/** What a plan can find, a closed set. The texts are in {@code <language>.properties}. */
public enum FindingCode {
  ROUTE_UNPROTECTED(Severity.DANGER),
  NEW_ROUTE_UNPROTECTED(Severity.DANGER),
  REQUESTS_UNPROTECTED(Severity.DANGER),
  ROUTE_TIE(Severity.DANGER),
  TLS_VERIFICATION_OFF(Severity.DANGER),
  LISTENER_TLS_OFF(Severity.DANGER),
  CLIENT_CERTIFICATES_OFF(Severity.DANGER),
  UPSTREAM_EMPTY(Severity.DANGER),
  REQUESTS_UNROUTED(Severity.WARNING),
  REQUESTS_MOVED(Severity.WARNING),
  ROUTE_UNREACHABLE(Severity.WARNING),
  CATCH_ALL(Severity.WARNING),
  METHODS_OPENED(Severity.WARNING),
  GUARD_REMOVED(Severity.WARNING),
  RATE_LIMIT_REMOVED(Severity.WARNING),
  RATE_LIMIT_RAISED(Severity.WARNING),
  REGEX_MATCHES_ALL(Severity.WARNING),
  REGEX_BROAD(Severity.WARNING),
  REWRITE_UNANCHORED(Severity.WARNING),
  RETRY_NOT_IDEMPOTENT(Severity.WARNING),
  TIMEOUT_REMOVED(Severity.WARNING),
  TIMEOUT_RAISED(Severity.WARNING),
  ENDPOINTS_HALVED(Severity.WARNING),
  UPSTREAM_TLS_OFF(Severity.WARNING),
  LISTENER_CLOSED(Severity.WARNING),
  RESTART_NEEDED(Severity.WARNING),
  SECRET_IN_PLAIN(Severity.WARNING),
  REQUESTS_SPLIT(Severity.NOTE),
  ROUTE_ADDED(Severity.NOTE),
  ROUTE_REMOVED(Severity.NOTE),
  ROUTE_CHANGED(Severity.NOTE);

  private final Severity severity;

  FindingCode(Severity severity) {
    this.severity = severity;
  }

  public Severity severity() {
    return severity;
  }

  /** As it stands in data and in texts: {@code route-unprotected}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
