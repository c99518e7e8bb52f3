package dev.yumen.dataplane.exchange;

import dev.yumen.dataplane.guard.FairLimit;
import dev.yumen.dataplane.guard.WindowBreaker;
import dev.yumen.dataplane.upstream.EndpointReport;
import dev.yumen.dataplane.upstream.Upstream;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What {@code /upstreams} of the management port says: every service with its endpoints. */
public final class UpstreamsPage {
  private UpstreamsPage() {}

  /** A JSON object by the names of upstreams. */
  public static String of(Map<String, Upstream> upstreams) {
    return upstreams.values().stream()
        .sorted(Comparator.comparing(Upstream::name))
        .map(
            upstream ->
                Json.text(upstream.name())
                    + ":{"
                    + breaker(upstream)
                    + concurrency(upstream)
                    + endpoints(upstream.report()))
        .collect(Collectors.joining(",", "{", "}\n"));
  }

  private static String breaker(Upstream upstream) {
    WindowBreaker.State state = upstream.breakerState();
    if (state == null) {
      return "";
    }
    String name = state.name().toLowerCase(Locale.ROOT).replace('_', '-');
    return "\"circuit-breaker\":" + Json.text(name) + ",";
  }

  private static String concurrency(Upstream upstream) {
    FairLimit limit = upstream.concurrencyState();
    return limit == null
        ? ""
        : "\"concurrency\":{\"limit\":%d,\"active\":%d,\"pending\":%d},"
            .formatted(limit.limit(), limit.inUse(), limit.pending());
  }

  private static String endpoints(List<EndpointReport> reports) {
    return reports.stream()
        .map(UpstreamsPage::endpoint)
        .collect(Collectors.joining(",", "\"endpoints\":[", "]}"));
  }

  private static String endpoint(EndpointReport report) {
    StringBuilder json = new StringBuilder("{");
    json.append("\"address\":" + Json.text(report.address()));
    json.append(",\"name\":" + Json.text(report.name()));
    json.append(",\"weight\":" + report.weight() + ",\"priority\":" + report.priority());
    if (report.zone() != null) {
      json.append(",\"zone\":" + Json.text(report.zone()));
    }
    json.append(",\"used\":" + report.used() + ",\"active\":" + report.active());
    String checked = report.health().checked().name().toLowerCase(Locale.ROOT);
    json.append(",\"checks\":" + Json.text(checked));
    if (!report.health().detail().isEmpty()) {
      json.append(",\"last-check\":" + Json.text(report.health().detail()));
    }
    if (report.health().ejected()) {
      String seconds = "%.1f".formatted(report.ejectedSeconds());
      json.append(",\"ejected-for-seconds\":" + seconds);
      json.append(",\"ejections-in-a-row\":" + report.health().ejections());
    }
    return json.append('}').toString();
  }
}
