package dev.yumen.control.plan;

import dev.yumen.api.Headers;
import dev.yumen.config.MatchConfig;
import dev.yumen.config.MatchConfig.PathMatch;
import dev.yumen.config.MatchConfig.TimeMatch;
import dev.yumen.config.MatchConfig.ValueMatch;
import dev.yumen.config.RouteConfig;
import dev.yumen.dataplane.routing.RoutingRequest;
import dev.yumen.dataplane.routing.Target;
import dev.yumen.dataplane.routing.TargetNormalizer;
import java.net.InetAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request that a route is likely to take, made of what it matches on. Whether it does, only a
 * table says.
 */
final class ExampleRequest implements RoutingRequest {
  /** Any time will do, but the same one each time. */
  private static final Instant SOME_TIME = Instant.parse("2026-01-01T00:00:00Z");

  private static final String ANYTHING = "x";

  private final String method;
  private final String host;
  private final byte[] authority;
  private final String written;
  private final Target target = new Target();
  private final Headers headers;
  private final InetAddress client;
  private final Instant now;

  private ExampleRequest(MatchConfig match, String written, ExampleHeaders headers) {
    this.method = match.methods().isEmpty() ? "GET" : match.methods().getFirst();
    this.host =
        match.host().isEmpty() ? "" : match.host().getFirst().replaceFirst("^\\*", ANYTHING);
    this.authority = host.getBytes(StandardCharsets.US_ASCII);
    this.written = written;
    this.headers = headers;
    this.client = client(match);
    this.now = now(match.time());
  }

  /** One for a route, or null when none can be made. */
  static @Nullable ExampleRequest of(RouteConfig route) {
    MatchConfig match = route.match();
    String query = query(match.query());
    String written = path(match.path()) + (query.isEmpty() ? "" : "?" + query);
    ExampleRequest example = new ExampleRequest(match, written, headers(match));
    byte[] bytes = written.getBytes(StandardCharsets.UTF_8);
    return TargetNormalizer.normalize(bytes, 0, bytes.length, example.target) == null
        ? example
        : null;
  }

  private static String path(@Nullable PathMatch path) {
    if (path == null) {
      return "/" + ANYTHING;
    }
    if (path.pattern() != null) {
      return path.pattern().replaceAll("\\{[^/}]*}", ANYTHING).replaceFirst("/\\*\\*$", "/x");
    }
    return Objects.requireNonNull(path.regex())
        .replaceAll("^\\^|\\$$|\\(\\?[a-zA-Z]+\\)", "")
        .replaceAll("\\[\\^[^]]*][*+]?", ANYTHING)
        .replaceAll("(\\[[^]]*0-9[^]]*]|\\\\d)(\\{\\d+(,\\d*)?}|[*+?])?", "1")
        .replaceAll("(\\[[^]]*a-z[^]]*]|\\\\w)(\\{\\d+(,\\d*)?}|[*+?])?", ANYTHING)
        .replaceAll("\\.[*+]", ANYTHING)
        .replaceAll("\\(\\?(:|P?<[^>]*>)", "(")
        .replaceAll("\\(([^()|]*)(\\|[^()]*)?\\)[?*+]?", "$1")
        .replace("\\", "");
  }

  private static String query(Map<String, ValueMatch> parameters) {
    List<String> pairs = new ArrayList<>();
    parameters.forEach(
        (name, match) -> {
          String value = value(match);
          if (value != null) {
            pairs.add(encoded(name) + "=" + encoded(value));
          }
        });
    return String.join("&", pairs);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static ExampleHeaders headers(MatchConfig match) {
    ExampleHeaders headers = new ExampleHeaders();
    match.headers().forEach((name, test) -> add(headers, name, value(test)));
    match
        .cookies()
        .forEach(
            (name, test) -> {
              String value = value(test);
              add(headers, "cookie", value == null ? null : name + "=" + value);
            });
    if (!match.contentType().isEmpty()) {
      add(headers, "content-type", match.contentType().getFirst().replace("*", ANYTHING));
    }
    return headers;
  }

  private static void add(ExampleHeaders headers, String name, @Nullable String value) {
    if (value != null) {
      headers.add(name, value);
    }
  }

  /** A value that passes, or null for none. */
  private static @Nullable String value(ValueMatch match) {
    if (match.exact() != null) {
      return match.exact();
    }
    if (match.prefix() != null) {
      return match.prefix();
    }
    if (match.regex() != null) {
      return path(new PathMatch(null, match.regex()));
    }
    return match.present() != null ? ANYTHING : null;
  }

  private static InetAddress client(MatchConfig match) {
    String address = match.client().isEmpty() ? "192.0.2.1" : match.client().getFirst().toString();
    return InetAddress.ofLiteral(address.replaceFirst("/.*", ""));
  }

  private static Instant now(@Nullable TimeMatch time) {
    if (time == null) {
      return SOME_TIME;
    }
    return time.after() != null
        ? time.after()
        : Objects.requireNonNull(time.before()).minusMillis(1);
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public Target target() {
    return target;
  }

  @Override
  public byte[] authorityBytes() {
    return authority;
  }

  @Override
  public int authorityStart() {
    return 0;
  }

  @Override
  public int authorityEnd() {
    return authority.length;
  }

  @Override
  public Headers headers() {
    return headers;
  }

  @Override
  public InetAddress clientAddress() {
    return client;
  }

  @Override
  public long wallMillis() {
    return now.toEpochMilli();
  }

  /** Such as {@code GET shop.test/orders/x}. Without header fields, which may hold credentials. */
  @Override
  public String toString() {
    return method + " " + host + written.replaceFirst("\\?.*", "?…");
  }
}
