package dev.yumen.config;

import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.config.Node.Entry;
import dev.yumen.config.Node.Mapping;
import dev.yumen.config.Node.Origin;
import dev.yumen.config.Node.Scalar;
import dev.yumen.config.ValueType.Basic;
import dev.yumen.config.ValueType.ListOf;
import dev.yumen.config.ValueType.MapOf;
import dev.yumen.config.ValueType.Section;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes a {@link Partial} of nodes in which there are problems, all of them reported already. */
final class Salvage {
  /** Settings of the filter that stands in for others. */
  private record Nothing() {}

  private static final FilterConfig NO_FILTER =
      new FilterConfig(
          new FilterType<>("unread", Nothing.class, (_, _) -> new Filter() {}), new Nothing());

  private static final Set<String> OF_MATCHING = Set.of("id", "match", "allow", "merge-slashes");
  private static final String UPSTREAMS = "upstreams";

  private final Mapping root;
  private final Shape top;
  private final Binder binder;
  private final Set<String> doubts = new HashSet<>();

  /**
   * @param binder whose problems nobody sees
   */
  Salvage(Mapping root, Shapes shapes, Binder binder) {
    this.root = root;
    this.top = shapes.top();
    this.binder = binder;
  }

  /**
   * @param complete whether all files could be read; when not, everything is in doubt
   * @return null when nothing can be made of it
   */
  @Nullable Partial partial(boolean complete) {
    List<Setting> settings = top.settings();
    @Nullable Object[] arguments = new @Nullable Object[settings.size()];
    for (int i = 0; i < arguments.length; i++) {
      Setting setting = settings.get(i);
      arguments[i] = value(setting, root.get(setting.key()), At.TOP.key(setting.key()));
      if (!complete) {
        doubts.add(setting.key());
      }
    }
    int upstreams = top.indexOf(UPSTREAMS);
    List<?> routes = (List<?>) Objects.requireNonNull(arguments[top.indexOf("routes")]);
    arguments[upstreams] = whole((Map<?, ?>) Objects.requireNonNull(arguments[upstreams]), routes);
    try {
      return new Partial((GatewayConfig) top.constructor().newInstance(arguments), doubts);
    } catch (ReflectiveOperationException _) {
      return null;
    }
  }

  private @Nullable Object value(Setting setting, @Nullable Node node, At at) {
    if (node == null || Node.absent(node)) {
      return binder.otherwise(setting);
    }
    return switch (setting.key()) {
      case "filters" -> filters(node, at);
      case "routes" -> routes(node, at);
      case "listeners" -> listeners(setting, node, at);
      default -> {
        Object whole = binder.part(setting, node, at);
        yield whole != null ? whole : rest(setting, node, at);
      }
    };
  }

  /** What is left when something of a setting could not be read. */
  private @Nullable Object rest(Setting setting, Node node, At at) {
    doubts.add(setting.key());
    return switch (setting.type()) {
      case MapOf map when node instanceof Mapping mapping -> entries(map, mapping, at);
      case ListOf list -> items(list, Node.items(node), at);
      default -> binder.otherwise(setting);
    };
  }

  private Map<String, Object> entries(MapOf type, Mapping mapping, At at) {
    Map<String, Object> good = new LinkedHashMap<>();
    for (Entry entry : mapping.entries()) {
      Object value = binder.part(type.value(), entry.value(), at.key(entry.key()));
      if (value != null) {
        good.put(entry.key(), value);
      }
    }
    return good;
  }

