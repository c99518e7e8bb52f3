package dev.yumen.api;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rules of a filter by which requests they are for. They are held against host, method and path as
 * the route was found by them, in the one normal form and whatever filters have changed since.
 */
public interface RequestRules {

  /** The first rule, in the order given, that is for this request; null when there is none. */
  @Nullable Hit first(Exchange exchange);

  /**
   * A rule that is for a request.
   *
   * @param index of the rule, from 0
   * @param pathVariables of the rule's own path, percent-decoded
   */
  record Hit(int index, Map<String, String> pathVariables) {}
}
