package dev.yumen.api;

/**
 * The closed set of ways a request can fail, as clients, access log and metrics see it. The status
 * is the one that RFC 9110 §15 (or RFC 6585) gives to this case.
 */
public enum FailureCode {
  BAD_REQUEST(400, Source.CLIENT),
  REQUEST_INVALID(400, Source.CLIENT),
  AUTH_MISSING(401, Source.CLIENT),
  AUTH_INVALID(401, Source.CLIENT),
  FORBIDDEN(403, Source.CLIENT),
  NO_ROUTE(404, Source.CLIENT),
  NOT_FOUND(404, Source.CLIENT),
  METHOD_NOT_ALLOWED(405, Source.CLIENT),
  REQUEST_TIMEOUT(408, Source.CLIENT),
  PAYLOAD_TOO_LARGE(413, Source.CLIENT),
  URI_TOO_LONG(414, Source.CLIENT),
  EXPECTATION_FAILED(417, Source.CLIENT),
  MISDIRECTED_REQUEST(421, Source.CLIENT),
  RATE_LIMITED(429, Source.CLIENT),
  HEADERS_TOO_LARGE(431, Source.CLIENT),
  CLIENT_ABORT(499, Source.CLIENT),
  INTERNAL(500, Source.GATEWAY),
  FILTER_FAILED(500, Source.GATEWAY),
  NOT_IMPLEMENTED(501, Source.CLIENT),
  UPSTREAM_CONNECT_REFUSED(502, Source.UPSTREAM),
  UPSTREAM_RESET(502, Source.UPSTREAM),
  UPSTREAM_PROTOCOL(502, Source.UPSTREAM),
  UPSTREAM_TLS(502, Source.UPSTREAM),
  ANSWER_REFUSED(502, Source.UPSTREAM),
  NO_ENDPOINT(503, Source.UPSTREAM),
  CIRCUIT_OPEN(503, Source.GATEWAY),
  OVERLOADED(503, Source.GATEWAY),
  AUTH_UNAVAILABLE(503, Source.GATEWAY),
  FILTER_TIMEOUT(504, Source.GATEWAY),
  UPSTREAM_CONNECT_TIMEOUT(504, Source.UPSTREAM),
  UPSTREAM_TIMEOUT(504, Source.UPSTREAM),
  HTTP_VERSION_UNSUPPORTED(505, Source.CLIENT);

  /** Who failed. */
  public enum Source {
    CLIENT,
    GATEWAY,
    UPSTREAM
  }

  private final int status;
  private final Source source;

  FailureCode(int status, Source source) {
    this.status = status;
    this.source = source;
  }

  public int status() {
    return status;
  }

  public Source source() {
    return source;
  }
}
