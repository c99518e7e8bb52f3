package dev.yumen.config;

import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.Node.Sequence;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * That every {@code to} names upstreams that exist and suit, and that something leads to each of
 * them. A part of {@link CrossChecks}.
 */
final class TargetChecks {
  /** What goes to an upstream. */
  private enum Use {
    REQUESTS,
    BYTES,
    DATAGRAMS
  }

  private final Mapping root;
  private final CrossChecks checks;
  private final Problems problems;
  private final Map<String, Entry> upstreams;
  private final UpstreamAliases aliases;
  private final List<Named> named;
  private final Set<String> used = new HashSet<>();

  /** The name of an upstream among the settings of a filter. */
  record Named(Scalar name, At at) {}

  /**
   * @param named by filters
   */
  TargetChecks(Mapping root, List<Named> named, CrossChecks checks, Problems problems) {
    this.root = root;
    this.checks = checks;
    this.problems = problems;
    this.named = named;
    this.upstreams = CrossChecks.section(root, "upstreams");
    this.aliases = new UpstreamAliases(upstreams, problems);
  }

  /**
   * @param complete whether all files could be read; when not, names may be in one that could not
   */
  void check(boolean complete) {
    if (!complete) {
      return;
    }
    List<Node> routes = CrossChecks.items(root, "routes");
    for (int i = 0; i < routes.size(); i++) {
      to(routes.get(i), At.TOP.key("routes").item(i), Use.REQUESTS);
    }
    CrossChecks.section(root, "listeners").values().forEach(this::listener);
    upstreams.values().forEach(this::fallback);
    named.forEach(this::named);
    aliases.check(this::unknown);
    upstreams.forEach(
        (name, entry) -> {
          if (!used.contains(name) && !aliases.standsBy(name)) {
            At at = At.TOP.key("upstreams").key(name);
            problems.warning(entry.place(), at, "no route leads to this upstream");
          }
        });
  }

  private void listener(Entry entry) {
    At at = At.TOP.key("listeners").key(entry.key());
    if (entry.value() instanceof Mapping listener) {
      to(listener.get("udp"), at.key("udp"), Use.DATAGRAMS);
      to(listener.get("tcp"), at.key("tcp"), Use.BYTES);
      List<Node> routes =
          listener.get("tcp") instanceof Mapping tcp ? CrossChecks.items(tcp, "routes") : List.of();
      for (int i = 0; i < routes.size(); i++) {
        to(routes.get(i), at.key("tcp").key("routes").item(i), Use.BYTES);
      }
    }
  }

  private void named(Named one) {
    if (upstreams.containsKey(one.name().text())) {
      used.addAll(aliases.names(one.name().text()));
    } else {
      unknown(one.name(), one.at());
    }
  }

  private void to(@Nullable Node section, At at, Use use) {
    if (!(section instanceof Mapping mapping)) {
      return;
    }
    Node to = mapping.get("to");
    List<Node> targets = Node.items(to);
    Map<String, Place> first = targets.size() < 2 ? Map.of() : new HashMap<>();
    for (int i = 0; i < targets.size(); i++) {
      Node target = targets.get(i);
      At here = to instanceof Sequence ? at.key("to").item(i) : at.key("to");
      boolean inShort = target instanceof Scalar;
      Scalar upstream = inShort ? (Scalar) target : CrossChecks.scalar(target, "upstream");
      At there = inShort ? here : here.key("upstream");
      if (upstream == null || upstream.origin() == Node.Origin.UNRESOLVED) {
        continue;
      }
      if (targets.size() > 1) {
        checks.unique(upstream, there, first);
      }
      if (!upstreams.containsKey(upstream.text())) {
        unknown(upstream, there);
      }
      for (String name : aliases.names(upstream.text())) {
        used.add(name);
        Entry entry = Objects.requireNonNull(upstreams.get(name));
        suits(entry, use, at);
        if (use == Use.REQUESTS) {
          hasKey(entry, mapping, at);
        }
      }
    }
  }

