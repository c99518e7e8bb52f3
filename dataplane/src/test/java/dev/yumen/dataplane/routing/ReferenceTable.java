package dev.yumen.dataplane.routing;

import dev.yumen.config.MatchConfig;
import dev.yumen.config.MatchConfig.PathMatch;
import dev.yumen.config.MatchConfig.ValueMatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Looks at every rule for every request and compares those that match as docs/routing.md says.
 * Knows paths, hosts, methods and headers.
 */
final class ReferenceTable {
  private final List<Rule<String>> rules;

  /** A rule that matches, and how specifically. */
  private record Candidate(
      Rule<String> rule, int host, int path, int depth, String shape, int count)
      implements Comparable<Candidate> {
    private static final Comparator<Candidate> ORDER =
        Comparator.comparingInt((Candidate c) -> c.rule.match().priority())
            .thenComparingInt(Candidate::host)
            .thenComparingInt(Candidate::path)
            .thenComparingInt(Candidate::depth)
            .thenComparing(Candidate::shape)
            .thenComparingInt(Candidate::count);

    @Override
    public int compareTo(Candidate other) {
      return ORDER.compare(this, other);
    }
  }

  ReferenceTable(List<Rule<String>> rules) {
    this.rules = rules;
  }

  /** The ids of the most specific rules that match: one, or several that tie. */
  Set<String> best(RoutingRequest request) {
    List<Candidate> candidates = new ArrayList<>();
    for (Rule<String> rule : rules) {
      Candidate candidate = candidate(rule, request);
      if (candidate != null && takesMethod(rule.match(), request.method())) {
        candidates.add(candidate);
      }
    }
    Set<String> best = new TreeSet<>();
    candidates.stream()
        .max(Comparator.naturalOrder())
        .ifPresent(
            top ->
                candidates.stream()
                    .filter(candidate -> candidate.compareTo(top) == 0)
                    .forEach(candidate -> best.add(candidate.rule.id())));
    return best;
  }

  /** The methods with which some rule would match. */
  Set<String> otherMethods(RoutingRequest request) {
    Set<String> methods = new TreeSet<>();
    for (Rule<String> rule : rules) {
      if (candidate(rule, request) != null) {
        methods.addAll(rule.match().methods());
        if (rule.match().methods().contains("GET")) {
          methods.add("HEAD");
        }
      }
    }
    return methods;
  }

  private static @Nullable Candidate candidate(Rule<String> rule, RoutingRequest request) {
    MatchConfig match = rule.match();
    int host = host(match.host(), Hosts.text(request));
    String path =
        rule.mergeSlashes() ? request.target().pathText() : request.target().unmergedPathText();
    boolean headers =
        match.headers().entrySet().stream()
            .allMatch(e -> takes(e.getValue(), request.headers().first(e.getKey())));
    if (host < 0 || !headers || !takesPath(match.path(), path)) {
      return null;
    }
    int count = match.headers().size() + (match.methods().isEmpty() ? 0 : 1);
    PathMatch pattern = match.path();
    if (pattern == null) {
      return new Candidate(rule, host, 0, 0, "", count);
    }
    if (pattern.regex() != null) {
      return new Candidate(rule, host, 1, RegexPrefix.of(pattern.regex()).length(), "", count);
    }
    String text = pattern.text();
    if (text.endsWith("/**")) {
      int depth = text.split("/", -1).length;
      return new Candidate(rule, host, 2, depth, shape(text), count);
    }
    boolean template = text.contains("{");
    return new Candidate(rule, host, template ? 3 : 4, 0, template ? shape(text) : "", count);
  }

  /** One character for each segment: a literal is more than a variable. */
  private static String shape(String pattern) {
    StringBuilder shape = new StringBuilder();
    for (String segment : pattern.substring(1).split("/", -1)) {
      shape.append(segment.startsWith("{") ? '0' : '1');
    }
    return shape.toString();
  }

  private static int host(List<String> patterns, String host) {
    int best = patterns.isEmpty() ? 0 : -1;
    for (String pattern : patterns) {
      if (pattern.equals(host)) {
        best = 1_000;
      } else if (pattern.startsWith("*") && host.endsWith(pattern.substring(1))) {
        best = Math.max(best, pattern.length());
      }
    }
    return best;
  }

  private static boolean takesPath(@Nullable PathMatch match, String path) {
    if (match == null) {
      return true;
    }
    if (match.regex() != null) {
      return path.matches(match.regex());
    }
    String pattern = match.text();
    String[] wanted = pattern.substring(1).split("/", -1);
    String[] found = path.substring(1).split("/", -1);
    boolean prefix = pattern.endsWith("/**");
    int fixed = prefix ? wanted.length - 1 : wanted.length;
    boolean longEnough = prefix ? found.length >= fixed : found.length == fixed;
    for (int i = 0; longEnough && i < fixed; i++) {
      longEnough = wanted[i].startsWith("{") ? !found[i].isEmpty() : wanted[i].equals(found[i]);
    }
    return longEnough;
  }

  private static boolean takesMethod(MatchConfig match, String method) {
    List<String> methods = match.methods();
    return methods.isEmpty()
        || methods.contains(method)
        || (method.equals("HEAD") && methods.contains("GET"));
  }

  private static boolean takes(ValueMatch match, @Nullable String value) {
    if (match.absent() != null) {
      return value == null;
    }
    if (match.not() != null) {
      return !match.not().equals(value);
    }
    return value != null
        && (match.exact() == null || value.equals(match.exact()))
        && (match.prefix() == null || value.startsWith(match.prefix()))
        && (match.regex() == null || value.matches(match.regex()));
  }

  @Override
  public String toString() {
    return rules.toString();
  }
}
