package dev.yumen.config;

import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import java.util.List;

/**
 * That a listener has no settings of another kind of listener: they would be ignored without a
 * word. A part of {@link CrossChecks}.
 */
final class ListenerChecks {
  private static final List<String> ONLY_HTTP = List.of("built-in", "protocols", "http3");
  private static final List<String> ONLY_TCP_BASED = List.of("backlog", "tls", "proxy-protocol");
  private static final List<String> ONLY_ROUTES = List.of("hello-timeout", "max-client-hello");

  private final Mapping root;
  private final Problems problems;

  ListenerChecks(Mapping root, Problems problems) {
    this.root = root;
    this.problems = problems;
  }

  void check() {
    for (Entry entry : CrossChecks.section(root, "listeners").values()) {
      At at = At.TOP.key("listeners").key(entry.key());
      if (entry.value() instanceof Mapping listener) {
        if (listener.get("udp") instanceof Mapping) {
          refuse(listener, at, ONLY_HTTP, "none on a udp listener");
          refuse(listener, at, ONLY_TCP_BASED, "none on a udp listener");
        } else if (listener.get("tcp") instanceof Mapping tcp) {
          tcp(listener, tcp, at);
        }
      }
    }
  }

  private void tcp(Mapping listener, Mapping tcp, At at) {
    refuse(listener, at, ONLY_HTTP, "none on a tcp listener");
    if (Node.items(tcp.get("routes")).isEmpty()) {
      refuse(tcp, at.key("tcp"), ONLY_ROUTES, "none without routes beside it");
    } else {
      refuse(listener, at, List.of("tls"), "none, as TLS passes through where tcp has routes");
    }
  }

  private void refuse(Mapping section, At at, List<String> keys, String expected) {
    for (Entry entry : section.entries()) {
      if (keys.contains(entry.key()) && !Node.absent(entry.value())) {
        problems.error(
            entry.place(), at.key(entry.key()), "a setting (expected: " + expected + ")");
      }
    }
  }
}
