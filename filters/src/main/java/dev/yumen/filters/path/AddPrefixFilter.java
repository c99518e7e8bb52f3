package dev.yumen.filters.path;

import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.Shorthand;
import dev.yumen.api.Verdict;

/** Puts a path in front of the path. */
public final class AddPrefixFilter implements Filter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>(
          "add-prefix", Config.class, (config, context) -> new AddPrefixFilter(config));

  /** What is put in front. */
  @Describe("Puts a path in front of the path.")
  @Shorthand("prefix")
  public record Config(
      @Describe("Starts with a slash and does not end with one, such as /v1.") String prefix) {

    public Config {
      Paths.check("prefix", prefix);
      if (prefix.endsWith("/")) {
        throw new InvalidValue("prefix", prefix, "a path that does not end with \"/\"");
      }
    }
  }

  private final String prefix;

  private AddPrefixFilter(Config config) {
    prefix = config.prefix;
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    String path = exchange.request().path();
    if (!path.startsWith("/")) {
      return Verdict.proceed(); // OPTIONS * (RFC 9112 §3.2.4)
    }
    return Paths.replace(exchange, prefix.concat(path));
  }
}
