package dev.yumen.control.admin;

import java.util.Map;

/**
 * What may be sent to a resource, for the OpenAPI document.
 *
 * @param type of the body
 * @param body as it is sent
 * @param variables of the path, by name, with a value that fits the body
 */
record Example(String type, String body, Map<String, String> variables) {
  static Example json(String body) {
    return new Example("application/json", body, Map.of());
  }

  static Example yaml(String body) {
    return new Example("application/yaml", body, Map.of());
  }

  /** The same for a path with a variable. */
  Example at(String variable, String value) {
    return new Example(type, body, Map.of(variable, value));
  }
}
