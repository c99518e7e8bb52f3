package dev.yumen.filters.path;

import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.Shorthand;
import dev.yumen.api.Verdict;
import org.jspecify.annotations.Nullable;

/** Takes the beginning of the path away, in whole segments. */
public final class StripPrefixFilter implements Filter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>(
          "strip-prefix", Config.class, (config, context) -> new StripPrefixFilter(config));

  /** What is taken away: a prefix, or a number of segments. */
  @Describe("Takes the beginning of the path away: a prefix, or a number of segments.")
  @Shorthand("prefix")
  public record Config(
      @Describe("Path to take away where the path starts with it, such as /api.")
          @Nullable String prefix,
      @Describe("Number of segments to take away, whatever they are.") @Nullable Integer segments) {

    public Config {
      if ((prefix == null) == (segments == null)) {
        throw new InvalidValue("", prefix == null ? "neither" : "both", "prefix or segments");
      }
      if (segments != null && segments < 1) {
        throw new InvalidValue("segments", segments, ">= 1");
      }
      if (prefix != null) {
        Paths.check("prefix", prefix);
        if (prefix.endsWith("/")) {
          throw new InvalidValue("prefix", prefix, "a path that does not end with \"/\"");
        }
      }
    }
  }

  private final @Nullable String prefix;
  private final int segments;

  private StripPrefixFilter(Config config) {
    prefix = config.prefix;
    segments = config.segments == null ? 0 : config.segments;
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    String path = exchange.request().path();
    int end = prefix == null ? endOfSegments(path) : endOfPrefix(path, prefix);
    if (end <= 0) {
      return Verdict.proceed();
    }
    return Paths.replace(exchange, end == path.length() ? "/" : path.substring(end));
  }

  /** Whole segments only: {@code /api} is no prefix of {@code /apis}. */
  private static int endOfPrefix(String path, String prefix) {
    int end = prefix.length();
    return path.startsWith(prefix) && (end == path.length() || path.charAt(end) == '/') ? end : 0;
  }

  private int endOfSegments(String path) {
    if (!path.startsWith("/")) {
      return 0; // OPTIONS * (RFC 9112 §3.2.4)
    }
    int end = 0;
    for (int i = 0; i < segments && end < path.length(); i++) {
      int slash = path.indexOf('/', end + 1);
      end = slash < 0 ? path.length() : slash;
    }
    return end;
  }
}
