package dev.yumen.filters.path;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.Response;
import dev.yumen.api.Shorthand;
import dev.yumen.api.Template;
import dev.yumen.api.Template.Into;
import dev.yumen.api.Verdict;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Sends the client elsewhere instead of forwarding. */
public final class RedirectFilter implements Filter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>("redirect", Config.class, (config, context) -> new RedirectFilter(config));

  /** Ways a client can have come. */
  public enum Scheme {
    HTTP,
    HTTPS
  }

  /** Where to, and for whom. */
  @Describe("Answers with a redirect instead of forwarding.")
  @Shorthand("to")
  public record Config(
      @Describe(
              "Target; ${path} is the path without its leading slash, ${query} the query with its"
                  + " question mark, ${host} the host without port, ${path.NAME} a path variable."
                  + " Without ${query} the query is dropped.")
          String to,
      @Describe("301, 302, 303, 307 or 308.") @Default("308") int status,
      @Describe("Only for requests that came this way; without it for all.")
          @Nullable Scheme scheme) {

    public Config {
      Template.compile("to", to, Into.LOCATION);
      if (!List.of(301, 302, 303, 307, 308).contains(status)) {
        throw new InvalidValue("status", status, "301, 302, 303, 307 or 308");
      }
    }
  }

  private final Template to;
  private final Response redirect;
  private final @Nullable String scheme;

  private RedirectFilter(Config config) {
    to = Template.compile("to", config.to, Into.LOCATION);
    redirect = Response.of(config.status);
    scheme = config.scheme == null ? null : config.scheme.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    if (scheme != null && !scheme.equals(exchange.scheme())) {
      return Verdict.proceed();
    }
    return Verdict.respond(redirect.header("location", to.render(exchange)));
  }
}
