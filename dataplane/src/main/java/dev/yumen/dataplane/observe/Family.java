package dev.yumen.dataplane.observe;

import java.util.List;

/**
 * The closed list of metrics the gateway writes by itself; filters may add counters of their own.
 */
public enum Family {
  REQUESTS(
      "gateway_requests",
      Kind.COUNTER,
      "Requests that ended.",
      List.of("method", "path", "status")),
  REQUEST_DURATION(
      "gateway_request_duration_seconds",
      Kind.HISTOGRAM,
      "Time from the first byte of a request to the last byte of its answer.",
      List.of("upstream")),
  REQUESTS_IN_FLIGHT(
      "gateway_requests_in_flight",
      Kind.GAUGE,
      "Requests that have begun and not ended.",
      List.of()),
  REJECTED(
      "gateway_rejected",
      Kind.COUNTER,
      "Requests and connections refused on the wire or by a limit.",
      List.of("reason")),
  FAILURES(
      "gateway_failures",
      Kind.COUNTER,
      "Requests that failed, by code and by who failed.",
      List.of("code", "source")),
  SHED(
      "gateway_shed",
      Kind.COUNTER,
      "Requests turned away because the gateway had too much to do, by their priority.",
      List.of("priority")),
  OVERLOAD_PRESSURE(
      "gateway_overload_pressure",
      Kind.GAUGE,
      "How hard the gateway is pressed, 0 to 1; absent when it is not measured.",
      List.of()),
  OVERLOAD_CPU(
      "gateway_overload_cpu_ratio",
      Kind.GAUGE,
      "Share of the processors that the process may use, smoothed; absent when it is not measured.",
      List.of()),
  OVERLOAD_LOOP_DELAY(
      "gateway_overload_loop_delay_seconds",
      Kind.GAUGE,
      "Longest delay of an event loop within a second; absent when it is not measured.",
      List.of()),
  AUDIT_LOST(
      "gateway_audit_lost", Kind.COUNTER, "Records that the audit log could not take.", List.of()),
  AUDIT_SEQUENCE(
      "gateway_audit_sequence",
      Kind.GAUGE,
      "Number of the audit log's last record; absent without one.",
      List.of()),
  ADMIN_REFUSED(
      "gateway_admin_refused",
      Kind.COUNTER,
      "Requests of the admin port that got a problem instead of an answer.",
      List.of("code")),
  GRPC_CALLS(
      "gateway_grpc_calls",
      Kind.COUNTER,
      "gRPC calls that ended, by their status.",
      List.of("upstream", "status")),
  CONNECTIONS(
      "gateway_connections", Kind.GAUGE, "Open connections of clients.", List.of("listener")),
  CONNECTIONS_ACCEPTED(
      "gateway_connections_accepted",
      Kind.COUNTER,
      "Connections of clients that were accepted.",
      List.of("listener")),
  CONNECTIONS_REFUSED(
      "gateway_connections_refused",
      Kind.COUNTER,
      "Connections of clients that were refused as a whole.",
      List.of("listener", "reason")),
  BYTES(
      "gateway_bytes",
      Kind.COUNTER,
      "Body bytes received from clients and sent to them.",
      List.of("direction")),
  LISTENER_BYTES(
      "gateway_listener_bytes",
      Kind.COUNTER,
      "Bytes received from clients of a TCP or UDP listener and sent to them.",
      List.of("listener", "direction")),
  UPSTREAM_REQUESTS(
      "gateway_upstream_requests",
      Kind.COUNTER,
      "Attempts on an upstream, by class of the answer's status or by failure code.",
      List.of("upstream", "result")),
  UPSTREAM_REQUEST_DURATION(
      "gateway_upstream_request_duration_seconds",
      Kind.HISTOGRAM,
      "Time from the start of an attempt to the head of the upstream's answer.",
      List.of("upstream")),
  UPSTREAM_CONNECTIONS(
      "gateway_upstream_connections",
      Kind.GAUGE,
      "Open connections to an upstream.",
      List.of("upstream", "state")),
  UPSTREAM_CONNECTS(
      "gateway_upstream_connects",
      Kind.COUNTER,
      "Connections to an upstream that were tried.",
      List.of("upstream", "result")),
  UPSTREAM_RETRIES(
      "gateway_upstream_retries",
      Kind.COUNTER,
      "Attempts after the first one of a request.",
      List.of("upstream")),
  UPSTREAM_RETRIES_REFUSED(
      "gateway_upstream_retries_refused",
      Kind.COUNTER,
      "Attempts that were not made although the settings allow them.",
      List.of("upstream", "reason")),
  UPSTREAM_ENDPOINTS(
      "gateway_upstream_endpoints",
      Kind.GAUGE,
      "Endpoints that may be chosen now.",
      List.of("upstream")),
  UPSTREAM_EJECTIONS(
      "gateway_upstream_ejections",
      Kind.COUNTER,
      "Endpoints that were taken out of use because requests to them failed.",
      List.of("upstream", "reason")),
  UPSTREAM_HEALTH_CHECKS(
      "gateway_upstream_health_checks",
      Kind.COUNTER,
      "Health checks that ended.",
      List.of("upstream", "result")),
  CONFIG_RELOADS(
      "gateway_config_reloads",
      Kind.COUNTER,
      "Configurations that were read and differed from the live one.",
      List.of("result")),
  CONFIG_VERSION(
      "gateway_config_version",
      Kind.GAUGE,
      "Number of the live configuration, one more with each change.",
      List.of()),
  CONFIG_LAST_SUCCESS(
      "gateway_config_last_reload_success_timestamp_seconds",
      Kind.GAUGE,
      "When the live configuration was applied.",
      List.of()),
  CONFIG_SOURCE_UP(
      "gateway_config_source_up",
      Kind.GAUGE,
      "Whether the source that the configuration is kept in beside its files can be had.",
      List.of("source")),
  CERTIFICATE_EXPIRY(
      "gateway_tls_certificate_expiry_timestamp_seconds",
      Kind.GAUGE,
      "When a certificate in use expires; of a chain or a bundle, the first that does.",
      List.of("side", "name", "certificate")),
  ACME_ORDERS(
      "gateway_acme_orders",
      Kind.COUNTER,
      "Orders of certificates that ended, by outcome.",
      List.of("issuer", "outcome")),
  ACME_NEXT_ORDER(
      "gateway_acme_next_order_timestamp_seconds",
      Kind.GAUGE,
      "When the certificate of a domain will be ordered, renewed or tried again.",
      List.of("issuer", "domain")),
  ACME_LAST_SUCCESS(
      "gateway_acme_last_success_timestamp_seconds",
      Kind.GAUGE,
      "When this process last got the certificate of a domain; 0 before.",
      List.of("issuer", "domain")),
  CANARY_WEIGHT(
      "gateway_canary_weight",
      Kind.GAUGE,
      "Share of the requests that the candidate of a canary gets, in percent.",
      List.of("route")),
  CANARY_DECISIONS(
      "gateway_canary_decisions",
      Kind.COUNTER,
      "What was decided about canaries, by themselves or by hand.",
      List.of("route", "decision")),
  REDIS_UP("gateway_redis_up", Kind.GAUGE, "Whether a Redis is connected.", List.of("redis")),
  REDIS_CALLS(
      "gateway_redis_calls",
      Kind.COUNTER,
      "Calls to a Redis that ended.",
      List.of("redis", "result")),
  REDIS_DURATION(
      "gateway_redis_call_duration_seconds",
      Kind.HISTOGRAM,
      "Time from a call to the answer of Redis.",
      List.of("redis")),
  BUFFER_MEMORY(
      "gateway_buffer_memory_bytes",
      Kind.GAUGE,
      "Memory that the buffer allocator holds.",
      List.of("kind")),
  JVM_MEMORY_USED(
      "jvm_memory_used_bytes", Kind.GAUGE, "Memory of the JVM in use.", List.of("area")),
  JVM_MEMORY_COMMITTED(
      "jvm_memory_committed_bytes",
      Kind.GAUGE,
      "Memory that the JVM took from the system.",
      List.of("area")),
  JVM_MEMORY_MAX(
      "jvm_memory_max_bytes",
      Kind.GAUGE,
      "Most memory that the JVM may use; absent when unlimited.",
      List.of("area")),
  JVM_GC_COLLECTIONS("jvm_gc_collections", Kind.COUNTER, "Garbage collections.", List.of("gc")),
  JVM_GC_SECONDS(
      "jvm_gc_collection_seconds",
      Kind.COUNTER,
      "Time spent in garbage collections.",
      List.of("gc")),
  JVM_THREADS("jvm_threads_current", Kind.GAUGE, "Live platform threads.", List.of()),
  JVM_INFO("jvm_info", Kind.GAUGE, "The Java runtime; always 1.", List.of("version", "vendor")),
  PROCESS_CPU("process_cpu_seconds", Kind.COUNTER, "Processor time used.", List.of()),
  PROCESS_START("process_start_time_seconds", Kind.GAUGE, "When the process started.", List.of()),
  PROCESS_OPEN_FDS("process_open_fds", Kind.GAUGE, "Open file descriptors.", List.of()),
  PROCESS_MAX_FDS(
      "process_max_fds", Kind.GAUGE, "Most file descriptors the process may open.", List.of()),
  PROCESS_MEMORY(
      "process_resident_memory_bytes", Kind.GAUGE, "Memory of the process in RAM.", List.of());

  /** Shapes of metrics. */
  public enum Kind {
    COUNTER,
    GAUGE,
    HISTOGRAM
  }

  private final String baseName;
  private final Kind kind;
  private final String help;

  @SuppressWarnings("ImmutableEnumChecker") // always from List.of
  private final List<String> labels;

  Family(String baseName, Kind kind, String help, List<String> labels) {
    this.baseName = baseName;
    this.kind = kind;
    this.help = help;
    this.labels = labels;
  }

  /** As a query spells it; counters end in {@code _total}. */
  public String metricName() {
    return kind == Kind.COUNTER ? baseName + "_total" : baseName;
  }

  String baseName() {
    return baseName;
  }

  public Kind kind() {
    return kind;
  }

  public String help() {
    return help;
  }

  public List<String> labels() {
    return labels;
  }
}
