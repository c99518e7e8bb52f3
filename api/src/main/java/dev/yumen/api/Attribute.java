package dev.yumen.api;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A property of an exchange that keys, predicates and logs refer to, written {@code header:N},
 * {@code query:N}, {@code cookie:N}, {@code path:N}, {@code client}, {@code consumer} or {@code
 * route}.
 */
@ConfigType(
    expected = "header:NAME, query:NAME, cookie:NAME, path:NAME, client, consumer or route",
    examples = {"client", "header:X-Client-ID", "path:id"})
public record Attribute(Kind kind, String name) {

  /** Where the value comes from. */
  public enum Kind {
    HEADER,
    QUERY,
    COOKIE,
    PATH,
    CLIENT,
    CONSUMER,
    ROUTE
  }

  private static final Set<String> BARE = Set.of("client", "consumer", "route");
  private static final Set<String> NAMED = Set.of("header", "query", "cookie", "path");

  public static Attribute parse(String text) {
    int colon = text.indexOf(':');
    String kind = colon < 0 ? text : text.substring(0, colon);
    String name = colon < 0 ? "" : text.substring(colon + 1).strip();
    if (colon < 0 ? !BARE.contains(kind) : !NAMED.contains(kind) || name.isEmpty()) {
      throw new InvalidValue(
          "", text, "header:NAME, query:NAME, cookie:NAME, path:NAME, client, consumer or route");
    }
    return new Attribute(Kind.valueOf(kind.toUpperCase(Locale.ROOT)), name);
  }

  /** The value for this exchange, or null when it has none. */
  public @Nullable String of(Exchange exchange) {
    return switch (kind) {
      case HEADER -> exchange.request().headers().first(name);
      case QUERY -> queryValue(exchange.request().query(), name);
      case COOKIE -> cookieValue(exchange.request().headers(), name);
      case PATH -> exchange.pathVariables().get(name);
      case CLIENT -> exchange.clientAddress().getHostAddress();
      case CONSUMER -> {
        Consumer consumer = exchange.consumer();
        yield consumer == null ? null : consumer.name();
      }
      case ROUTE -> exchange.routeId();
    };
  }

  private static @Nullable String queryValue(@Nullable String query, String name) {
    if (query == null) {
      return null;
    }
    int at = 0;
    while (at <= query.length()) {
      int end = query.indexOf('&', at);
      end = end < 0 ? query.length() : end;
      int equals = query.indexOf('=', at);
      int nameEnd = equals < 0 || equals > end ? end : equals;
      if (name.equals(decode(query.substring(at, nameEnd)))) {
        return nameEnd == end ? "" : decode(query.substring(nameEnd + 1, end));
      }
      at = end + 1;
    }
    return null;
  }

  private static String decode(String text) {
    if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
      return text;
    }
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      return text;
    }
  }

  private static @Nullable String cookieValue(Headers headers, String name) {
    for (String line : headers.all("cookie")) {
      int at = 0;
      while (at < line.length()) {
        int end = line.indexOf(';', at);
        end = end < 0 ? line.length() : end;
        int equals = line.indexOf('=', at);
        if (equals >= 0 && equals < end && line.substring(at, equals).strip().equals(name)) {
          return line.substring(equals + 1, end).strip();
        }
        at = end + 1;
      }
    }
    return null;
  }

  @Override
  public String toString() {
    String text = kind.name().toLowerCase(Locale.ROOT);
    return name.isEmpty() ? text : text + ":" + name;
  }
}
