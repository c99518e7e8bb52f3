package dev.yumen.control.admin;

import dev.yumen.api.Response;
import dev.yumen.control.traffic.TrafficLook;
import dev.yumen.control.traffic.TrafficSampler;
import dev.yumen.control.traffic.TrafficSecond;
import dev.yumen.dataplane.Gateway;
import dev.yumen.dataplane.admin.AdminAnswer;
import dev.yumen.dataplane.observe.TrafficTable.Row;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is going through the gateway: now, second by second, and in the minutes before. */
public final class TrafficResources implements Resources {
  private static final int BUSIEST = 10;
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final byte[] COMMENT = ": still here\n\n".getBytes(StandardCharsets.UTF_8);

  private final Gateway gateway;
  private final TrafficSampler sampler;
  private final StreamPlaces streams = new StreamPlaces();

  public TrafficResources(Gateway gateway, TrafficSampler sampler) {
    this.gateway = gateway;
    this.sampler = sampler;
  }

  @Override
  public List<Resource> all() {
    return List.of(
        Resource.view("/traffic", Reach.OWN, "What went through in the last second.", this::now),
        Resource.stream(
            "/traffic/stream", Reach.OWN, "The same each second, as events.", this::stream),
        Resource.view(
            "/traffic/history", Reach.NONE, "The last five minutes in short.", call -> history()),
        Resource.view(
            "/routes/{id}/traffic", Reach.OWN, "The last second of one route.", this::route));
  }

  private Response now(Call call) throws Refused {
    return Answers.json(figures(look(), call.scope()));
  }

  private Response route(Call call) throws Refused {
    String id = call.variable("id");
    boolean there = gateway.config().routes().stream().anyMatch(route -> route.id().equals(id));
    if (!there || !call.scope().owns(id)) {
      throw LiveResources.missing("route", id);
    }
    TrafficLook look = look();
    Map<String, Object> body = begin(look.second());
    body.putAll(route(look.route(id), look.second()));
    return Answers.json(body);
  }

  private TrafficLook look() throws Refused {
    TrafficLook look = null;
    try {
      look = sampler.after(0, PATIENCE);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    if (look == null) {
      throw new Refused(AdminError.UNAVAILABLE, "there are no figures of traffic");
    }
    return look;
  }

  private Response history() {
    List<Map<String, Object>> items =
        sampler.history().stream().map(TrafficResources::item).toList();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("interval", 1.0);
    body.put("items", items);
    return Answers.json(body);
  }

  // ---- second by second ----

  private AdminAnswer.Stream stream(Call call) throws Refused {
    Response head = Answers.head("text/event-stream; charset=utf-8");
    if (call.request().method().equals("HEAD")) {
      return new AdminAnswer.Stream(head, to -> {});
    }
    streams.take(call.caller());
    return new AdminAnswer.Stream(
        head,
        to -> {
          try {
            tell(to, call);
          } finally {
            streams.give(call.caller());
          }
        });
  }

  /** Ends, too, when the token of the client is not what it was any more. */
  private void tell(AdminAnswer.Sink to, Call call) throws IOException, InterruptedException {
    to.send(COMMENT); // so that the head is sent at once
    long number = 0;
    while (sampler.isOpen()) {
      TrafficLook look = sampler.after(number, PATIENCE);
      if (!Guard.isStill(call.caller(), call.request(), gateway.config().admin())) {
        return;
      }
      if (look == null) {
        to.send(COMMENT);
        continue;
      }
      number = look.second().number();
      String event = "event: traffic\ndata: " + Answers.line(figures(look, call.scope())) + "\n\n";
      to.send(event.getBytes(StandardCharsets.UTF_8));
    }
  }

  // ---- figures ----

  private static Map<String, Object> begin(TrafficSecond second) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("time", second.time().toString());
    body.put("interval", rounded(second.seconds()));
    return body;
  }

