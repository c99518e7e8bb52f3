package dev.yumen.config;

import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Scalar;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Upstreams that stand for another one by {@code use}. A part of {@link TargetChecks}. */
final class UpstreamAliases {
  private static final String USE = "use";

  private final Map<String, Entry> upstreams;
  private final Problems problems;

  /** What was asked for before: thousands of routes lead to a few upstreams. */
  private final Map<String, Set<String>> names = new HashMap<>();

  UpstreamAliases(Map<String, Entry> upstreams, Problems problems) {
    this.upstreams = upstreams;
    this.problems = problems;
  }

  /** Whether this upstream stands for another one, or is meant to. */
  static boolean isAlias(Node upstream) {
    return upstream instanceof Mapping mapping && !Node.absent(mapping.get(USE));
  }

  /**
   * @param unknown is told of names that no upstream has
   */
  void check(BiConsumer<Scalar, At> unknown) {
    upstreams.forEach(
        (name, entry) -> {
          if (isAlias(entry.value())) {
            check(name, (Mapping) entry.value(), unknown);
          }
        });
  }

  private void check(String name, Mapping settings, BiConsumer<Scalar, At> unknown) {
    At at = At.TOP.key("upstreams").key(name);
    for (Entry beside : settings.entries()) {
      if (!beside.key().equals(USE) && !Node.absent(beside.value())) {
        String expected = "set beside use (expected: nothing, as another upstream is used)";
        problems.error(beside.place(), at.key(beside.key()), expected);
      }
    }
    Scalar use = CrossChecks.scalar(settings, USE);
    if (use == null || use.origin() == Node.Origin.UNRESOLVED) {
      return;
    }
    if (!upstreams.containsKey(use.text())) {
      unknown.accept(use, at.key(USE));
    } else if (names(use.text()).contains(name)) {
      String expected = " leads back here (expected: an upstream with endpoints)";
      problems.error(use.place(), at.key(USE), Text.quoted(use.text()) + expected);
    }
  }

  /** This name and those that stand for it one after the other, as far as there are upstreams. */
  Set<String> names(String name) {
    return names.computeIfAbsent(name, this::found);
  }

  private Set<String> found(String name) {
    Set<String> names = new LinkedHashSet<>();
    String next = name;
    while (next != null && upstreams.containsKey(next) && names.add(next)) {
      next = use(next);
    }
    return names;
  }

  private @Nullable String use(String name) {
    Entry entry = upstreams.get(name);
    Scalar use = entry == null ? null : CrossChecks.scalar(entry.value(), USE);
    return use == null ? null : use.text();
  }

  /**
   * Whether this upstream waits to be used: its name is that of an upstream by {@code use} and a
   * suffix, such as {@code users-blue} for {@code users}.
   */
  boolean standsBy(String name) {
    return upstreams.entrySet().stream()
        .anyMatch(
            other -> isAlias(other.getValue().value()) && name.startsWith(other.getKey() + "-"));
  }
}
