package dev.yumen.control.plan;

import java.util.EnumMap;
import java.util.Map;

/** A case for every code. */
final class PlanCases {
  private static final String ACL = "filters: [{acl: {allow: {groups: [g]}}}], ";
  private static final String LISTENER = "listeners: {http: {address: '127.0.0.1:8080'}}\n";
  private static final String TLS = "tls: {source: self-signed}";

  private final Map<FindingCode, PlanCase> cases = new EnumMap<>(FindingCode.class);

  static Map<FindingCode, PlanCase> all() {
    PlanCases all = new PlanCases();
    all.protection();
    all.requests();
    all.routes();
    all.limits();
    all.expressions();
    all.upstreams();
    all.process();
    return all.cases;
  }

  private void add(
      FindingCode code, String before, String after, String at, String nearBefore, String near) {
    cases.put(code, new PlanCase(before, after, at, nearBefore, near));
  }

  /** One route {@code a} of {@code /a} with more settings. */
  private static String route(String more) {
    return "routes: [{id: a, match: {path: /a}, " + more + "respond: {}}]";
  }

  private static String filter(String filter) {
    return route("filters: [" + filter + "], ");
  }

  private static String routes(String... routes) {
    return "routes: [" + String.join(",\n ", routes) + "]";
  }

  private static String to(String upstream, String... routes) {
    return "upstreams: {u: " + upstream + "}\n" + routes(routes);
  }

  private static String up(String upstream) {
    return to(upstream, "{id: a, to: u}");
  }

  private void protection() {
    add(
        FindingCode.ROUTE_UNPROTECTED,
        route(ACL),
        route(""),
        "text:1:10",
        filter("{acl: {allow: {groups: [g]}}}, request-id"),
        filter("{api-key: {header: x-key}}"));
    String guarded = "{id: a, match: {path: /a}, " + ACL + "to: u}";
    String open = "{id: b, match: {path: /b}, to: u}";
    add(
        FindingCode.NEW_ROUTE_UNPROTECTED,
        to("{endpoints: 'h:1'}", guarded),
        to("{endpoints: 'h:1'}", guarded, open),
        "text:3:33",
        to("{endpoints: 'h:1'}", guarded, open),
        to("{endpoints: 'h:1'}", guarded, open, "{id: c, match: {path: /c}, to: u}"));
    String all = "{id: a, match: {path: /a/**}, " + ACL + "respond: {}}";
    String part = "{id: b, match: {path: /a/b}, respond: {}}";
    add(
        FindingCode.REQUESTS_UNPROTECTED,
        routes(all),
        routes(all, part),
        "text:2:2",
        routes(all),
        routes(all, part.replace("respond", ACL + "respond")));
    add(
        FindingCode.GUARD_REMOVED,
        filter("csrf, {acl: {allow: {groups: [g]}}}"),
        filter("{acl: {allow: {groups: [g]}}}"),
        "text:1:10",
        filter("csrf, request-id"),
        filter("csrf"));
    add(
        FindingCode.METHODS_OPENED,
        routes("{id: a, match: {path: /a, methods: GET}, respond: {}}"),
        routes("{id: a, match: {path: /a, methods: [GET, PUT]}, respond: {}}"),
        "text:1:45",
        routes("{id: a, match: {path: /a, methods: [GET, PUT]}, respond: {}}"),
        routes("{id: a, match: {path: /a, methods: GET}, respond: {}}"));
  }

