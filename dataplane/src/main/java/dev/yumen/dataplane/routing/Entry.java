package dev.yumen.dataplane.routing;

import dev.yumen.dataplane.routing.Candidate.Misses;
import dev.yumen.dataplane.routing.Candidate.Part;
import dev.yumen.dataplane.routing.PathPattern.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rule, compiled. Its rank orders it against every other rule that can match the same request
 * through the same host, as two numbers compared one after the other:
 *
 * <ol>
 *   <li>{@code high}: priority (32 bits), kind of path (3), depth of a prefix or literal length of
 *       a regular expression (29);
 *   <li>{@code low}: which segments are literals, from the left (47), number of conditions (16).
 * </ol>
 *
 * Two rules that can match one path with equal ranks up to the conditions have the same path, or
 * are regular expressions; so equal ranks meet in one node of the tree, see {@link Conflicts}.
 */
final class Entry<T> {
  static final int MERGED = 1;
  static final int UNMERGED = 2;

  final Rule<T> rule;
  final PathPattern path;
  final @Nullable MethodCondition methods;
  final Condition[] conditions;
  final int form;
  final long high;
  final long low;

  /**
   * @param conditions all but the methods, cheapest first
   */
  Entry(Rule<T> rule, PathPattern path, @Nullable MethodCondition methods, Condition[] conditions) {
    this.rule = rule;
    this.path = path;
    this.methods = methods;
    this.conditions = conditions;
    this.form = rule.mergeSlashes() ? MERGED : UNMERGED;
    this.high =
        ((long) rule.match().priority() << 32) | ((long) path.kind().rank() << 29) | path.depth();
    this.low = (path.literals() << 16) | count();
  }

  private int count() {
    return Math.min(conditions.length + (methods == null ? 0 : 1), 0xffff);
  }

  /** Of {@link Kind#rank()}, without a look at the pattern. */
  int kindRank() {
    return (int) (high >>> 29) & 7;
  }

  int priority() {
    return (int) (high >> 32);
  }

  boolean outranks(long thatHigh, long thatLow) {
    return high > thatHigh || (high == thatHigh && low > thatLow);
  }

  boolean ranksWith(Entry<T> other) {
    return high == other.high && low == other.low;
  }

  int compareRank(Entry<T> other) {
    int result = Long.compare(high, other.high);
    return result != 0 ? result : Long.compare(low, other.low);
  }

  /** Whether this rule, of the same node, provably matches whatever the other one does. */
  boolean takesAllOf(Entry<T> other) {
    return priority() > other.priority()
        && form == other.form
        && pathCovers(other)
        && (methods == null
            || (other.methods != null && methods.methods().containsAll(other.methods.methods())))
        && List.of(other.conditions).containsAll(List.of(conditions));
  }

  private boolean pathCovers(Entry<T> other) {
    Kind otherKind = other.path.kind();
    return switch (path.kind()) {
      case REGEX -> otherKind == Kind.REGEX && path.toString().equals(other.path.toString());
      case PREFIX -> true; // what hangs at one node begins alike
      case TEMPLATE, EXACT, ANY -> otherKind == path.kind();
    };
  }

  /**
   * The first thing that keeps this rule from taking a request whose host is right and whose path
   * leads here; null when nothing does. The method comes last, so that it alone is told of when a
   * request would get 405.
   */
  @Nullable Misses misses(RouteMatch<T> walk, RoutingRequest request) {
    if (kindRank() == Kind.REGEX.rank() && !path.matchesRegex(walk.view())) {
      return new Misses(Part.PATH, "path", "path matches " + path);
    }
    for (Condition condition : conditions) {
      if (!condition.test(request)) {
        return new Misses(Part.CONDITION, condition.setting(), condition.describe());
      }
    }
    return methods == null || methods.test(request)
        ? null
        : new Misses(Part.METHOD, "methods", methods.describe());
  }

  /** Whether host and path being right, all but the method is. */
  boolean passesAllButMethod(RouteMatch<T> walk, RoutingRequest request) {
    for (Condition condition : conditions) {
      if (!condition.test(request)) {
        return false;
      }
    }
    return kindRank() != Kind.REGEX.rank() || path.matchesRegex(walk.view());
  }
}
