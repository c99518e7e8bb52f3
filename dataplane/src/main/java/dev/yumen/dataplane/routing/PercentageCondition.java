package dev.yumen.dataplane.routing;

import dev.yumen.api.Attribute;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.StickyShare;
import dev.yumen.config.MatchConfig.PercentageMatch;
import org.jspecify.annotations.Nullable;

/**
 * A share of the requests. The same key value always gets the same answer, on every replica and
 * after every restart; a larger share keeps whom a smaller one took. A request without the key is
 * chosen by its client address.
 *
 * @param path the pattern that the key's path variable belongs to
 * @param merged whether that pattern matches the path without empty segments
 */
record PercentageCondition(
    double share, Attribute key, String salt, PathPattern path, boolean merged)
    implements Condition {

  /**
   * @throws InvalidValue if the key is not known before a route was chosen
   */
  static PercentageCondition of(PercentageMatch match, PathPattern path, boolean merged) {
    Attribute key = match.key();
    boolean known =
        switch (key.kind()) {
          case HEADER, QUERY, COOKIE, CLIENT -> true;
          case PATH -> path.variables().contains(key.name());
          case CONSUMER, ROUTE -> false;
        };
    if (!known) {
      throw new InvalidValue(
          "percentage.key",
          key.toString(),
          "what is known before a route is chosen: client, header:, query:, cookie:, or path: of"
              + " this route's path");
    }
    return new PercentageCondition(match.share(), key, match.salt(), path, merged);
  }

  @Override
  public boolean test(RoutingRequest request) {
    String value = value(request);
    if (value == null) {
      value = request.clientAddress().getHostAddress();
    }
    return StickyShare.percent(value, salt) < share;
  }

  private @Nullable String value(RoutingRequest request) {
    return switch (key.kind()) {
      case HEADER -> request.headers().first(key.name());
      case QUERY -> Values.query(request.target(), key.name());
      case COOKIE -> Values.cookie(request.headers(), key.name());
      case PATH -> path.variable(request.target(), merged, key.name());
      case CLIENT, CONSUMER, ROUTE -> null;
    };
  }

  @Override
  public String setting() {
    return "percentage";
  }

  @Override
  public String describe() {
    String text = share + " % by " + key;
    return salt.isEmpty() ? text : text + " with salt \"" + salt + "\"";
  }
}
