package dev.yumen.dataplane.routing;

import dev.yumen.api.InvalidValue;
import dev.yumen.api.Regex;
import dev.yumen.config.MatchConfig.PathMatch;
import dev.yumen.config.RouteConfig.Ambiguous;
import dev.yumen.dataplane.routing.PathPattern.Segment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the path of a rule. A pattern that no request could ever match is refused. */
final class PathSyntax {
  private static final Pattern VARIABLE = Pattern.compile("\\{[A-Za-z_][A-Za-z0-9_-]*}");

  private final String text;
  private final boolean mergeSlashes;
  private final Set<Ambiguous> allow;
  private final Target target = new Target();

  private PathSyntax(String text, boolean mergeSlashes, Set<Ambiguous> allow) {
    this.text = text;
    this.mergeSlashes = mergeSlashes;
    this.allow = allow;
  }

  /**
   * @throws InvalidValue if it is malformed, or written in a form that no path has after it was
   *     normalised
   */
  static PathPattern read(@Nullable PathMatch match, boolean mergeSlashes, Set<Ambiguous> allow) {
    if (match == null) {
      return PathPattern.ANY;
    }
    if (match.regex() != null) {
      return PathPattern.regex(match.regex(), Regex.compile("path", match.regex()));
    }
    return new PathSyntax(match.text(), mergeSlashes, allow).read();
  }

  private PathPattern read() {
    boolean prefix = text.endsWith("/**");
    String base = prefix ? text.substring(0, text.length() - 3) : text;
    if (base.indexOf('?') >= 0 || base.indexOf('#') >= 0) {
      throw refuse("a path without a query; query parameters go under match.query");
    }
    List<Segment> segments = base.isEmpty() ? List.of() : segments(base, prefix);
    boolean template = segments.stream().anyMatch(Segment::isVariable);
    if (template && segments.size() > PathPattern.MOST_SEGMENTS) {
      throw refuse("at most " + PathPattern.MOST_SEGMENTS + " segments beside variables");
    }
    if (prefix) {
      return PathPattern.prefix(text, segments);
    }
    return template
        ? PathPattern.template(text, segments)
        : PathPattern.exact(text, join(segments));
  }

  private List<Segment> segments(String base, boolean prefix) {
    String[] parts = base.substring(1).split("/", -1);
    Set<String> names = new HashSet<>();
    List<Segment> segments = new ArrayList<>();
    for (int i = 0; i < parts.length; i++) {
      boolean trailing = !prefix && i == parts.length - 1;
      if (parts[i].isEmpty() && mergeSlashes && !trailing) {
        throw refuse("no // in it, or merge-slashes: false on the route");
      }
      Segment segment = segment(parts[i]);
      if (segment.variable() != null && !names.add(segment.variable())) {
        throw refuse("a name of its own for each variable");
      }
      segments.add(segment);
    }
    return List.copyOf(segments);
  }

  private Segment segment(String part) {
    if (part.startsWith("{") && VARIABLE.matcher(part).matches()) {
      return Segment.variable(part.substring(1, part.length() - 1));
    }
    if (part.indexOf('{') >= 0 || part.indexOf('}') >= 0) {
      throw refuse("{name} as a whole segment, or {regex: …}");
    }
    if (part.indexOf('*') >= 0) {
      throw refuse("{name} for any one segment, /** at the end for all that follow");
    }
    return Segment.literal(literal(part));
  }

  private byte[] literal(String part) {
    byte[] bytes = ("/" + part).getBytes(StandardCharsets.UTF_8);
    TargetError error = TargetNormalizer.normalize(bytes, 0, bytes.length, target);
    if (error != null && error != TargetError.ABOVE_ROOT) {
      throw refuse("a path that a request can have: " + error.sentence());
    }
    if (error != null || (!part.isEmpty() && target.pathText().equals("/"))) {
      throw refuse("a path without . and .. segments");
    }
    Ambiguous refused = target.refused(allow);
    if (refused != null) {
      throw refuse(
          "allow: "
              + refused.name().toLowerCase(Locale.ROOT).replace('_', '-')
              + " on the route, else such a path gets 400");
    }
    return Arrays.copyOfRange(target.path(), target.pathStart() + 1, target.pathEnd());
  }

  private static byte[] join(List<Segment> segments) {
    StringBuilder path = new StringBuilder();
    for (Segment segment : segments) {
      path.append('/').append(new String(segment.literal(), StandardCharsets.US_ASCII));
    }
    return path.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private InvalidValue refuse(String expected) {
    return new InvalidValue("path", text, expected);
  }
}
