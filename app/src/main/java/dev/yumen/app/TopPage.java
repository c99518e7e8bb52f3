package dev.yumen.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** What {@code yumen top} shows of one look at the traffic, as lines that fit a width. */
final class TopPage {
  private static final String BARS = " ▁▂▃▄▅▆▇█";
  private static final int LEAST_NAME = 8;

  /** How a line stands out. */
  enum Style {
    PLAIN,
    BOLD,
    RED
  }

  /** One line, no longer than the screen is wide. */
  record Line(String text, Style style) {}

  private final int width;
  private final List<Line> lines = new ArrayList<>();

  private TopPage(int width) {
    this.width = width;
  }

  /**
   * The whole page.
   *
   * @param address that was asked
   * @param status what {@code /status} says
   * @param traffic what {@code /traffic} says
   * @param rates requests a second in the seconds before, the oldest first; empty for no curve
   * @param width columns
   */
  static List<Line> of(
      String address, JsonNode status, JsonNode traffic, List<Double> rates, int width) {
    TopPage page = new TopPage(width);
    page.head(address, status, traffic);
    if (!rates.isEmpty()) {
      page.add("curve      " + curve(rates, Math.max(1, width - 11)), Style.PLAIN);
    }
    page.add("", Style.PLAIN);
    page.table("ROUTE", traffic.path("routes"), "route", true);
    if (!traffic.path("upstreams").isEmpty()) {
      page.add("", Style.PLAIN);
      page.table("UPSTREAM", traffic.path("upstreams"), "upstream", false);
    }
    return page.lines;
  }

  private void head(String address, JsonNode status, JsonNode traffic) {
    String time = Told.text(traffic, "time").replaceFirst("\\.\\d+", "");
    add(
        "yumen %s at %s, configuration %s, %s"
            .formatted(
                Told.text(status, "version", "?"),
                address,
                Told.text(status.path("config").path("live"), "number", "?"),
                time),
        Style.BOLD);
    add(
        "requests   %s/s, in flight %s, connections %s"
            .formatted(
                number(traffic.path("requests-per-second")),
                Told.text(traffic, "in-flight", "?"),
                Told.text(traffic, "connections", "?")),
        Style.PLAIN);
    JsonNode statuses = traffic.path("statuses");
    add(
        "statuses   2xx %s/s, 3xx %s/s, 4xx %s/s, 5xx %s/s"
            .formatted(
                number(statuses.path("2xx")),
                number(statuses.path("3xx")),
                number(statuses.path("4xx")),
                number(statuses.path("5xx"))),
        statuses.path("5xx").asDouble(0) > 0 ? Style.RED : Style.PLAIN);
    JsonNode errors = traffic.path("errors-per-second");
    add(
        "errors     client %s/s, gateway %s/s, upstream %s/s"
            .formatted(
                number(errors.path("client")),
                number(errors.path("gateway")),
                number(errors.path("upstream"))),
        Style.PLAIN);
    JsonNode latency = traffic.path("latency-ms");
    add(
        "latency    p50 %s ms, p90 %s ms, p99 %s ms"
            .formatted(
                number(latency.path("p50")),
                number(latency.path("p90")),
                number(latency.path("p99"))),
        Style.PLAIN);
  }

  /** The latest of them, as high as they are beside the highest. */
  private static String curve(List<Double> rates, int most) {
    List<Double> shown = rates.subList(Math.max(0, rates.size() - most), rates.size());
    double highest = shown.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    StringBuilder curve = new StringBuilder();
    for (double rate : shown) {
      double share = highest <= 0 ? 0 : Math.max(0, rate) / highest;
      curve.append(BARS.charAt((int) Math.ceil(share * (BARS.length() - 1))));
    }
    return curve.toString();
  }

  private void table(String title, JsonNode rows, String key, boolean withMedian) {
    int figures = withMedian ? 40 : 30;
    int name = Math.max(LEAST_NAME, width - figures);
    String median = withMedian ? "%10s".formatted("P50 ms") : "";
    add(
        "%s%10s%10s%s%10s".formatted(cell(title, name), "REQ/s", "ERR/s", median, "P99 ms"),
        Style.BOLD);
    for (JsonNode row : rows) {
      JsonNode failed = row.path("errors-per-second");
      add(
          "%s%10s%10s%s%10s"
              .formatted(
                  cell(Told.text(row, key, "?"), name),
                  number(row.path("requests-per-second")),
                  number(failed),
                  withMedian ? "%10s".formatted(number(row.path("p50"))) : "",
                  number(row.path("p99"))),
          failed.asDouble(0) > 0 ? Style.RED : Style.PLAIN);
    }
    if (rows.isEmpty()) {
      add("none in this second", Style.PLAIN);
    }
  }

  private static String cell(String text, int width) {
    String shown = text.length() < width ? text : text.substring(0, width - 2) + "…";
    return shown + " ".repeat(width - shown.length());
  }

  private static String number(JsonNode number) {
    if (!number.isNumber()) {
      return "-";
    }
    double value = number.asDouble(0);
    return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
  }

  /** A screen that is narrower loses the ends of lines. */
  private void add(String text, Style style) {
    lines.add(new Line(text.length() <= width ? text : text.substring(0, width), style));
  }
}
