package dev.yumen.api;

import java.util.Map;

/**
 * An expression in CEL over a request and who is asking. It sees what a route's {@code
 * match.expression} sees, and {@code consumer.name}, {@code consumer.groups}, {@code
 * consumer.tags}, {@code consumer.tier}, {@code scopes}, {@code claims} and {@code path}, all of
 * them empty where there is nothing; and nothing of the process. Its cost is bounded.
 */
public interface RequestExpression {

  /**
   * Whether it is true; a failure, as of a claim that is not there, counts as false.
   *
   * @param path what the expression knows as {@code path}
   */
  boolean test(Exchange exchange, Map<String, String> path);
}
