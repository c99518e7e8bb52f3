package dev.yumen.dataplane.routing;

/**
 * One thing that must hold besides host and path. Immutable and shared between event loops; equal
 * when it says the same.
 */
interface Condition {
  boolean test(RoutingRequest request);

  /** As a person would write it, such as {@code header x-user is "7"}. */
  String describe();

  /** The setting within {@code match} that it stands in, such as {@code headers.x-user}. */
  String setting();

  /**
   * Whether no request can fulfil both this and {@code other}. False when that can not be proven.
   */
  default boolean isDisjointFrom(Condition other) {
    return false;
  }
}
