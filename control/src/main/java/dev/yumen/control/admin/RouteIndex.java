package dev.yumen.control.admin;

import dev.yumen.config.GatewayConfig;
import dev.yumen.config.RouteConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * The routes of one configuration, to be searched: the texts of each are put together once, not
 * with every search, so that somebody who looks does not take processor time from traffic.
 */
final class RouteIndex {
  private final GatewayConfig config;
  private final List<String> texts;

  private RouteIndex(GatewayConfig config, List<String> texts) {
    this.config = config;
    this.texts = texts;
  }

  static RouteIndex of(GatewayConfig config) {
    List<String> texts = new ArrayList<>(config.routes().size());
    for (RouteConfig route : config.routes()) {
      texts.add(String.join("\n", RouteRow.of(route).values()).toLowerCase(Locale.ROOT));
    }
    return new RouteIndex(config, texts);
  }

  @SuppressWarnings("ReferenceEquality") // that very one
  boolean isOf(GatewayConfig other) {
    return config == other;
  }

  RouteConfig route(int index) {
    return config.routes().get(index);
  }

  /**
   * Where routes stand that have a text in one of the columns of {@link RouteRow}.
   *
   * @param text in any case; empty for all
   * @param mayBeSeen by their ids
   */
  List<Integer> find(String text, Predicate<String> mayBeSeen) {
    String wanted = text.toLowerCase(Locale.ROOT);
    List<Integer> found = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      if (texts.get(i).contains(wanted) && mayBeSeen.test(route(i).id())) {
        found.add(i);
      }
    }
    return found;
  }
}
