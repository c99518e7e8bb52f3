package dev.yumen.control.plan;

import dev.yumen.api.Rate;
import dev.yumen.config.FilterConfig;
import dev.yumen.config.GatewayConfig;
import dev.yumen.config.RouteConfig;
import dev.yumen.control.history.Settings;
import dev.yumen.control.plan.Findings.Placed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How much the limits of rate of a route let through. */
final class RateLimits {
  /** More than this many times as much is told. */
  private static final int MUCH = 10;

  /** Kinds of filters, each with the settings that hold a rate. */
  private static final Map<String, List<String>> KINDS =
      Map.of("rate-limit", List.of("rate", "limits"), "quota", List.of("limit"));

  private RateLimits() {}

  static void compare(Findings findings, Placed placed, RouteConfig old) {
    for (String kind : new String[] {"rate-limit", "quota"}) {
      Rate before = least(kind, findings.old(), old);
      Rate after = least(kind, findings.now(), placed.route());
      boolean kept = limits(kind, findings.now(), placed.route()).findAny().isPresent();
      if (before == null || (after == null && kept)) {
        continue; // consumers bring limits of their own
      }
      if (after == null) {
        findings.route(
            FindingCode.RATE_LIMIT_REMOVED,
            placed,
            "filters",
            Map.of("before", before.toString(), "filter", kind));
      } else if (after.perSecond() > before.perSecond() * MUCH) {
        findings.route(
            FindingCode.RATE_LIMIT_RAISED,
            placed,
            "filters",
            Map.of("before", before.toString(), "after", after.toString(), "filter", kind));
      }
    }
  }

  /** The tightest of those that refuse anything. */
  private static @Nullable Rate least(String kind, GatewayConfig config, RouteConfig route) {
    List<Rate> rates = new ArrayList<>();
    limits(kind, config, route)
        .forEach(
            filter ->
                KINDS
                    .getOrDefault(kind, List.of())
                    .forEach(key -> add(Settings.value(filter.settings(), key), rates)));
    return rates.stream().min(Comparator.comparingDouble(Rate::perSecond)).orElse(null);
  }

  private static Stream<FilterConfig> limits(String kind, GatewayConfig config, RouteConfig route) {
    return FilterRole.filters(config, route)
        .filter(filter -> filter.type().name().equals(kind))
        .filter(filter -> !isShadow(filter));
  }

  private static boolean isShadow(FilterConfig filter) {
    return Settings.value(filter.settings(), "mode") instanceof Enum<?> mode
        && mode.name().equals("SHADOW");
  }

  private static void add(@Nullable Object value, List<Rate> rates) {
    if (value instanceof List<?> limits) {
      for (Object limit : limits) {
        add(limit instanceof Record section ? Settings.value(section, "rate") : null, rates);
      }
      return;
    }
    if (value instanceof Rate rate) {
      rates.add(rate);
    }
  }
}
