package dev.yumen.dataplane.routing;

import dev.yumen.api.InvalidValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One change of a table. What it makes itself it may change; of what older tables hold it takes
 * copies on the way to the rules that change, and shares the rest. Used once, by one thread.
 */
final class TableEdit<T> {
  final Map<String, Entry<T>> byId;
  ByteMap<HostPaths<T>> hosts;
  ByteMap<HostPaths<T>> wildcards;
  HostPaths<T> anyHost;
  boolean restrictsMethods;
  boolean keepsSlashes;

  private final EditToken owner = new EditToken();
  private final ExpressionFailures failures;
  private final Set<RouteProblem> problems = new LinkedHashSet<>();
  private final Set<PathNode<T>> changed = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<HostPaths<T>> shrunk = Collections.newSetFromMap(new IdentityHashMap<>());

  TableEdit(@Nullable RouteTable<T> from, ExpressionFailures failures) {
    this.failures = failures;
    if (from == null) {
      byId = new HashMap<>();
      hosts = new ByteMap<>(owner);
      wildcards = new ByteMap<>(owner);
      anyHost = new HostPaths<>(owner, PathNode.NO_KEY);
    } else {
      byId = new HashMap<>(from.byId());
      hosts = from.hosts();
      wildcards = from.wildcards();
      anyHost = from.anyHost();
      restrictsMethods = from.restrictsMethods();
      keepsSlashes = from.keepsSlashes();
    }
  }

  void replace(Collection<String> removedIds, Collection<Rule<T>> added) {
    Map<String, Entry<T>> replaced = new HashMap<>();
    removedIds.forEach(this::remove);
    for (Rule<T> rule : added) {
      Entry<T> previous = remove(rule.id());
      if (previous != null) {
        replaced.put(rule.id(), previous);
      }
    }
    Set<String> ids = new HashSet<>(added.size() * 2);
    for (Rule<T> rule : added) {
      if (ids.add(rule.id())) {
        add(rule, replaced.get(rule.id()));
      } else {
        problems.add(RouteProblem.error(rule.id(), "id", rule.id() + " (expected: unique)"));
      }
    }
  }

  private @Nullable Entry<T> remove(String id) {
    Entry<T> entry = byId.remove(id);
    if (entry != null) {
      forEachHost(
          entry,
          paths -> {
            paths.remove(entry, changed::add);
            shrunk.add(paths);
          });
    }
    return entry;
  }

  private void add(Rule<T> rule, @Nullable Entry<T> previous) {
    try {
      Entry<T> entry = new RuleCompiler<>(rule, failures).compile(previous);
      byId.put(rule.id(), entry);
      restrictsMethods |= entry.methods != null;
      keepsSlashes |= !rule.mergeSlashes();
      forEachHost(entry, paths -> paths.insert(entry, changed::add));
    } catch (InvalidValue e) {
      String message = e.value() + " (expected: " + e.expected() + ")";
      problems.add(RouteProblem.error(rule.id(), "match." + e.component(), message));
    }
  }

  private void forEachHost(Entry<T> entry, Consumer<HostPaths<T>> action) {
    if (entry.rule.match().host().isEmpty()) {
      anyHost = anyHost.editable(owner);
      action.accept(anyHost);
      return;
    }
    for (String host : new LinkedHashSet<>(entry.rule.match().host())) {
      boolean wildcard = host.startsWith("*.");
      ByteMap<HostPaths<T>> map = (wildcard ? wildcards : hosts).editable(owner);
      byte[] key = (wildcard ? host.substring(2) : host).getBytes(StandardCharsets.US_ASCII);
      HostPaths<T> found = map.find(key, 0, key.length);
      HostPaths<T> paths = found == null ? new HostPaths<>(owner, key) : found.editable(owner);
      if (paths != found) {
        map.put(paths);
      }
      action.accept(paths);
      if (paths.isEmpty()) {
        map.remove(paths);
      }
      if (wildcard) {
        wildcards = map;
      } else {
        hosts = map;
      }
    }
  }

  /** The highest priority of any rule for a wildcard host. */
  int wildcardPriority() {
    List<HostPaths<T>> all = new ArrayList<>();
    wildcards.forEach(all::add);
    return all.stream().mapToInt(HostPaths::maxPriority).max().orElse(Integer.MIN_VALUE);
  }

  /** Brings everything in order that changed, and looks for conflicts there. */
  List<RouteProblem> finish() {
    List<PathNode<T>> deepestFirst = new ArrayList<>(changed);
    deepestFirst.sort(Comparator.comparingInt((PathNode<T> node) -> node.depth).reversed());
    Conflicts<T> conflicts = new Conflicts<>(problems::add);
    for (PathNode<T> node : deepestFirst) {
      node.settle();
      conflicts.check(node.entries());
    }
    shrunk.forEach(HostPaths::settle);
    return List.copyOf(problems);
  }
}
