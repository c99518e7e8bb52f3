package dev.yumen.filters.validate;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A path of an OpenAPI document, such as {@code /users/{id}.json}; literal ones come first. */
final class PathTemplate implements Comparable<PathTemplate> {
  private static final Pattern VARIABLE = Pattern.compile("\\{([^{}]+)\\}");

  private final List<Segment> segments;

  /** One part between slashes: a literal, or an expression with the names of its variables. */
  private record Segment(String literal, @Nullable Pattern expression, List<String> names) {}

  PathTemplate(String template) {
    segments = split(template).stream().map(PathTemplate::segment).toList();
  }

  /** The segments of a path, as they are written. */
  static List<String> split(String path) {
    return List.of(path.substring(path.startsWith("/") ? 1 : 0).split("/", -1));
  }

  private static Segment segment(String text) {
    Matcher variable = VARIABLE.matcher(text);
    StringBuilder expression = new StringBuilder();
    List<String> names = new ArrayList<>();
    int at = 0;
    while (variable.find()) {
      expression.append(Pattern.quote(text.substring(at, variable.start()))).append("(.+?)");
      names.add(variable.group(1));
      at = variable.end();
    }
    if (names.isEmpty()) {
      return new Segment(text, null, List.of());
    }
    expression.append(Pattern.quote(text.substring(at)));
    return new Segment("", Pattern.compile(expression.toString(), Pattern.DOTALL), names);
  }

  List<String> names() {
    return segments.stream().flatMap(segment -> segment.names.stream()).toList();
  }

  /**
   * The variables, still encoded; null when the path is another one.
   *
   * @param path split, undecoded
   */
  @Nullable Map<String, String> match(List<String> path) {
    if (path.size() != segments.size()) {
      return null;
    }
    Map<String, String> variables = new HashMap<>();
    for (int i = 0; i < path.size(); i++) {
      if (!matches(segments.get(i), path.get(i), variables)) {
        return null;
      }
    }
    return variables;
  }

  private static boolean matches(Segment segment, String text, Map<String, String> variables) {
    if (segment.expression == null) {
      return segment.literal.equals(text) || segment.literal.equals(Texts.decoded(text));
    }
    Matcher matcher = segment.expression.matcher(text);
    if (!matcher.matches()) {
      return false;
    }
    for (int i = 0; i < segment.names.size(); i++) {
      variables.put(segment.names.get(i), matcher.group(i + 1));
    }
    return true;
  }

  /** What is fixed further left goes first, so that it wins (OpenAPI 3.1 §4.8.8.2). */
  @Override
  public int compareTo(PathTemplate other) {
    int common = Math.min(segments.size(), other.segments.size());
    for (int i = 0; i < common; i++) {
      int order = Integer.compare(segments.get(i).names.size(), other.segments.get(i).names.size());
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(segments.size(), other.segments.size());
  }
}
