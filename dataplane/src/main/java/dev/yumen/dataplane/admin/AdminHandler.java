package dev.yumen.dataplane.admin;

/** Answers requests of the admin port. Several at once, each on a virtual thread of its own. */
@FunctionalInterface
public interface AdminHandler {

  /**
   * The answer to a request. May block; what it throws is told to the client as 500 without a word
   * of why, and logged.
   */
  AdminAnswer answer(AdminRequest request);
}
