package dev.yumen.filters.path;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites the part of the path that an expression finds. Linear in the path's length (RE2), and a
 * pattern that only replaces a fixed beginning needs no expression at all.
 */
public final class RewritePathFilter implements Filter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>(
          "rewrite-path", Config.class, (config, context) -> new RewritePathFilter(config));

  /** What is found, and what stands there afterwards. */
  @Describe("Rewrites the part of the path that an expression finds; the query stays.")
  public record Config(
      @Describe("RE2 expression; anchored only by the ^ and $ that it holds.") String pattern,
      @Describe("Text in place of the first match; ${NAME} or ${1} is a group of the expression.")
          String to) {

    public Config {
      Paths.checkPart("to", RegexRewrite.compile(pattern, to).literals());
    }
  }

  private final RegexRewrite rewrite;
  private final @Nullable FixedPrefix prefix;

  private RewritePathFilter(Config config) {
    rewrite = RegexRewrite.compile(config.pattern, config.to);
    prefix = FixedPrefix.of(config.pattern, config.to);
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    String path = exchange.request().path();
    String rewritten = prefix != null ? prefix.rewrite(path) : rewrite.apply(path);
    if (rewritten == null) {
      return Verdict.proceed();
    }
    return Paths.replace(exchange, rewritten.startsWith("/") ? rewritten : "/" + rewritten);
  }

  /** {@code ^/fixed(?<rest>.*)} to {@code before${rest}}: the most usual rewrite. */
  record FixedPrefix(String from, String to) {
    private static final Pattern PATTERN =
        Pattern.compile("\\^([A-Za-z0-9/_~-]+)\\(\\?P?<([A-Za-z0-9_]+)>\\.\\*\\)\\$?");

    static @Nullable FixedPrefix of(String pattern, String to) {
      Matcher matcher = PATTERN.matcher(pattern);
      if (!matcher.matches()) {
        return null;
      }
      String rest = "${" + matcher.group(2) + "}";
      int at = to.length() - rest.length();
      return at >= 0 && to.indexOf("${") == at && to.endsWith(rest)
          ? new FixedPrefix(matcher.group(1), to.substring(0, at))
          : null;
    }

    @Nullable String rewrite(String path) {
      return path.startsWith(from) ? to.concat(path.substring(from.length())) : null;
    }
  }
}