  private void requests() {
    String a = "{id: a, match: {path: /a}, respond: {}}";
    add(
        FindingCode.ROUTE_TIE,
        routes(a),
        routes(a, a.replace("id: a", "id: b")),
        "text:2:17",
        routes(a),
        routes(a, "{id: b, match: {path: /a, methods: GET}, respond: {}}"));
    add(
        FindingCode.ROUTE_UNREACHABLE,
        routes(a),
        routes(a, "{id: b, match: {path: /a, priority: 1}, respond: {}}"),
        "text:1:25",
        routes(a),
        routes(a, "{id: b, match: {path: /a, priority: 1, methods: PUT}, respond: {}}"));
    add(
        FindingCode.REQUESTS_UNROUTED,
        routes(a),
        routes("{id: a, match: {path: /b}, respond: {}}"),
        "text:1:25",
        routes(a),
        routes("{id: b, match: {path: /a}, respond: {}}"));
    String prefix = "{id: p, match: {path: /a/**}, respond: {}}";
    add(
        FindingCode.REQUESTS_MOVED,
        routes(prefix),
        routes(prefix, "{id: q, match: {path: /**, priority: 1}, respond: {}}"),
        "text:1:25",
        routes(prefix),
        routes(prefix, "{id: q, match: {path: /**}, respond: {}}"));
    add(
        FindingCode.REQUESTS_SPLIT,
        routes(prefix),
        routes(prefix, "{id: q, match: {path: /a/b/**}, respond: {}}"),
        "text:2:17",
        routes(prefix),
        routes(prefix, "{id: q, match: {path: /b/**}, respond: {}}"));
    add(
        FindingCode.CATCH_ALL,
        routes(a),
        routes(a, "{id: b, match: {path: /**}, respond: {}}"),
        "text:2:17",
        routes(a),
        routes(a, "{id: b, match: {path: /**, host: h.test}, respond: {}}"));
  }

  private void routes() {
    String a = "{id: a, match: {path: /a}, respond: {}}";
    String b = "{id: b, match: {path: /b}, respond: {}}";
    add(FindingCode.ROUTE_ADDED, routes(a), routes(a, b), "text:2:2", routes(a, b), routes(a));
    add(FindingCode.ROUTE_REMOVED, routes(a, b), routes(a), "text:2:2", routes(a), routes(a, b));
    add(
        FindingCode.ROUTE_CHANGED,
        routes(a),
        routes("{id: a, match: {path: /a}, respond: {status: 204}}"),
        "text:1:10",
        routes(a),
        routes(b, a));
  }

  private void limits() {
    add(
        FindingCode.RATE_LIMIT_REMOVED,
        filter("{rate-limit: {rate: 1/s}}"),
        filter("{rate-limit: {rate: 1/s, mode: shadow}}"),
        "text:1:46",
        filter("{rate-limit: {rate: 1/s}}"),
        filter("{rate-limit: {limits: [{rate: 5/s}, {rate: 100/day}]}}"));
    add(
        FindingCode.RATE_LIMIT_RAISED,
        filter("{rate-limit: {rate: 60/min}}"),
        filter("{rate-limit: {rate: 11/s}}"),
        "text:1:46",
        filter("{rate-limit: {rate: 60/min}}"),
        filter("{rate-limit: {rate: 10/s}}"));
    add(
        FindingCode.TIMEOUT_REMOVED,
        up("{endpoints: 'h:1', timeout: {request: 5s}}"),
        up("{endpoints: 'h:1', timeout: {request: 0s}}"),
        "text:1:54",
        up("{endpoints: 'h:1', timeout: {request: 5s}}"),
        up("{endpoints: 'h:1', timeout: {request: 9s}}"));
    add(
        FindingCode.TIMEOUT_RAISED,
        up("{endpoints: 'h:1', timeout: {header: 30s}}"),
        up("{endpoints: 'h:1', timeout: {header: 61s}}"),
        "text:1:44",
        up("{endpoints: 'h:1', timeout: {header: 30s}}"),
        up("{endpoints: 'h:1', timeout: {header: 61s, request: 50s}}"));
    add(
        FindingCode.RETRY_NOT_IDEMPOTENT,
        route("filters: [{retry: {methods: [GET]}}], "),
        route("filters: [{retry: {methods: [GET, POST]}}], "),
        "text:1:65",
        route("filters: [{retry: {methods: [GET]}}], "),
        route("filters: [{retry: {methods: [GET, POST], attempts: 0}}], "));
  }