  private List<Object> items(ListOf type, List<Node> nodes, At at) {
    List<Object> good = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      Object value = binder.part(type.element(), nodes.get(i), at.item(i));
      if (value != null) {
        good.add(value);
      }
    }
    return good;
  }

  /** Those for HTTP whose certificates are files: the others need what may be left out. */
  private Object listeners(Setting setting, Node node, At at) {
    Map<String, Object> good = new LinkedHashMap<>();
    if (node instanceof Mapping mapping && setting.type() instanceof MapOf type) {
      entries(type, mapping, at)
          .forEach(
              (name, value) -> {
                ListenerConfig listener = (ListenerConfig) value;
                boolean ordered = listener.tls() != null && listener.tls().acme() != null;
                if (listener.tcp() == null && listener.udp() == null && !ordered) {
                  good.put(name, listener);
                }
              });
    }
    return good;
  }

  private List<FilterConfig> filters(@Nullable Node node, At at) {
    List<FilterConfig> filters = new ArrayList<>();
    List<Node> nodes = Node.items(node);
    for (int i = 0; i < nodes.size(); i++) {
      Object filter = binder.part(Basic.FILTER, nodes.get(i), at.item(i));
      filters.add(filter == null ? NO_FILTER : (FilterConfig) filter);
    }
    return filters;
  }

  private List<RouteConfig> routes(Node node, At at) {
    List<RouteConfig> routes = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    List<Node> nodes = Node.items(node);
    for (int i = 0; i < nodes.size(); i++) {
      Mapping written =
          nodes.get(i) instanceof Mapping mapping
              ? mapping
              : new Mapping(nodes.get(i).place(), List.of());
      List<FilterConfig> filters = filters(written.get("filters"), at.item(i).key("filters"));
      RouteConfig route = route(written, at.item(i));
      boolean usable = route != null && !ids.contains(route.id());
      RouteConfig made = usable ? Objects.requireNonNull(route) : unreachable(written, i, ids);
      ids.add(made.id());
      routes.add(withFilters(made, filters));
    }
    return routes;
  }

  /** A route without its filters, if need be with another end; null when nobody knows its match. */
  private @Nullable RouteConfig route(Mapping written, At at) {
    List<Entry> entries =
        written.entries().stream().filter(entry -> !entry.key().equals("filters")).toList();
    Section type = new Section(RouteConfig.class);
    Object whole = binder.part(type, new Mapping(written.place(), entries), at);
    if (whole != null) {
      return (RouteConfig) whole;
    }
    List<Entry> matching = new ArrayList<>(entries);
    matching.removeIf(entry -> !OF_MATCHING.contains(entry.key()));
    Mapping nothing = new Mapping(written.place(), List.of(entry(written, "status", "404")));
    matching.add(new Entry(written.place(), "respond", nothing));
    return (RouteConfig) binder.part(type, new Mapping(written.place(), matching), at);
  }

  /** A route that takes no request, so that its match is in nobody's way. */
  private RouteConfig unreachable(Mapping written, int index, Set<String> taken) {
    Scalar id = CrossChecks.scalar(written, "id");
    List<Entry> entries = List.of(entry(written, "host", "route-" + index + ".unread.invalid"));
    Mapping host = new Mapping(written.place(), entries);
    Mapping status = new Mapping(written.place(), List.of(entry(written, "status", "404")));
    Entry match = new Entry(written.place(), "match", host);
    Entry respond = new Entry(written.place(), "respond", status);
    Section type = new Section(RouteConfig.class);
    if (id != null && !taken.contains(id.text())) {
      Entry own = new Entry(written.place(), "id", id);
      Mapping named = new Mapping(written.place(), List.of(own, match, respond));
      Object route = binder.part(type, named, At.TOP);
      if (route != null) {
        return (RouteConfig) route;
      }
    }
    Entry other = entry(written, "id", "unread-" + index);
    Mapping unnamed = new Mapping(written.place(), List.of(other, match, respond));
    return (RouteConfig) Objects.requireNonNull(binder.part(type, unnamed, At.TOP));
  }

  private static Entry entry(Mapping near, String key, String text) {
    return new Entry(near.place(), key, new Scalar(near.place(), text, Origin.PLAIN));
  }

  private static RouteConfig withFilters(RouteConfig route, List<FilterConfig> filters) {
    return new RouteConfig(
        route.id(),
        route.match(),
        filters,
        route.to(),
        route.respond(),
        route.redirect(),
        route.statics(),
        route.allow(),
        route.mergeSlashes(),
        route.host());
  }

  /** With a stand-in for every name that leads nowhere. */
  private Map<String, UpstreamConfig> whole(Map<?, ?> good, List<?> routes) {
    Map<String, UpstreamConfig> all = new LinkedHashMap<>();
    good.forEach((name, upstream) -> all.put((String) name, (UpstreamConfig) upstream));
    Set<String> names = new HashSet<>(CrossChecks.section(root, UPSTREAMS).keySet());
    binder.upstreams().forEach(named -> names.add(named.name().text()));
    for (Object route : routes) {
      ((RouteConfig) route).to().forEach(target -> names.add(target.upstream()));
    }
    for (String name : names) {
      UpstreamConfig upstream = all.get(name);
      if (upstream == null || upstream.use() != null) {
        all.put(name, standIn());
        doubts.add(UPSTREAMS + "." + name);
      }
    }
    return all;
  }

  private UpstreamConfig standIn() {
    Scalar address = new Scalar(root.place(), "127.0.0.1:9", Origin.QUOTED);
    Node.Sequence one = new Node.Sequence(root.place(), List.of(address));
    Entry endpoints = new Entry(root.place(), "endpoints", one);
    Mapping settings = new Mapping(root.place(), List.of(endpoints));
    Section type = new Section(UpstreamConfig.class);
    return (UpstreamConfig) Objects.requireNonNull(binder.part(type, settings, At.TOP));
  }
}
