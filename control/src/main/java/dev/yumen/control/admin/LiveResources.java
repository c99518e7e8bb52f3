package dev.yumen.control.admin;

import dev.yumen.api.Consumer;
import dev.yumen.api.Response;
import dev.yumen.config.AdminConfig.Role;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.Position;
import dev.yumen.config.Positions;
import dev.yumen.config.RouteConfig;
import dev.yumen.config.WorkspaceConfig;
import dev.yumen.control.publish.ReloadStatus;
import dev.yumen.dataplane.Gateway;
import dev.yumen.dataplane.ProgramVersion;
import dev.yumen.dataplane.observe.CertificateExpiry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/** What the admin API has of the live configuration, as it is used. */
public final class LiveResources implements Resources {
  private static final TypeReference<TreeMap<String, Object>> OBJECT = new TypeReference<>() {};

  private final Gateway gateway;
  private volatile @Nullable RouteIndex index;
  private final Supplier<ReloadStatus> status;
  private final Runnable reload;
  private final Supplier<Map<String, Object>> source;

  /**
   * @param source where the configuration is kept and what waits to be confirmed
   * @param reload reads the configuration again soon
   */
  public LiveResources(
      Gateway gateway,
      Supplier<ReloadStatus> status,
      Supplier<Map<String, Object>> source,
      Runnable reload) {
    this.gateway = gateway;
    this.status = status;
    this.source = source;
    this.reload = reload;
  }

  @Override
  public List<Resource> all() {
    return List.of(
        Resource.view("/status", Reach.OWN, "What is live, and since when.", this::status),
        Page.of(Resource.view("/routes", Reach.OWN, "Routes, each in a line.", this::routes))
            .with("search", "Only those with this text in any column, whatever its case."),
        Resource.view(
            "/routes/{id}", Reach.OWN, "One route, and where it is written.", this::route),
        Resource.view(
            "/upstreams", Reach.OWN, "Upstreams and how their endpoints fare.", this::upstreams),
        Resource.view("/upstreams/{name}", Reach.OWN, "One upstream.", this::upstream),
        Page.of(
            Resource.view(
                "/consumers", Reach.OWN, "Consumers, without credentials.", this::consumers)),
        Resource.view("/consumers/{name}", Reach.OWN, "One consumer.", this::consumer),
        Resource.view(
            "/certificates", Reach.OWN, "Certificates in use, by their end.", this::certificates),
        new Resource(
            "POST",
            "/reload",
            Role.OPERATOR,
            Reach.NONE,
            "Reads the configuration again, changed or not.",
            Map.of(),
            call -> reload()));
  }

  // ---- what is live ----