  /** The fallback of an upstream that takes the place of one does not lead back. */
  private void fallback(Entry entry) {
    Scalar instead = fallbackOf(entry);
    if (instead == null || instead.origin() == Node.Origin.UNRESOLVED) {
      return;
    }
    At at =
        At.TOP
            .key("upstreams")
            .key(entry.key())
            .key("circuit-breaker")
            .key("fallback")
            .key("upstream");
    Entry next = used(instead);
    Set<String> way = new LinkedHashSet<>(List.of(entry.key()));
    while (next != null && way.add(next.key())) {
      Scalar further = fallbackOf(next);
      next = further == null ? null : used(further);
    }
    if (next != null && next.key().equals(entry.key())) {
      String circle = String.join(" -> ", way) + " -> " + entry.key();
      problems.error(
          instead.place(),
          at,
          "fallbacks that lead in a circle: " + circle + " (expected: an end)");
    }
  }

  /** The upstream that this name stands for in the end. */
  private @Nullable Entry used(Scalar name) {
    Entry last = null;
    for (String one : aliases.names(name.text())) {
      last = upstreams.get(one);
    }
    return last;
  }

  private static @Nullable Scalar fallbackOf(Entry upstream) {
    Node breaker = upstream.value() instanceof Mapping m ? m.get("circuit-breaker") : null;
    Node fallback = breaker instanceof Mapping m ? m.get("fallback") : null;
    return CrossChecks.scalar(fallback, "upstream");
  }

  private void unknown(Scalar upstream, At at) {
    String name = upstream.text();
    String meant = problems.full() ? null : Suggestion.closest(name, upstreams.keySet());
    if (meant != null) {
      used.add(meant);
    }
    String hint = Suggestion.hintOf(meant, upstreams.keySet());
    problems.error(upstream.place(), at, "unknown upstream " + Text.quoted(name) + hint);
  }

  /** A variable of the path by which an endpoint is chosen has to be one of the route's. */
  private void hasKey(Entry upstream, Mapping route, At user) {
    At at = At.TOP.key("upstreams").key(upstream.key()).key("balance").key("consistent-hash");
    Node balance = upstream.value() instanceof Mapping mapping ? mapping.get("balance") : null;
    Node hash = balance instanceof Mapping mapping ? mapping.get("consistent-hash") : null;
    Scalar key = CrossChecks.scalar(hash, "key");
    if (key == null || !key.text().startsWith("path:")) {
      return;
    }
    Scalar path = CrossChecks.scalar(route.get("match"), "path");
    String variable = key.text().substring("path:".length()).strip();
    if (path == null || !path.text().contains("{" + variable + "}")) {
      String expected = " (expected: a variable of the path of " + user + ", which leads here)";
      problems.warning(key.place(), at.key("key"), Text.quoted(key.text()) + expected);
    }
  }

  /** What is said to a service must be possible where bytes or datagrams go as they come. */
  private void suits(Entry upstream, Use use, At user) {
    if (use == Use.REQUESTS) {
      return;
    }
    At at = At.TOP.key("upstreams").key(upstream.key());
    Scalar protocol = CrossChecks.scalar(upstream.value(), "protocol");
    if (protocol != null && !protocol.text().equals("auto")) {
      String found = Text.quoted(protocol.text());
      String expected = " (expected: none, as " + user + " leads here, which knows no HTTP)";
      problems.error(protocol.place(), at.key("protocol"), found + expected);
    }
    Node tls = upstream.value() instanceof Mapping settings ? settings.get("tls") : null;
    if (use == Use.DATAGRAMS && tls != null && !off(tls)) {
      String expected = "settings (expected: none, as " + user + " leads here)";
      problems.error(tls.place(), at.key("tls"), expected);
    }
  }

  private static boolean off(Node tls) {
    Scalar enabled = tls instanceof Scalar scalar ? scalar : CrossChecks.scalar(tls, "enabled");
    return Node.absent(tls) || (enabled != null && enabled.text().equals("false"));
  }
}
