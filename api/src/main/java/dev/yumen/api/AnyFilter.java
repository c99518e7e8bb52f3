package dev.yumen.api;

/** Either kind of filter: one that runs on the event loop, or one that may block. */
public sealed interface AnyFilter permits Filter, BlockingFilter {

  /** Called once when the last exchange that used this instance has ended. Any thread. */
  default void close() {}
}
