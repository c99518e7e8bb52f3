package dev.yumen.control.admin;

import java.util.List;
import java.util.Map;

/** Ends a request of the admin API with an error that its client caused. */
final class Refused extends Exception {
  private static final long serialVersionUID = 1L;

  private final AdminError error;
  private final transient List<Map<String, Object>> problems;
  private final int retryAfter;

  /**
   * @param detail what was found and what was expected; no secrets
   */
  Refused(AdminError error, String detail) {
    this(error, detail, List.of());
  }

  /**
   * @param problems of a configuration, each as an object
   */
  Refused(AdminError error, String detail, List<Map<String, Object>> problems) {
    this(error, detail, problems, 1);
  }

  private Refused(
      AdminError error, String detail, List<Map<String, Object>> problems, int retryAfter) {
    super(detail, null, false, false);
    this.error = error;
    this.problems = List.copyOf(problems);
    this.retryAfter = retryAfter;
  }

  /** Too many, but not for long. */
  static Refused forNow(String detail, int seconds) {
    return new Refused(AdminError.RATE_LIMITED, detail, List.of(), seconds);
  }

  /** The same as far as a workspace may read it: why nothing can be had may be about others. */
  Refused forWorkspace() {
    return error == AdminError.UNAVAILABLE ? new Refused(error, detail()) : this;
  }

  AdminError error() {
    return error;
  }

  String detail() {
    return String.valueOf(getMessage());
  }

  /** Seconds until it is worth to try again, where there were too many requests. */
  int retryAfter() {
    return retryAfter;
  }

  List<Map<String, Object>> problems() {
    return problems;
  }
}
