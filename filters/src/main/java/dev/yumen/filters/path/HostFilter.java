package dev.yumen.filters.path;

import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.Shorthand;
import dev.yumen.api.Verdict;
import java.util.regex.Pattern;

/** Replaces the host that the upstream is asked for. */
public final class HostFilter implements Filter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>("host", Config.class, (config, context) -> new HostFilter(config));

  private static final Pattern HOST =
      Pattern.compile("([a-z0-9]([a-z0-9._-]*[a-z0-9])?|\\[[0-9a-f:.]+])(:[0-9]{1,5})?");

  /** The new host. */
  @Describe("Replaces the Host header that the upstream sees; where the request goes stays.")
  @Shorthand("to")
  public record Config(
      @Describe("Lower-case host name with or without a port, such as users.internal:8080.")
          String to) {

    public Config {
      if (!HOST.matcher(to).matches()) {
        throw new InvalidValue("to", to, "a lower-case host name with or without a port");
      }
    }
  }

  private final String host;

  private HostFilter(Config config) {
    host = config.to;
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    exchange.request().authority(host);
    return Verdict.proceed();
  }
}
