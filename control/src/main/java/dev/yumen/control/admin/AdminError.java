package dev.yumen.control.admin;

/** Why a request of the admin API is not answered as it was meant to be: a closed set. */
enum AdminError {
  BAD_REQUEST(400, "The request is malformed."),
  AUTH_MISSING(401, "A token is needed."),
  AUTH_INVALID(401, "The token is not known."),
  FORBIDDEN(403, "This is not allowed to you."),
  NOT_FOUND(404, "There is no such thing."),
  METHOD_NOT_ALLOWED(405, "The method is not allowed here."),
  READ_ONLY(409, "This can not be changed here."),
  UNCONFIRMED(409, "A change waits to be confirmed first."),
  PRECONDITION_FAILED(412, "Somebody else changed it meanwhile."),
  MEDIA_TYPE(415, "The body is of a kind that is not read here."),
  MISDIRECTED_REQUEST(421, "The admin API is not reached by this name."),
  INVALID(422, "What was sent has errors."),
  RATE_LIMITED(429, "Too many requests."),
  UNAVAILABLE(503, "This can not be had now.");

  private final int status;
  private final String title;

  AdminError(int status, String title) {
    this.status = status;
    this.title = title;
  }

  int status() {
    return status;
  }

  String title() {
    return title;
  }
}
