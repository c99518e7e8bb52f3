package dev.yumen.config;

import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.Node.Sequence;
import dev.yumen.config.ValueType.ListOf;
import dev.yumen.config.ValueType.MapOf;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Puts the nodes of several files together. */
final class Merge {
  private final Shape top;
  private final Problems problems;

  Merge(Shape top, Problems problems) {
    this.top = top;
    this.problems = problems;
  }

  /**
   * Files side by side: mappings with free keys are united, lists are appended in the order of the
   * files, and anything else may be written in one file only.
   *
   * @param files at least one
   */
  Mapping together(List<Mapping> files) {
    if (files.size() == 1) {
      return files.getFirst();
    }
    Map<String, List<Entry>> byKey = new LinkedHashMap<>();
    for (Mapping file : files) {
      for (Entry entry : file.entries()) {
        byKey.computeIfAbsent(entry.key(), _ -> new ArrayList<>()).add(entry);
      }
    }
    List<Entry> entries = new ArrayList<>();
    byKey.forEach((key, written) -> entries.addAll(together(key, written)));
    return new Mapping(files.getFirst().place(), List.copyOf(entries));
  }

  private List<Entry> together(String key, List<Entry> written) {
    int index = top.indexOf(key);
    if (index < 0) {
      return written;
    }
    List<Entry> filled = written.stream().filter(entry -> !Node.absent(entry.value())).toList();
    if (filled.size() < 2) {
      return filled;
    }
    Entry first = filled.getFirst();
    Node value =
        switch (top.settings().get(index).type()) {
          case MapOf _ when filled.stream().allMatch(entry -> entry.value() instanceof Mapping) ->
              united(first, filled);
          case ListOf _ -> appended(first, filled);
          default -> {
            filled.stream().skip(1).forEach(entry -> twice(entry, first, At.TOP));
            yield first.value();
          }
        };
    return List.of(new Entry(first.place(), key, value));
  }

  private Mapping united(Entry first, List<Entry> written) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (Entry file : written) {
      for (Entry entry : ((Mapping) file.value()).entries()) {
        Entry earlier = entries.putIfAbsent(entry.key(), entry);
        if (earlier != null) {
          twice(entry, earlier, At.TOP.key(first.key()));
        }
      }
    }
    return new Mapping(first.value().place(), List.copyOf(entries.values()));
  }

  private static Sequence appended(Entry first, List<Entry> written) {
    List<Node> items = written.stream().flatMap(file -> Node.items(file.value()).stream()).toList();
    return new Sequence(first.value().place(), items);
  }

  private void twice(Entry entry, Entry first, At at) {
    problems.error(
        entry.place(), at.key(entry.key()), "written twice (first at " + first.place() + ")");
  }

  /**
   * One file over another: mappings are laid over each other key by key, routes by their id;
   * anything else replaces what was there.
   *
   * @param text of a scalar, with variables filled in
   */
  static Mapping over(Mapping base, Mapping upper, Function<Scalar, String> text) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    base.entries().forEach(entry -> entries.put(entry.key(), entry));
    for (Entry entry : upper.entries()) {
      Entry below = entries.get(entry.key());
      Node value = below == null ? entry.value() : over(entry.key(), below, entry, text);
      Place place = below == null ? entry.place() : below.place();
      entries.put(entry.key(), new Entry(place, entry.key(), value));
    }
    return new Mapping(base.place(), List.copyOf(entries.values()));
  }

  private static Node over(String key, Entry below, Entry entry, Function<Scalar, String> text) {
    Node base = below.value();
    Node upper = entry.value();
    if (Node.absent(upper)) {
      return base;
    }
    if (base instanceof Mapping lower && upper instanceof Mapping higher) {
      return over(lower, higher, text);
    }
    if (key.equals("routes")
        && base instanceof Sequence lower
        && upper instanceof Sequence higher) {
      return routes(lower, higher, text);
    }
    return upper;
  }

  private static Sequence routes(Sequence base, Sequence upper, Function<Scalar, String> text) {
    List<Node> routes = new ArrayList<>(base.items());
    Map<String, Integer> places = new HashMap<>();
    for (int i = 0; i < routes.size(); i++) {
      String id = id(routes.get(i), text);
      if (id != null) {
        places.putIfAbsent(id, i);
      }
    }
    for (Node route : upper.items()) {
      String id = id(route, text);
      Integer below = id == null ? null : places.remove(id);
      if (below == null) {
        routes.add(route);
      } else {
        routes.set(below, route);
      }
    }
    return new Sequence(base.place(), List.copyOf(routes));
  }

  private static @Nullable String id(Node route, Function<Scalar, String> text) {
    return route instanceof Mapping mapping && mapping.get("id") instanceof Scalar id
        ? text.apply(id)
        : null;
  }
}
