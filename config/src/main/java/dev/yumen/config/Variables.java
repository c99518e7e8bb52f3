package dev.yumen.config;

import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Origin;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.ValueType.Choice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Settings that a variable of the environment decides, whatever the files say: {@code
 * API_GATEWAY_PORT}, {@code LOG_LEVEL}, {@code METRICS_ENABLED} and {@code CONFIG_CENTER_URL}. An
 * empty variable counts as not set.
 */
final class Variables {
  private static final Choice LEVELS = new Choice(LogConfig.Level.class);

  private final Map<String, String> values;
  private final SourceFiles files;
  private final Problems problems;

  Variables(Map<String, String> values, SourceFiles files, Problems problems) {
    this.values = values;
    this.files = files;
    this.problems = problems;
  }

  /** A variable's value, or null when it is not set. */
  static @Nullable String get(Map<String, String> values, String name) {
    String value = values.get(name);
    return value == null || value.isBlank() ? null : value.strip();
  }

  /** The configuration with what the variables say. */
  Mapping apply(Mapping root) {
    Mapping result = root;
    String level = lower("LOG_LEVEL", LEVELS.names());
    if (level != null) {
      result = with(result, "log", "level", scalar("LOG_LEVEL", level));
    }
    String enabled = lower("METRICS_ENABLED", List.of("true", "false"));
    if (enabled != null) {
      result = with(result, "metrics", "enabled", scalar("METRICS_ENABLED", enabled));
    }
    String center = get(values, "CONFIG_CENTER_URL");
    if (center != null) {
      result = withCenter(result, scalar("CONFIG_CENTER_URL", center));
    }
    String port = get(values, "API_GATEWAY_PORT");
    return port == null ? result : withPort(result, port);
  }

  /** Whatever other source the files name; of a configuration centre, its settings stay. */
  private static Mapping withCenter(Mapping root, Scalar url) {
    Mapping none = new Mapping(url.place(), List.of());
    Node http = root.get("source") instanceof Mapping source ? source.get("http") : null;
    Mapping settings = http instanceof Mapping written ? written : none;
    return with(root, "source", with(none, "http", with(settings, "url", url)));
  }

  private @Nullable String lower(String variable, List<String> allowed) {
    String value = get(values, variable);
    if (value == null) {
      return null;
    }
    String text = value.toLowerCase(Locale.ROOT);
    if (allowed.contains(text)) {
      return text;
    }
    refuse(variable, value, Text.oneOf(allowed));
    return null;
  }

  private Mapping withPort(Mapping root, String port) {
    String variable = "API_GATEWAY_PORT";
    if (port.length() > 5
        || !port.chars().allMatch(c -> c >= '0' && c <= '9')
        || Integer.parseInt(port) > 65_535) {
      refuse(variable, port, "a port of 0 to 65535");
      return root;
    }
    Node listeners = root.get("listeners");
    if (listeners == null || Node.absent(listeners)) {
      Place place = new Place(files.source(variable), 0, 0);
      Mapping http = with(new Mapping(place, List.of()), "address", at(place, "0.0.0.0:" + port));
      return with(root, "listeners", with(new Mapping(place, List.of()), "http", http));
    }
    if (!(listeners instanceof Mapping named)) {
      return root;
    }
    Entry entry = listener(named);
    if (entry == null) {
      String names = Text.few(named.entries().stream().map(Entry::key).toList());
      refuse(variable, port, "a listener named http, but there are " + names);
      return root;
    }
    if (entry.value() instanceof Mapping listener
        && listener.get("address") instanceof Scalar address
        && address.text().indexOf(':') >= 0) {
      String host = address.text().substring(0, address.text().lastIndexOf(':') + 1);
      Mapping moved = with(listener, "address", at(address.place(), host + port));
      return with(root, "listeners", with(named, entry.key(), moved));
    }
    return root;
  }

  private static @Nullable Entry listener(Mapping listeners) {
    if (listeners.entries().size() == 1) {
      return listeners.entries().getFirst();
    }
    return listeners.entries().stream()
        .filter(entry -> entry.key().equals("http"))
        .findFirst()
        .orElse(null);
  }

  private void refuse(String variable, String value, String expected) {
    problems.error(null, variable, Text.quoted(value) + " (expected: " + expected + ")");
  }

  private Scalar scalar(String variable, String value) {
    return at(new Place(files.source(variable), 0, 0), value);
  }

  private static Scalar at(Place place, String value) {
    return new Scalar(place, value, Origin.VARIABLE);
  }

  private static Mapping with(Mapping root, String section, String key, Scalar value) {
    Node node = root.get(section);
    if (node != null && !Node.absent(node) && !(node instanceof Mapping)) {
      return root;
    }
    Mapping inner =
        node instanceof Mapping mapping ? mapping : new Mapping(value.place(), List.of());
    return with(root, section, with(inner, key, value));
  }

  private static Mapping with(Mapping mapping, String key, Node value) {
    List<Entry> entries = new ArrayList<>();
    Place place = value.place();
    for (Entry entry : mapping.entries()) {
      if (entry.key().equals(key)) {
        place = entry.place();
      } else {
        entries.add(entry);
      }
    }
    entries.add(new Entry(place, key, value));
    return new Mapping(mapping.place(), List.copyOf(entries));
  }
}
