package dev.yumen.filters.validate;

import java.util.List;
import java.util.Map;

/** Finds the operation of a request. */
interface Operations {

  /** What a request is by the document. */
  sealed interface Found {
    /**
     * It is known.
     *
     * @param variables of the path, undecoded
     */
    record Known(Operation operation, Map<String, String> variables) implements Found {}

    /** There is no such path. */
    record NoPath() implements Found {}

    /** The path has other methods. */
    record NoMethod(List<String> others) implements Found {}
  }

  Found find(String method, String path);

  /** One operation, whatever path and method. */
  static Operations always(Operation required, Operation optional) {
    return (method, path) ->
        new Found.Known(
            switch (method) {
              case "POST", "PUT", "PATCH" -> required;
              default -> optional;
            },
            Map.of());
  }

  /** A path with its operations by method. */
  record Path(PathTemplate template, Map<String, Operation> operations) {}

  /**
   * Those of a document.
   *
   * @param base in front of every path, without a slash at its end
   * @param paths in the order they are tried
   */
  static Operations of(String base, List<Path> paths) {
    return (method, path) -> {
      boolean below = path.length() == base.length() || path.startsWith("/", base.length());
      if (!below || !path.startsWith(base)) {
        return new Found.NoPath();
      }
      List<String> segments = PathTemplate.split(path.substring(base.length()));
      for (Path one : paths) {
        Map<String, String> variables = one.template.match(segments);
        if (variables != null) {
          return found(one, method, variables);
        }
      }
      return new Found.NoPath();
    };
  }

  private static Found found(Path path, String method, Map<String, String> variables) {
    Operation operation = path.operations.get(method);
    if (operation == null && method.equals("HEAD")) {
      operation = path.operations.get("GET"); // RFC 9110 §9.3.2
    }
    return operation == null
        ? new Found.NoMethod(List.copyOf(path.operations.keySet()))
        : new Found.Known(operation, variables);
  }
}