  private Response status(Call call) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("name", "yumen");
    body.put("version", ProgramVersion.text());
    WorkspaceConfig workspace = call.scope().workspace();
    if (workspace != null) {
      return Answers.json(ofWorkspace(workspace, body));
    }
    Map<String, Object> configuration = object(status.get().json());
    configuration.putAll(source.get());
    body.put("config", configuration);
    Map<String, Object> addresses = new LinkedHashMap<>();
    gateway
        .addresses()
        .forEach(
            (name, at) ->
                addresses.put(name, at.getAddress().getHostAddress() + ":" + at.getPort()));
    body.put("addresses", addresses);
    GatewayConfig config = gateway.config();
    body.put("routes", config.routes().size());
    body.put("upstreams", config.upstreams().size());
    body.put("consumers", config.consumers().size());
    return Answers.json(body);
  }

  /** Nothing of ports, of refused configurations and of what others wait for. */
  private Map<String, Object> ofWorkspace(WorkspaceConfig workspace, Map<String, Object> body) {
    ReloadStatus.Live live = status.get().live();
    Map<String, Object> configuration = new LinkedHashMap<>();
    configuration.put("live", live == null ? null : Map.of("number", live.number()));
    configuration.put("writable", source.get().get("writable"));
    body.put("config", configuration);
    body.put("addresses", Map.of());
    body.put("workspace", workspace.name());
    GatewayConfig config = gateway.config();
    body.put("routes", config.routes().stream().filter(r -> workspace.owns(r.id())).count());
    body.put("upstreams", config.upstreams().keySet().stream().filter(workspace::owns).count());
    body.put(
        "consumers", config.consumers().stream().filter(c -> workspace.owns(c.name())).count());
    return body;
  }

  private static Map<String, Object> object(String json) {
    return Answers.json().readValue(json, OBJECT);
  }

  private Response routes(Call call) throws Refused {
    Positions places = call.scope().positions(gateway.live());
    RouteIndex routes = index();
    String search = call.parameter("search");
    List<Integer> found = routes.find(search == null ? "" : search, call.scope()::owns);
    return Answers.json(
        Page.of(
            found, call, i -> placed(RouteRow.of(routes.route(i)), places, "routes[" + i + "]")));
  }

  private RouteIndex index() {
    GatewayConfig config = gateway.config();
    RouteIndex known = index;
    if (known == null || !known.isOf(config)) {
      known = RouteIndex.of(config);
      index = known;
    }
    return known;
  }

  private Response route(Call call) throws Refused {
    List<RouteConfig> routes = gateway.config().routes();
    String id = call.variable("id");
    for (int i = 0; i < routes.size(); i++) {
      if (routes.get(i).id().equals(id) && call.scope().owns(id)) {
        return Answers.json(
            placed(
                RouteRow.of(routes.get(i)),
                call.scope().positions(gateway.live()),
                "routes[" + i + "]"));
      }
    }
    throw missing("route", id);
  }

  private static Map<String, Object> placed(Map<String, ?> what, Positions places, String path) {
    Map<String, Object> shown = new LinkedHashMap<>(what);
    Position at = places.get(path);
    if (at != null) {
      shown.put("at", at.file() + ":" + at.line());
    }
    return shown;
  }

  private Response upstreams(Call call) {
    Map<String, Object> all = object(gateway.upstreamsJson());
    all.keySet().removeIf(name -> !call.scope().owns(name));
    return Answers.json(all);
  }

  private Response upstream(Call call) throws Refused {
    Object found = object(gateway.upstreamsJson()).get(call.variable("name"));
    if (found == null || !call.scope().owns(call.variable("name"))) {
      throw missing("upstream", call.variable("name"));
    }
    return Answers.json(found);
  }

  private Response consumers(Call call) throws Refused {
    return Answers.json(Page.of(consumersOf(call), call, LiveResources::shown));
  }

  private List<Consumer> consumersOf(Call call) {
    return gateway.config().consumers().stream()
        .filter(consumer -> call.scope().owns(consumer.name()))
        .toList();
  }

  private Response consumer(Call call) throws Refused {
    for (Consumer consumer : consumersOf(call)) {
      if (consumer.name().equals(call.variable("name"))) {
        return Answers.json(shown(consumer));
      }
    }
    throw missing("consumer", call.variable("name"));
  }

  /** Of its credentials only how many there are: even their kinds help nobody but a guesser. */
  private static Map<String, Object> shown(Consumer consumer) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("name", consumer.name());
    shown.put("groups", consumer.groups());
    shown.put("tags", consumer.tags());
    if (consumer.tier() != null) {
      shown.put("tier", consumer.tier());
    }
    if (consumer.quota() != null) {
      shown.put("quota", consumer.quota().toString());
    }
    shown.put("credentials", consumer.credentials().size());
    return shown;
  }

  /** Those of listeners are the gateway's, whatever the listener is called. */
  private static boolean isOf(Call call, CertificateExpiry one) {
    boolean objects = one.side().equals("upstream") || one.side().equals("redis");
    return call.scope().all() || (objects && call.scope().owns(one.name()));
  }

  private Response certificates(Call call) {
    List<Map<String, Object>> all = new ArrayList<>();
    gateway.certificates().stream()
        .filter(one -> isOf(call, one))
        .forEach(
            expiry -> {
              Map<String, Object> shown = new LinkedHashMap<>();
              shown.put("side", expiry.side());
              shown.put("name", expiry.name());
              shown.put("certificate", expiry.certificate());
              shown.put("not-after", expiry.notAfter().toString());
              all.add(shown);
            });
    all.sort(
        (a, b) -> String.valueOf(a.get("not-after")).compareTo(String.valueOf(b.get("not-after"))));
    return Answers.json(Map.of("items", all));
  }

  static Refused missing(String what, String name) {
    return new Refused(AdminError.NOT_FOUND, "no " + what + " " + name);
  }

  // ---- what is done ----

  private Response reload() {
    reload.run();
    return Answers.json(Map.of("reload", "soon"));
  }
}
