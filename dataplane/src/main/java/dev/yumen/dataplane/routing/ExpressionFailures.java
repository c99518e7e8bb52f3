package dev.yumen.dataplane.routing;

/**
 * Is told that the expression of a rule failed on a request, which counts as false. Called on event
 * loops, so it must not block.
 */
@FunctionalInterface
public interface ExpressionFailures {
  /** For those who do not want to know. */
  ExpressionFailures IGNORED = (expression, reason) -> {};

  /**
   * @param expression as configured
   * @param reason for people
   */
  void failed(String expression, String reason);
}
