package dev.yumen.control.plan;

import dev.yumen.config.GatewayConfig;
import dev.yumen.config.LoadedConfig;
import dev.yumen.config.Position;
import dev.yumen.config.RouteConfig;
import dev.yumen.control.history.ConfigDiff;
import dev.yumen.control.plan.Finding.Document;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Two configurations that are compared, and what was found so far. Used by one thread. */
final class Findings {
  private final LoadedConfig before;
  private final LoadedConfig after;
  private final ConfigDiff diff;
  private final Map<String, Placed> oldRoutes;
  private final Map<String, Placed> newRoutes;
  private final List<Finding> all = new ArrayList<>();

  /** A route and its place in the list. */
  record Placed(RouteConfig route, int index) {
    String path() {
      return "routes[" + index + "]";
    }
  }

  Findings(LoadedConfig before, LoadedConfig after) {
    this.before = before;
    this.after = after;
    this.diff = ConfigDiff.between(before, after);
    this.oldRoutes = placed(old());
    this.newRoutes = placed(now());
  }

  private static Map<String, Placed> placed(GatewayConfig config) {
    Map<String, Placed> placed = new LinkedHashMap<>(config.routes().size() * 2);
    for (RouteConfig route : config.routes()) {
      placed.putIfAbsent(route.id(), new Placed(route, placed.size()));
    }
    return placed;
  }

  GatewayConfig old() {
    return Objects.requireNonNull(before.config());
  }

  GatewayConfig now() {
    return Objects.requireNonNull(after.config());
  }

  LoadedConfig before() {
    return before;
  }

  LoadedConfig after() {
    return after;
  }

  ConfigDiff diff() {
    return diff;
  }

  /** Those of the old configuration by id, in its order. */
  Map<String, Placed> oldRoutes() {
    return oldRoutes;
  }

  /** Those of the new configuration by id, in its order. */
  Map<String, Placed> newRoutes() {
    return newRoutes;
  }

  List<Finding> all() {
    return all;
  }

  /** Something about a route of the new configuration. */
  void route(FindingCode code, Placed route, String setting, Map<String, String> details) {
    String path = setting.isEmpty() ? route.path() : route.path() + "." + setting;
    all.add(new Finding(code, route.route().id(), null, Document.NEW, now(path), details));
  }

  /** Something about a route that only the old configuration has. */
  void removedRoute(FindingCode code, Placed route, Map<String, String> details) {
    all.add(new Finding(code, route.route().id(), null, Document.OLD, was(route.path()), details));
  }

  /** Something about an upstream of the new configuration. */
  void upstream(FindingCode code, String name, String setting, Map<String, String> details) {
    String path = "upstreams." + name + (setting.isEmpty() ? "" : "." + setting);
    all.add(new Finding(code, null, name, Document.NEW, now(path), details));
  }

  /** Something about another setting of the new configuration. */
  void setting(FindingCode code, String path, Map<String, String> details) {
    all.add(new Finding(code, null, null, Document.NEW, now(path), details));
  }

  /** Something about a setting that only the old configuration has. */
  void removedSetting(FindingCode code, String path, Map<String, String> details) {
    all.add(new Finding(code, null, null, Document.OLD, was(path), details));
  }

  private @Nullable Position now(String path) {
    return after.positions().nearest(path);
  }

  private @Nullable Position was(String path) {
    return before.positions().nearest(path);
  }
}
