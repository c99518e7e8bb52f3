package dev.yumen.dataplane.admin;

/** Answers requests of the admin port. Several at once, each on a virtual thread of its own. */
@FunctionalInterface
public interface AdminHandler {

  /**
   * The answer to a request. May block; what it throws is told to the client as 500 without a word
   * of why, and logged.
   */
  AdminAnswer answer(AdminRequest request);

  /**
   * Whether the body of a request is worth to be read, which is asked before it is. If not, the
   * request is answered without it. On an event loop: does not block.
   *
   * @param head the request as far as it has come
   */
  default boolean readsBodyOf(AdminRequest head) {
    return true;
  }
}
