package dev.yumen.filters.auth;

import dev.yumen.api.Exchange;
import dev.yumen.api.Failure;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Response;
import dev.yumen.api.Verdict;

/**
 * The no of a service that was asked whether a request may come in. The client gets the service's
 * own answer; logs, metrics and audit log get the code that says the same.
 */
public final class Refused {
  private static final int UNAUTHORIZED = 401;
  private static final int TOO_MANY_REQUESTS = 429;

  private Refused() {}

  /**
   * A verdict by that answer.
   *
   * @param service its name, for the log
   */
  public static Verdict by(String service, Exchange exchange, Response answer) {
    boolean shown = exchange.request().headers().contains("authorization");
    FailureCode code = code(answer.status(), shown);
    return Verdict.fail(Failure.of(code, service + " answered " + answer.status()), answer);
  }

  /** A redirect sends people to where they log in. */
  private static FailureCode code(int status, boolean shown) {
    if (status == UNAUTHORIZED) {
      return shown ? FailureCode.AUTH_INVALID : FailureCode.AUTH_MISSING;
    }
    if (status == TOO_MANY_REQUESTS) {
      return FailureCode.RATE_LIMITED;
    }
    return status / 100 == 3 ? FailureCode.AUTH_MISSING : FailureCode.FORBIDDEN;
  }
}