  private void expressions() {
    String a = "{id: a, match: {path: {regex: '%s'}}, respond: {}}";
    add(
        FindingCode.REGEX_MATCHES_ALL,
        routes(a.formatted("/a/[0-9]+")),
        routes(a.formatted("^/(.*)$")),
        "text:1:32",
        routes(a.formatted("/a/[0-9]+")),
        routes(a.formatted("/[a-z]+/.*")));
    add(
        FindingCode.REGEX_BROAD,
        routes(a.formatted("/a/[0-9]+")),
        routes(a.formatted("/a.*")),
        "text:1:32",
        routes(a.formatted("/a/[0-9]+")),
        routes(a.formatted("/a/.*")));
    add(
        FindingCode.REWRITE_UNANCHORED,
        route(""),
        filter("{rewrite-path: {pattern: '/v1', to: /}}"),
        "text:1:72",
        route(""),
        filter("{rewrite-path: {pattern: '^/v1', to: /}}"));
  }

  private void upstreams() {
    add(
        FindingCode.UPSTREAM_EMPTY,
        up("{endpoints: 'h:1'}"),
        up("{endpoints: {address: 'h:1', weight: 0}}"),
        "text:1:28",
        up("{endpoints: 'h:1'}"),
        up("{endpoints: [{address: 'h:1', weight: 0}, 'h:2']}"));
    add(
        FindingCode.ENDPOINTS_HALVED,
        up("{endpoints: ['h:1', 'h:2', 'h:3']}"),
        up("{endpoints: ['h:1', 'h:4', 'h:5']}"),
        "text:1:28",
        up("{endpoints: ['h:1', 'h:2', 'h:3', 'h:4']}"),
        up("{endpoints: ['h:1', 'h:2']}"));
    add(
        FindingCode.TLS_VERIFICATION_OFF,
        up("{endpoints: 'h:1', tls: true}"),
        up("{endpoints: 'h:1', tls: {verify: none}}"),
        "text:1:49",
        up("{endpoints: 'h:1', tls: true}"),
        up("{endpoints: 'h:1', tls: {server-name: x}}"));
    add(
        FindingCode.UPSTREAM_TLS_OFF,
        up("{endpoints: 'h:1', tls: true}"),
        up("{endpoints: 'h:1', tls: false}"),
        "text:1:40",
        up("{endpoints: 'h:1', tls: true}"),
        up("{endpoints: 'h:1', tls: {min-version: 1.3}}"));
  }

  private void process() {
    String routes = routes("{id: a, respond: {}}");
    add(
        FindingCode.LISTENER_CLOSED,
        LISTENER + routes,
        "listeners: {http: {address: '127.0.0.1:8088'}}\n" + routes,
        "text:1:29",
        LISTENER + routes,
        "listeners: {http: {address: '127.0.0.1:8080', backlog: 7}}\n" + routes);
    add(
        FindingCode.LISTENER_TLS_OFF,
        "listeners: {http: {address: '127.0.0.1:8080', " + TLS + "}}\n" + routes,
        LISTENER + routes,
        "text:1:19",
        LISTENER + routes,
        "listeners: {http: {address: '127.0.0.1:8080', " + TLS + "}}\n" + routes);
    String clients = "tls: {source: self-signed, client-certificate: {mode: %s, ca: input/ca.pem}}";
    String secure = "listeners: {http: {address: '127.0.0.1:8080', " + clients + "}}\n" + routes;
    add(
        FindingCode.CLIENT_CERTIFICATES_OFF,
        secure.formatted("required"),
        secure.formatted("optional"),
        "text:1:52",
        secure.formatted("optional"),
        secure.formatted("required"));
    add(
        FindingCode.RESTART_NEEDED,
        routes,
        "runtime: {loops: 2}\n" + routes,
        "text:1:10",
        routes,
        "shutdown: {drain: 3s}\n" + routes);
    add(
        FindingCode.SECRET_IN_PLAIN,
        routes,
        "consumers: [{name: c, credentials: [{api-key: written-out}]}]\n" + routes,
        "text:1:47",
        routes,
        "consumers: [{name: c, credentials: [{api-key: '${NONE:-filled-in}'}]}]\n" + routes);
  }
}
