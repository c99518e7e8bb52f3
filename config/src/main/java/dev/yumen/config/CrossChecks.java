package dev.yumen.config;

import dev.yumen.api.InvalidValue;
import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.Node.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What must hold between settings that stand apart. Looks at nodes, not at records, so that it also
 * finds what is wrong when some record could not be made; what is malformed is skipped here, as the
 * {@link Binder} reports it.
 */
final class CrossChecks {
  private static final String MANAGEMENT = "0.0.0.0:8081";

  private final Mapping root;
  private final List<TargetChecks.Named> named;
  private final Shapes shapes;
  private final Problems problems;

  /**
   * @param named upstreams that filters name
   */
  CrossChecks(Mapping root, List<TargetChecks.Named> named, Shapes shapes, Problems problems) {
    this.root = root;
    this.named = named;
    this.shapes = shapes;
    this.problems = problems;
  }

  /**
   * @param complete whether all files could be read; when not, names may be in one that could not
   */
  void check(boolean complete) {
    routeIds();
    new NameChecks(root, problems).check(shapes.top());
    new TargetChecks(root, named, this, problems).check(complete);
    new ListenerChecks(root, problems).check();
    endpoints();
    new ConsumerChecks(root, this, problems).check(complete);
    addresses();
    new AcmeChecks(root, problems).check(complete);
  }

  private void routeIds() {
    Map<String, Place> first = new HashMap<>();
    List<Node> routes = items(root, "routes");
    for (int i = 0; i < routes.size(); i++) {
      At at = At.TOP.key("routes").item(i).key("id");
      unique(scalar(routes.get(i), "id"), at, first);
    }
  }

  private void endpoints() {
    Shape shape = shapes.of(UpstreamConfig.class);
    for (Entry entry : section(root, "upstreams").values()) {
      boolean mapping = entry.value() instanceof Mapping;
      if ((!mapping && !Node.absent(entry.value())) || UpstreamAliases.isAlias(entry.value())) {
        continue;
      }
      Mapping upstream =
          mapping ? (Mapping) entry.value() : new Mapping(entry.value().place(), List.of());
      Node endpoints = upstream.get("endpoints");
      boolean misspelt =
          new Fields(shape, upstream).misspelt(shape.settings().get(shape.indexOf("endpoints")));
      if (Node.items(endpoints).isEmpty() && !misspelt) {
        At at = At.TOP.key("upstreams").key(entry.key()).key("endpoints");
        Place place = endpoints == null ? entry.place() : endpoints.place();
        problems.error(place, at, "no endpoint (expected: at least one host:port)");
      }
    }
  }

  /** Two that listen on the same address, where an unspecified address is the same as any. */
  private void addresses() {
    List<Bound> bound = new ArrayList<>();
    if (root.get("listeners") instanceof Mapping listeners) {
      for (Entry entry : listeners.entries()) {
        At at = At.TOP.key("listeners").key(entry.key()).key("address");
        boolean udp = entry.value() instanceof Mapping listener && listener.get("udp") != null;
        bound(scalar(entry.value(), "address"), udp, at, bound);
        if (speaksHttp3(entry.value())) {
          bound(scalar(entry.value(), "address"), true, at, bound);
        }
      }
    } else if (Node.absent(root.get("listeners"))) {
      bound.add(new Bound("listeners.http", new Address("0.0.0.0", 8080), false, root.place()));
    }
    bound("management", MANAGEMENT, bound);
    bound("admin", AdminConfig.DEFAULT_ADDRESS.toString(), bound);
  }

  /** A port of the gateway's own, which is there unless it is switched off. */
  private void bound(String section, String byDefault, List<Bound> bound) {
    Node written = root.get(section);
    Scalar enabled = scalar(written, "enabled");
    if (enabled != null && enabled.text().equalsIgnoreCase("false")) {
      return;
    }
    Scalar address = scalar(written, "address");
    Place place = written == null ? root.place() : written.place();
    Scalar listening = address != null ? address : new Scalar(place, byDefault, Node.Origin.QUOTED);
    bound(listening, false, At.TOP.key(section).key("address"), bound);
  }

  /** Such a listener takes the UDP port of the same number too. */
  private static boolean speaksHttp3(Node listener) {
    Node protocols = listener instanceof Mapping settings ? settings.get("protocols") : null;
    return Node.items(protocols).stream()
        .anyMatch(node -> node instanceof Scalar name && name.text().equalsIgnoreCase("http3"));
  }

  /** A socket that is to be opened. */
  private record Bound(String owner, Address address, boolean udp, Place place) {
    boolean clashes(Address other, boolean otherIsUdp) {
      return udp == otherIsUdp
          && address.port() == other.port()
          && address.port() != 0
          && (address.host().equals(other.host()) || any(address) || any(other));
    }

    private static boolean any(Address address) {
      return address.host().equals("0.0.0.0") || address.host().equals("::");
    }
  }

  private void bound(@Nullable Scalar written, boolean udp, At at, List<Bound> bound) {
    if (written == null) {
      return;
    }
    Address address;
    try {
      address = Address.parse(written.text());
    } catch (InvalidValue _) {
      return;
    }
    for (Bound other : bound) {
      if (other.clashes(address, udp)) {
        String found = Text.quoted(written.text());
        problems.error(
            written.place(),
            at,
            found + " is taken by " + other.owner() + " (at " + other.place() + ")");
      }
    }
    String name = at.toString();
    String owner = name.substring(0, name.lastIndexOf('.'));
    bound.add(new Bound(owner, address, udp, written.place()));
  }

  /** Reports a text that stands in {@code first} already. */
  void unique(@Nullable Scalar written, At at, Map<String, Place> first) {
    if (written == null || written.origin() == Node.Origin.UNRESOLVED) {
      return;
    }
    Place earlier = first.putIfAbsent(written.text(), written.place());
    if (earlier != null) {
      boolean hidden = at.secret() || written.origin() == Node.Origin.FILE;
      String found = hidden ? Refusals.HIDDEN : Text.quoted(written.text());
      problems.error(written.place(), at, found + " is written twice (first at " + earlier + ")");
    }
  }

  /** The entries of a section, by key. */
  static Map<String, Entry> section(Mapping root, String key) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    if (root.get(key) instanceof Mapping mapping) {
      mapping.entries().forEach(entry -> entries.put(entry.key(), entry));
    }
    return entries;
  }

  static List<Node> items(Node node, String key) {
    return node instanceof Mapping mapping && mapping.get(key) instanceof Sequence sequence
        ? sequence.items()
        : List.of();
  }

  static @Nullable Scalar scalar(@Nullable Node node, String key) {
    return node instanceof Mapping mapping
            && mapping.get(key) instanceof Scalar scalar
            && !scalar.isNull()
        ? scalar
        : null;
  }
}
