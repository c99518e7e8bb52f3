package dev.yumen.dataplane.routing;

import com.google.re2j.Pattern;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The path of a rule. Its segments are where it hangs in the tree of paths; an exact path hangs in
 * a hash table instead.
 */
final class PathPattern {
  /** In order of how specific they are. */
  enum Kind {
    ANY(0),
    REGEX(1),
    PREFIX(2),
    TEMPLATE(3),
    EXACT(4);

    private final int rank;

    Kind(int rank) {
      this.rank = rank;
    }

    /** Higher is more specific. */
    int rank() {
      return rank;
    }
  }

  /** More segments than this can not follow one another in a pattern with variables. */
  static final int MOST_SEGMENTS = 47;

  static final PathPattern ANY =
      new PathPattern(Kind.ANY, "any path", new byte[0], List.of(), 0, null);

  private final Kind kind;
  private final String text;
  private final byte[] exact;
  private final List<Segment> segments;
  private final int depth;
  private final @Nullable Pattern regex;

  /** A segment of a pattern: a literal or a variable. */
  static final class Segment {
    private final byte[] literal;
    private final @Nullable String variable;

    private Segment(byte[] literal, @Nullable String variable) {
      this.literal = literal;
      this.variable = variable;
    }

    static Segment literal(byte[] normal) {
      return new Segment(normal, null);
    }

    static Segment variable(String name) {
      return new Segment(PathNode.NO_KEY, name);
    }

    /** In normal form; empty for a variable. */
    byte[] literal() {
      return literal;
    }

    /** The variable's name, null for a literal. */
    @Nullable String variable() {
      return variable;
    }

    boolean isVariable() {
      return variable != null;
    }
  }

  private PathPattern(
      Kind kind,
      String text,
      byte[] exact,
      List<Segment> segments,
      int depth,
      @Nullable Pattern regex) {
    this.kind = kind;
    this.text = text;
    this.exact = exact;
    this.segments = segments;
    this.depth = depth;
    this.regex = regex;
  }

  static PathPattern exact(String text, byte[] path) {
    return new PathPattern(Kind.EXACT, text, path, List.of(), 0, null);
  }

  static PathPattern template(String text, List<Segment> segments) {
    return new PathPattern(Kind.TEMPLATE, text, new byte[0], segments, 0, null);
  }

  static PathPattern prefix(String text, List<Segment> segments) {
    return new PathPattern(Kind.PREFIX, text, new byte[0], segments, segments.size(), null);
  }

  /** Hangs where the whole segments of its literal prefix lead. */
  static PathPattern regex(String text, Pattern regex) {
    String literal = RegexPrefix.of(text);
    List<Segment> segments = new ArrayList<>();
    int at = literal.startsWith("/") ? 1 : literal.length();
    for (int end = literal.indexOf('/', at); end >= 0; end = literal.indexOf('/', at)) {
      byte[] segment = literal.substring(at, end).getBytes(StandardCharsets.US_ASCII);
      segments.add(Segment.literal(segment));
      at = end + 1;
    }
    byte[] prefix = literal.getBytes(StandardCharsets.US_ASCII);
    return new PathPattern(Kind.REGEX, text, prefix, List.copyOf(segments), prefix.length, regex);
  }

  Kind kind() {
    return kind;
  }

  /** The whole path of an exact pattern, the literal prefix of a regular expression. */
  byte[] literal() {
    return exact;
  }

  List<Segment> segments() {
    return segments;
  }

  /** Segments of a prefix, literal characters at the start of a regular expression. */
  int depth() {
    return depth;
  }

  /** One bit for each segment from the left, set for literals: a literal further left wins. */
  long literals() {
    long bits = 0;
    for (int i = 0; i < Math.min(segments.size(), MOST_SEGMENTS); i++) {
      if (!segments.get(i).isVariable()) {
        bits |= 1L << (MOST_SEGMENTS - 1 - i);
      }
    }
    return bits;
  }

  boolean matchesRegex(CharSequence path) {
    return regex == null || regex.matcher(path).matches();
  }

  List<String> variables() {
    List<String> names = new ArrayList<>();
    for (Segment segment : segments) {
      if (segment.variable() != null) {
        names.add(segment.variable());
      }
    }
    return names;
  }

  /** The decoded variable of a path that matches, or null. */
  @Nullable String variable(Target target, boolean merged, String name) {
    Map<String, String> all =
        merged
            ? variables(target.path(), target.pathStart(), target.pathEnd())
            : variables(
                target.unmergedPath(), target.unmergedPathStart(), target.unmergedPathEnd());
    return all.get(name);
  }

  /** The decoded variables of a path that matches. */
  Map<String, String> variables(byte[] path, int start, int end) {
    Map<String, String> values = new LinkedHashMap<>();
    int at = start;
    for (Segment segment : segments) {
      int from = at + 1;
      at = Math.min(from, end);
      while (at < end && path[at] != '/') {
        at++;
      }
      if (segment.variable() != null && from <= at) {
        values.put(segment.variable(), decode(path, from, at));
      }
    }
    return values;
  }

  /** The target was checked, so every escape is whole and the octets are UTF-8. */
  private static String decode(byte[] path, int start, int end) {
    byte[] decoded = new byte[end - start];
    int length = 0;
    for (int at = start; at < end; at++) {
      if (path[at] == '%') {
        int high = Character.digit((char) path[at + 1], 16);
        decoded[length++] = (byte) ((high << 4) | Character.digit((char) path[at + 2], 16));
        at += 2;
      } else {
        decoded[length++] = path[at];
      }
    }
    return new String(decoded, 0, length, StandardCharsets.UTF_8);
  }

  /** As configured. */
  @Override
  public String toString() {
    return text;
  }
}
