package dev.yumen.dataplane.exchange;

import dev.yumen.api.Consumer;
import dev.yumen.api.Identity;
import dev.yumen.dataplane.explain.Explanation.Change;
import dev.yumen.dataplane.explain.Explanation.Changed;
import dev.yumen.dataplane.explain.Redaction;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What of a rehearsed exchange filters can change, at one moment. Secrets are hidden only in what
 * is told of it: a change of a secret is one.
 */
record RehearsalState(Map<String, String> headers, Map<Changed, String> others) {

  static RehearsalState of(Rehearsal exchange) {
    Map<String, String> headers = new TreeMap<>();
    exchange
        .head()
        .forEach(
            (name, value) ->
                headers.merge(
                    name.toLowerCase(Locale.ROOT), value, (one, two) -> one + ", " + two));
    Map<Changed, String> others = new EnumMap<>(Changed.class);
    put(others, Changed.PATH, exchange.request().path());
    put(others, Changed.QUERY, exchange.request().query());
    put(others, Changed.HOST, exchange.request().sentAuthority().toString());
    put(others, Changed.IDENTITY, text(exchange.identity()));
    put(others, Changed.PRIORITY, exchange.priority().name().toLowerCase(Locale.ROOT));
    put(others, Changed.TRACE_ID, exchange.traceId());
    put(others, Changed.UPSTREAM, exchange.upstream() == null ? null : exchange.upstream().name());
    put(
        others,
        Changed.TIMEOUT,
        exchange.timeout() == null ? null : exchange.timeout().toMillis() + "ms");
    put(
        others,
        Changed.RETRIES,
        exchange.retries() == null ? null : exchange.retries().rules().attempts() + "");
    put(others, Changed.PACE, exchange.pace() == 0 ? null : exchange.pace() + "/s");
    put(
        others,
        Changed.COPY,
        exchange.copies().isEmpty() ? null : Integer.toString(exchange.copies().size()));
    return new RehearsalState(headers, others);
  }

  private static void put(Map<Changed, String> others, Changed what, @Nullable String value) {
    if (value != null) {
      others.put(what, value);
    }
  }

  private static @Nullable String text(@Nullable Identity identity) {
    if (identity == null) {
      return null;
    }
    Consumer consumer = identity.consumer();
    String groups = consumer.groups().isEmpty() ? "" : " " + consumer.groups();
    return consumer.name() + groups + " (" + identity.scheme() + ")";
  }

  /** What is different since then. */
  List<Change> since(RehearsalState before) {
    if (equals(before)) {
      return List.of();
    }
    List<Change> changes = new ArrayList<>();
    Set<String> names = new TreeSet<>(headers.keySet());
    names.addAll(before.headers.keySet());
    for (String name : names) {
      String value = headers.get(name);
      if (!Objects.equals(value, before.headers.get(name))) {
        changes.add(new Change(Changed.HEADER, name, Redaction.value(name, value)));
      }
    }
    for (Changed what : Changed.values()) {
      String value = others.get(what);
      if (!Objects.equals(value, before.others.get(what))) {
        String told = what == Changed.QUERY ? Redaction.query(value) : value;
        changes.add(new Change(what, "", told));
      }
    }
    return changes;
  }
}
