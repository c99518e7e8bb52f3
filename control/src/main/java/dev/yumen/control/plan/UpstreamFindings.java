package dev.yumen.control.plan;

import dev.yumen.config.Durations;
import dev.yumen.config.UpstreamConfig;
import dev.yumen.config.UpstreamTlsConfig;
import dev.yumen.control.history.ChangeKind;
import dev.yumen.control.history.ObjectChange;
import dev.yumen.control.history.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What becomes of services: their endpoints, time-outs, retries and TLS. */
final class UpstreamFindings {
  /** What clients, and load balancers in front, usually wait at most. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Findings findings;

  UpstreamFindings(Findings findings) {
    this.findings = findings;
  }

  void find() {
    for (ObjectChange change : findings.diff().of("upstreams")) {
      if (change.kind() != ChangeKind.REMOVED) {
        String name = change.name();
        UpstreamConfig now = Objects.requireNonNull(findings.now().upstreams().get(name));
        upstream(name, findings.old().upstreams().get(name), now);
      }
    }
    for (ObjectChange change : findings.diff().of("redis")) {
      if (change.kind() != ChangeKind.REMOVED) {
        tls(
            change,
            tlsOf(findings.old().redis().get(change.name())),
            tlsOf(findings.now().redis().get(change.name())));
      }
    }
  }

  /** Whether clients have mostly left before it is over, and did not before. */
  static boolean isTooLong(Duration before, Duration after) {
    return after.compareTo(PATIENCE) > 0 && after.compareTo(before) > 0;
  }

  private void upstream(String name, @Nullable UpstreamConfig old, UpstreamConfig now) {
    ObjectChange change = Objects.requireNonNull(findings.diff().of("upstreams", name));
    tls(change, old == null ? null : old.tls(), now.tls());
    Set<String> repeated = FilterFindings.repeated(now.retry());
    if (old != null) {
      repeated.removeAll(FilterFindings.repeated(old.retry()));
    }
    if (!repeated.isEmpty()) {
      findings.upstream(
          FindingCode.RETRY_NOT_IDEMPOTENT,
          name,
          "retry.methods",
          Map.of("methods", String.join(", ", repeated)));
    }
    endpoints(name, old, now);
    if (old != null && old.use() == null && now.use() == null) {
      timeouts(name, old.timeout(), now.timeout());
    }
  }

  private void endpoints(String name, @Nullable UpstreamConfig old, UpstreamConfig now) {
    boolean found = now.use() != null || Settings.value(now, "discovery") != null;
    if (found) {
      return;
    }
    if (now.endpoints().stream().noneMatch(endpoint -> endpoint.weight() > 0)) {
      findings.upstream(FindingCode.UPSTREAM_EMPTY, name, "endpoints", Map.of());
      return;
    }
    List<String> kept = addresses(now);
    List<String> before = old == null ? List.of() : addresses(old);
    long removed = before.stream().filter(address -> !kept.contains(address)).count();
    if (removed * 2 > before.size()) {
      findings.upstream(
          FindingCode.ENDPOINTS_HALVED,
          name,
          "endpoints",
          Map.of("removed", String.valueOf(removed), "before", String.valueOf(before.size())));
    }
  }

  private static List<String> addresses(UpstreamConfig upstream) {
    return upstream.endpoints().stream()
        .filter(endpoint -> endpoint.weight() > 0)
        .map(endpoint -> endpoint.address().toString())
        .toList();
  }

  private void timeouts(String name, UpstreamConfig.Timeout old, UpstreamConfig.Timeout now) {
    if (!old.request().isZero() && now.request().isZero()) {
      findings.upstream(
          FindingCode.TIMEOUT_REMOVED,
          name,
          "timeout.request",
          Map.of("before", Durations.text(old.request())));
    } else if (isTooLong(longest(old), longest(now))) {
      findings.upstream(
          FindingCode.TIMEOUT_RAISED,
          name,
          "timeout",
          Map.of("before", Durations.text(longest(old)), "after", Durations.text(longest(now))));
    }
  }

  /** Until an answer begins at the latest. */
  private static Duration longest(UpstreamConfig.Timeout timeout) {
    boolean bounded =
        !timeout.request().isZero() && timeout.request().compareTo(timeout.header()) < 0;
    return bounded ? timeout.request() : timeout.header();
  }

  private static @Nullable UpstreamTlsConfig tlsOf(@Nullable Record section) {
    return section == null ? null : (UpstreamTlsConfig) Settings.value(section, "tls");
  }

  private void tls(
      ObjectChange change, @Nullable UpstreamTlsConfig old, @Nullable UpstreamTlsConfig now) {
    if (now == null) {
      return;
    }
    boolean wasOn = old != null && old.enabled();
    boolean wasBlind =
        old != null && old.enabled() && old.verify() == UpstreamTlsConfig.Verify.NONE;
    String section = change.section() + "." + change.name();
    Map<String, String> details = Map.of("section", section);
    if (now.enabled() && now.verify() == UpstreamTlsConfig.Verify.NONE && !wasBlind) {
      report(FindingCode.TLS_VERIFICATION_OFF, change, "tls.verify", details);
    } else if (wasOn && !now.enabled()) {
      report(FindingCode.UPSTREAM_TLS_OFF, change, "tls", details);
    }
  }

  private void report(
      FindingCode code, ObjectChange change, String setting, Map<String, String> details) {
    if (change.section().equals("upstreams")) {
      findings.upstream(code, change.name(), setting, details);
    } else {
      findings.setting(code, change.section() + "." + change.name() + "." + setting, details);
    }
  }
}
