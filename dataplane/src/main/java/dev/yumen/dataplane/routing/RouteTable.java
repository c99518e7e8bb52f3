package dev.yumen.dataplane.routing;

import dev.yumen.config.Problem.Severity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the most specific rule for a request. Immutable; shared by all event loops.
 *
 * <p>First of all the higher priority wins. Then an exact host beats a wildcard host (longest
 * suffix first), which beats none; an exact path beats a template, which beats the longest prefix,
 * which beats a regular expression, which beats no path; more conditions beat fewer. What is left
 * is a tie, which {@link #compile} reports: order of appearance never counts.
 *
 * <p>The cost of a match depends on the length of host and path and on how many rules fit both, not
 * on the number of rules. A change copies only what leads to the rules that changed.
 */
public final class RouteTable<T> {
  private final Map<String, Entry<T>> byId;
  private final ByteMap<HostPaths<T>> hosts;
  private final ByteMap<HostPaths<T>> wildcards;
  private final HostPaths<T> anyHost;
  private final int wildcardPriority;
  private final boolean restrictsMethods;
  private final boolean keepsSlashes;

  /** A table and what is wrong with its rules. */
  public record Compiled<T>(RouteTable<T> table, List<RouteProblem> problems) {
    public Compiled {
      problems = List.copyOf(problems);
    }

    /** Whether the table must not go live. */
    public boolean hasErrors() {
      return problems.stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
    }
  }

  RouteTable(TableEdit<T> edit) {
    this.byId = edit.byId;
    this.hosts = edit.hosts;
    this.wildcards = edit.wildcards;
    this.anyHost = edit.anyHost;
    this.wildcardPriority = edit.wildcardPriority();
    this.restrictsMethods = edit.restrictsMethods;
    this.keepsSlashes = edit.keepsSlashes;
  }

  /** A table that matches nothing. */
  public static <T> RouteTable<T> empty() {
    return new RouteTable<>(new TableEdit<>(null, ExpressionFailures.IGNORED));
  }

  /** A table of these rules, and everything wrong with them. */
  public static <T> Compiled<T> compile(Collection<Rule<T>> rules) {
    return compile(rules, ExpressionFailures.IGNORED);
  }

  /**
   * A table of these rules, and everything wrong with them.
   *
   * @param failures is told of every expression that fails on a request
   */
  public static <T> Compiled<T> compile(Collection<Rule<T>> rules, ExpressionFailures failures) {
    return RouteTable.<T>empty().with(Set.of(), rules, failures);
  }

  /**
   * The table of exactly these rules, using again what {@code previous} has of them: work and
   * memory grow with the number of rules that changed.
   */
  public static <T> Compiled<T> recompile(
      RouteTable<T> previous, Collection<Rule<T>> rules, ExpressionFailures failures) {
    Map<String, Rule<T>> wanted = new HashMap<>(rules.size() * 2);
    List<Rule<T>> changed = new ArrayList<>();
    for (Rule<T> rule : rules) {
      Entry<T> entry = previous.byId.get(rule.id());
      if (wanted.put(rule.id(), rule) != null || entry == null || !entry.rule.equals(rule)) {
        changed.add(rule);
      }
    }
    List<String> removed = new ArrayList<>();
    for (String id : previous.byId.keySet()) {
      if (!wanted.containsKey(id)) {
        removed.add(id);
      }
    }
    return previous.with(removed, changed, failures);
  }

  /** This table without the rules of some ids, and with others, which replace those of their id. */
  public Compiled<T> with(
      Collection<String> removedIds, Collection<Rule<T>> added, ExpressionFailures failures) {
    TableEdit<T> edit = new TableEdit<>(this, failures);
    edit.replace(removedIds, added);
    List<RouteProblem> problems = edit.finish();
    return new Compiled<>(new RouteTable<>(edit), problems);
  }

  /** Number of rules. */
  public int size() {
    return byId.size();
  }

  /** The rule of this id, or null. */
  public @Nullable Rule<T> rule(String id) {
    Entry<T> entry = byId.get(id);
    return entry == null ? null : entry.rule;
  }

  /**
   * Finds the rule for a request.
   *
   * @return whether there is one; {@code into} then holds it, and else the methods that would do
   */
  public boolean match(RoutingRequest request, RouteMatch<T> into) {
    into.begin(request);
    searchHosts(request, into);
    if (into.isMatch()) {
      into.end();
      return true;
    }
    if (restrictsMethods) {
      into.collectMethods();
      searchHosts(request, into);
    }
    return false;
  }

  /**
   * Holds every rule against a request: those whose host and path fit or nearly do, the one that
   * takes it first; of others the nearest, where there are few or nothing matched. Takes time that
   * grows with the number of rules.
   *
   * @param found what {@link #match} has given for this request
   * @param most candidates
   */
  public List<Candidate> candidates(RoutingRequest request, RouteMatch<T> found, int most) {
    return new TableReview<>(this, request).candidates(found, most);
  }

  private void searchHosts(RoutingRequest request, RouteMatch<T> walk) {
    if (hosts.size() > 0 || wildcards.size() > 0) {
      int length = walk.copyHost();
      search(hosts.find(walk.host(), 0, length), request, walk);
      walk.nextHost();
      if (walk.wants(wildcardPriority)) {
        searchWildcards(length, request, walk);
      }
    }
    search(anyHost, request, walk);
  }

  private void searchWildcards(int hostLength, RoutingRequest request, RouteMatch<T> walk) {
    byte[] host = walk.host();
    for (int at = 0; at < hostLength; at++) {
      if (host[at] == '.') {
        search(wildcards.find(host, at + 1, hostLength), request, walk);
      }
    }
  }

  void search(@Nullable HostPaths<T> paths, RoutingRequest request, RouteMatch<T> walk) {
    if (paths == null) {
      return;
    }
    boolean twoForms = (request.target().forms() & Target.DOUBLE_SLASH) != 0;
    walk.use(twoForms ? Entry.MERGED : Entry.MERGED | Entry.UNMERGED);
    walk.nextHost();
    paths.search(walk);
    if (twoForms && keepsSlashes) {
      walk.use(Entry.UNMERGED);
      paths.search(walk);
    }
  }

  Map<String, Entry<T>> byId() {
    return byId;
  }

  ByteMap<HostPaths<T>> hosts() {
    return hosts;
  }

  ByteMap<HostPaths<T>> wildcards() {
    return wildcards;
  }

  HostPaths<T> anyHost() {
    return anyHost;
  }

  boolean restrictsMethods() {
    return restrictsMethods;
  }

  boolean keepsSlashes() {
    return keepsSlashes;
  }
}
