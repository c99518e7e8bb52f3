package dev.yumen.control.admin;

import dev.yumen.api.FailureCode;
import dev.yumen.api.Response;
import dev.yumen.api.Response.Field;
import dev.yumen.config.AdminConfig.Role;
import dev.yumen.dataplane.recording.Ended;
import dev.yumen.dataplane.recording.RecordedRequest;
import dev.yumen.dataplane.recording.Recording;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The newest requests, where they are recorded. Takes more than looking: addresses of clients and
 * what they asked for may be about people.
 */
public final class RequestResources implements Resources {
  private static final int USUAL = 100;
  private static final int MOST = 1_000;

  private final Recording recording;

  public RequestResources(Recording recording) {
    this.recording = recording;
  }

  @Override
  public List<Resource> all() {
    return List.of(
        operator("/requests", "The newest requests, the newest first.", this::requests)
            .with("route", "Id of the route that took them; empty for those that none took.")
            .with("status", "Such as 404, or 5xx.")
            .with("failure", "Code of the failure, such as NO_ROUTE.")
            .with("method", "The method.")
            .with("path", "What the path begins with.")
            .with("since", "Those that ended after this, such as 2026-01-31T14:03:00Z.")
            .with("limit", "How many, 1 to " + MOST + "; " + USUAL + " by default."),
        operator("/requests/{id}", "One of them, by its trace id.", this::request));
  }

  private static Resource operator(String path, String summary, Resource.Answer answer) {
    return new Resource("GET", path, Role.OPERATOR, Reach.OWN, summary, Map.of(), answer);
  }

  private Response requests(Call call) throws Refused {
    int limit = call.number("limit", USUAL, 1, MOST);
    List<RecordedRequest> found = recording(recording).newest(wanted(call), limit);
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("recorded", recorded(call));
    body.put("items", found.stream().map(request -> shown(request, call.scope(), false)).toList());
    return Answers.json(body);
  }

  private long recorded(Call call) {
    return call.scope().all()
        ? recording.recorded()
        : recording.newest(one -> isOf(call, one), Integer.MAX_VALUE).size();
  }

  private static boolean isOf(Call call, RecordedRequest request) {
    return call.scope().owns(request.result().route());
  }

  private Response request(Call call) throws Refused {
    return Answers.json(shown(find(recording, call.variable("id"), call), call.scope(), true));
  }

  /**
   * What is recorded.
   *
   * @throws Refused when nothing is
   */
  static Recording recording(Recording recording) throws Refused {
    if (!recording.active()) {
      throw new Refused(
          AdminError.UNAVAILABLE,
          "no requests are recorded (expected: the setting recording, such as recording: 10000)");
    }
    return recording;
  }

  /**
   * The request of an id.
   *
   * @throws Refused when it is not kept, or not the caller's
   */
  static RecordedRequest find(Recording recording, String id, Call call) throws Refused {
    RecordedRequest found = recording(recording).find(id);
    if (found == null || !isOf(call, found)) {
      throw new Refused(AdminError.NOT_FOUND, "no request " + id + " is recorded, or not any more");
    }
    return found;
  }

  // ---- which ----

  private static Predicate<RecordedRequest> wanted(Call call) throws Refused {
    List<Predicate<RecordedRequest>> all = new ArrayList<>();
    all.add(request -> isOf(call, request));
    String route = call.parameter("route");
    if (route != null) {
      all.add(request -> request.result().route().equals(route));
    }
    String method = call.parameter("method");
    if (method != null) {
      all.add(request -> request.head().method().equals(method));
    }
    String path = call.parameter("path");
    if (path != null) {
      all.add(request -> request.head().path().startsWith(path));
    }
    if (call.parameter("status") != null) {
      all.add(status(String.valueOf(call.parameter("status"))));
    }
    if (call.parameter("failure") != null) {
      FailureCode code = failure(String.valueOf(call.parameter("failure")));
      all.add(request -> request.result().failure() == code);
    }
    if (call.parameter("since") != null) {
      Instant since = time(String.valueOf(call.parameter("since")));
      all.add(request -> request.time().isAfter(since));
    }
    return request -> all.stream().allMatch(one -> one.test(request));
  }

  private static Predicate<RecordedRequest> status(String text) throws Refused {
    if (text.matches("[1-5]xx")) {
      int hundreds = text.charAt(0) - '0';
      return request -> request.result().status() / 100 == hundreds;
    }
    if (!text.matches("[1-5]\\d\\d")) {
      throw new Refused(
          AdminError.BAD_REQUEST, "status: " + text + " (expected: such as 404 or 5xx)");
    }
    int status = Integer.parseInt(text);
    return request -> request.result().status() == status;
  }

  private static FailureCode failure(String text) throws Refused {
    try {
      return FailureCode.valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
    } catch (IllegalArgumentException _) {
      throw new Refused(
          AdminError.BAD_REQUEST, "failure: " + text + " (expected: a code such as NO_ROUTE)");
    }
  }

  private static Instant time(String text) throws Refused {
    try {
      return Instant.parse(text);
    } catch (DateTimeException _) {
      throw new Refused(
          AdminError.BAD_REQUEST, "since: " + text + " (expected: such as 2026-01-31T14:03:00Z)");
    }
  }

  // ---- how ----

  private static Map<String, @Nullable Object> shown(
      RecordedRequest request, Scope scope, boolean whole) {
    RecordedRequest.Way way = request.way();
    RecordedRequest.Head head = request.head();
    Ended.Result result = request.result();
    Map<String, @Nullable Object> shown = new LinkedHashMap<>();
    shown.put("id", request.id());
    shown.put("time", request.time().toString());
    shown.put("listener", way.listener());
    shown.put("client", way.client().getHostAddress());
    if (whole) {
      shown.put("peer", way.peer().getHostAddress());
      shown.put("tls", way.secure());
      shown.put("sni", way.serverName());
      shown.put("version", head.version());
    }
    shown.put("method", head.method());
    shown.put("host", head.host());
    shown.put("target", head.target());
    shown.put("route", result.route().isEmpty() ? null : result.route());
    String upstream = result.upstream();
    shown.put("upstream", scope.told(upstream));
    shown.put("endpoint", upstream != null && scope.owns(upstream) ? result.endpoint() : null);
    shown.put("status", result.status());
    shown.put("failure", result.failure() == null ? null : result.failure().name());
    shown.put("duration-ms", result.nanos() / 1_000_000.0);
    shown.put("cut", request.cut());
    if (whole) {
      shown.put("headers", head.fields().stream().map(RequestResources::field).toList());
    }
    return shown;
  }

  private static Map<String, String> field(Field field) {
    Map<String, String> shown = new LinkedHashMap<>();
    shown.put("name", field.name());
    shown.put("value", field.value());
    return shown;
  }
}
