package dev.yumen.filters.path;

import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.Shorthand;
import dev.yumen.api.Template;
import dev.yumen.api.Template.Into;
import dev.yumen.api.Verdict;

/** Replaces the whole path by a template. */
public final class SetPathFilter implements Filter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>("set-path", Config.class, (config, context) -> new SetPathFilter(config));

  /** The new path. */
  @Describe("Replaces the path; the query stays.")
  @Shorthand("path")
  public record Config(
      @Describe("Path, where ${path.NAME} is a variable of the route's path, as one segment.")
          String path) {

    public Config {
      Template.compile("path", path, Into.PATH);
    }
  }

  private final Template path;

  private SetPathFilter(Config config) {
    path = Template.compile("path", config.path, Into.PATH);
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    return Paths.replace(exchange, path.render(exchange));
  }
}