  private static Map<String, Object> figures(TrafficLook look, Scope scope) {
    if (!scope.all()) {
      return figuresOf(look, scope);
    }
    TrafficSecond second = look.second();
    Map<String, Object> body = begin(second);
    body.put("requests-per-second", rate(second, second.change().requests()));
    body.put("in-flight", second.change().inFlight());
    body.put("connections", second.change().connections());
    body.put("errors-per-second", errors(second));
    Map<String, Object> statuses = new LinkedHashMap<>();
    for (int hundreds = 2; hundreds <= 5; hundreds++) {
      statuses.put(hundreds + "xx", rate(second, second.change().answered(hundreds)));
    }
    body.put("statuses", statuses);
    boolean timed = !Double.isNaN(second.change().millis(0.5));
    body.put("latency-ms", timed ? latency(second) : null);
    body.put(
        "routes", look.busiestRoutes(BUSIEST).stream().map(row -> route(row, second)).toList());
    body.put(
        "upstreams",
        look.busiestUpstreams(BUSIEST).stream().map(row -> upstream(row, second)).toList());
    return body;
  }

  /** Of a workspace: what its routes sum up to, and nothing that is counted for all together. */
  private static Map<String, Object> figuresOf(TrafficLook look, Scope scope) {
    TrafficSecond second = look.second();
    List<Row> routes = own(look.busiestRoutes(Integer.MAX_VALUE), scope);
    List<Row> upstreams = own(look.busiestUpstreams(Integer.MAX_VALUE), scope);
    Row sum = Row.sum("", routes);
    Map<String, Object> body = begin(second);
    body.put("requests-per-second", rate(second, sum.requests()));
    body.put("in-flight", null);
    body.put("connections", null);
    Map<String, @Nullable Object> errors = new LinkedHashMap<>();
    List.of("client", "gateway", "upstream").forEach(source -> errors.put(source, null));
    body.put("errors-per-second", errors);
    body.put("statuses", Map.of());
    Map<String, Object> latency = new LinkedHashMap<>();
    latency.put("p50", millis(sum.millis(0.5)));
    latency.put("p90", millis(sum.millis(0.9)));
    latency.put("p99", millis(sum.millis(0.99)));
    body.put("latency-ms", sum.requests() == 0 ? null : latency);
    body.put("routes", routes.stream().limit(BUSIEST).map(row -> route(row, second)).toList());
    body.put(
        "upstreams", upstreams.stream().limit(BUSIEST).map(row -> upstream(row, second)).toList());
    return body;
  }

  private static List<Row> own(List<Row> rows, Scope scope) {
    return rows.stream().filter(row -> scope.owns(row.name())).toList();
  }

  private static Map<String, Object> item(TrafficSecond second) {
    Map<String, Object> item = new LinkedHashMap<>();
    item.put("time", second.time().toString());
    item.put("requests-per-second", rate(second, second.change().requests()));
    item.put("errors-per-second", errors(second));
    item.put("p50", millis(second.change().millis(0.5)));
    item.put("p99", millis(second.change().millis(0.99)));
    return item;
  }

  private static Map<String, Object> errors(TrafficSecond second) {
    Map<String, Object> errors = new LinkedHashMap<>();
    errors.put("client", rate(second, second.change().failed().client()));
    errors.put("gateway", rate(second, second.change().failed().gateway()));
    errors.put("upstream", rate(second, second.change().failed().upstream()));
    return errors;
  }

  private static Map<String, Object> latency(TrafficSecond second) {
    Map<String, Object> latency = new LinkedHashMap<>();
    latency.put("p50", millis(second.change().millis(0.5)));
    latency.put("p90", millis(second.change().millis(0.9)));
    latency.put("p99", millis(second.change().millis(0.99)));
    return latency;
  }

  private static Map<String, Object> route(Row row, TrafficSecond second) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("route", row.name());
    shown.put("requests-per-second", rate(second, row.requests()));
    shown.put("errors-per-second", rate(second, row.errors()));
    shown.put("p50", millis(row.millis(0.5)));
    shown.put("p99", millis(row.millis(0.99)));
    return shown;
  }

  private static Map<String, Object> upstream(Row row, TrafficSecond second) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("upstream", row.name());
    shown.put("requests-per-second", rate(second, row.requests()));
    shown.put("errors-per-second", rate(second, row.errors()));
    shown.put("p99", millis(row.millis(0.99)));
    return shown;
  }

  private static double rate(TrafficSecond second, long count) {
    return rounded(Math.max(0, second.rate(count)));
  }

  private static @Nullable Double millis(double millis) {
    return Double.isNaN(millis) ? null : (Double) rounded(millis);
  }

  private static double rounded(double number) {
    return Math.round(number * 1e3) / 1e3;
  }
}
