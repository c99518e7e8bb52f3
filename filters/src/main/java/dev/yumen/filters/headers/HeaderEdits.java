package dev.yumen.filters.headers;

import dev.yumen.api.Exchange;
import dev.yumen.api.HeaderName;
import dev.yumen.api.Headers;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.Template;
import dev.yumen.api.Template.Into;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Edits of header fields, compiled once and applied in one fixed order: rename, map, set, add,
 * append, dedupe, remove.
 *
 * <p>On requests, a field that rename, map or set writes is taken from the client first, also when
 * nothing takes its place, so that an upstream can rely on it.
 */
final class HeaderEdits {

  /** Whose fields are edited. */
  enum Side {
    REQUEST,
    RESPONSE
  }

  private record Move(String from, String to) {}

  private record Write(String name, Template value) {}

  private record Dedupe(String name, Keep keep) {}

  private final Side side;
  private Move[] renames = {};
  private Move[] maps = {};
  private Write[] sets = {};
  private Write[] adds = {};
  private Write[] appends = {};
  private Dedupe[] dedupes = {};
  private String[] removes = {};

  HeaderEdits(Side side) {
    this.side = side;
  }

  HeaderEdits rename(Map<String, String> names) {
    renames = moves("rename", names);
    return this;
  }

  HeaderEdits map(Map<String, String> names) {
    maps = moves("map", names);
    return this;
  }

  HeaderEdits set(Map<String, String> values) {
    sets = writes("set", values);
    return this;
  }

  HeaderEdits add(Map<String, String> values) {
    adds = writes("add", values);
    return this;
  }

  HeaderEdits append(Map<String, String> values) {
    appends = writes("append", values);
    for (Write write : appends) {
      if (write.name.equalsIgnoreCase("set-cookie")) {
        throw new InvalidValue("append", write.name, "add; a cookie can not be joined to another");
      }
    }
    return this;
  }

  HeaderEdits dedupe(Map<String, Keep> names) {
    names.keySet().forEach(name -> writable("dedupe", name));
    dedupes =
        names.entrySet().stream()
            .map(entry -> new Dedupe(entry.getKey(), entry.getValue()))
            .toArray(Dedupe[]::new);
    return this;
  }

  HeaderEdits remove(List<String> names) {
    names.forEach(name -> writable("remove", name));
    removes = names.toArray(String[]::new);
    return this;
  }

  /** Refuses edits that undo each other, and none at all. */
  HeaderEdits checked() {
    Set<String> written = new LinkedHashSet<>();
    for (Write[] writes : List.of(sets, adds, appends)) {
      for (Write write : writes) {
        written.add(write.name.toLowerCase(Locale.ROOT));
      }
    }
    for (Move[] moves : List.of(renames, maps)) {
      for (Move move : moves) {
        written.add(move.to.toLowerCase(Locale.ROOT));
      }
    }
    for (String name : removes) {
      if (written.contains(name.toLowerCase(Locale.ROOT))) {
        throw new InvalidValue("remove", name, "a header that is not written by the same filter");
      }
    }
    if (written.isEmpty() && removes.length == 0 && dedupes.length == 0) {
      throw new InvalidValue(
          "", "no edits", "one of rename, map, set, add, append, dedupe, remove");
    }
    return this;
  }

  private Move[] moves(String component, Map<String, String> names) {
    names.forEach(
        (from, to) -> {
          writable(component, from);
          writable(component, to);
          if (from.equalsIgnoreCase(to)) {
            throw new InvalidValue(component, to, "a name other than " + from);
          }
        });
    return names.entrySet().stream()
        .map(entry -> new Move(entry.getKey(), entry.getValue()))
        .toArray(Move[]::new);
  }

  private Write[] writes(String component, Map<String, String> values) {
    values.keySet().forEach(name -> writable(component, name));
    return values.entrySet().stream()
        .map(
            entry ->
                new Write(
                    entry.getKey(), Template.compile(component, entry.getValue(), Into.HEADER)))
        .toArray(Write[]::new);
  }

  private void writable(String component, String name) {
    switch (side) {
      case REQUEST -> HeaderName.writableInRequest(component, name);
      case RESPONSE -> HeaderName.writable(component, name);
    }
  }

  void apply(Exchange exchange, Headers headers) {
    for (Move rename : renames) {
      move(headers, rename);
      headers.remove(rename.from);
    }
    for (Move map : maps) {
      move(headers, map);
    }
    for (Write set : sets) {
      set(exchange, headers, set);
    }
    for (Write add : adds) {
      String value = add.value.render(exchange);
      if (!value.isEmpty()) {
        headers.add(add.name, value);
      }
    }
    for (Write append : appends) {
      append(exchange, headers, append);
    }
    for (Dedupe dedupe : dedupes) {
      dedupe(headers, dedupe);
    }
    for (String name : removes) {
      headers.remove(name);
    }
  }

  private void move(Headers headers, Move move) {
    List<String> values = headers.all(move.from);
    if (side == Side.REQUEST || !values.isEmpty()) {
      headers.remove(move.to);
    }
    for (String value : values) {
      headers.add(move.to, value);
    }
  }

  private static void set(Exchange exchange, Headers headers, Write set) {
    String value = set.value.render(exchange);
    if (value.isEmpty()) {
      headers.remove(set.name);
    } else {
      headers.set(set.name, value);
    }
  }

  private static void append(Exchange exchange, Headers headers, Write append) {
    String value = append.value.render(exchange);
    if (value.isEmpty()) {
      return;
    }
    List<String> there = headers.all(append.name);
    headers.set(append.name, there.isEmpty() ? value : String.join(", ", there) + ", " + value);
  }

  private static void dedupe(Headers headers, Dedupe dedupe) {
    List<String> values = headers.all(dedupe.name);
    if (values.size() < 2) {
      return;
    }
    switch (dedupe.keep) {
      case FIRST -> headers.set(dedupe.name, values.getFirst());
      case LAST -> headers.set(dedupe.name, values.getLast());
      case UNIQUE -> {
        List<String> unique = List.copyOf(new LinkedHashSet<>(values));
        headers.remove(dedupe.name);
        unique.forEach(value -> headers.add(dedupe.name, value));
      }
    }
  }

  /** The same entries in the order written, unmodifiable. */
  static <V> Map<String, V> ordered(Map<String, V> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }
}
