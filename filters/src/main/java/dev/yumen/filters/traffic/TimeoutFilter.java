package dev.yumen.filters.traffic;

import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.Shorthand;
import dev.yumen.api.Verdict;
import java.time.Duration;

/** Gives the upstream another time-out than its own setting. */
public final class TimeoutFilter implements Filter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>("timeout", Config.class, (config, context) -> new TimeoutFilter(config));

  /** How long. */
  @Describe("How long the upstream's answer may take.")
  @Shorthand("request")
  public record Config(
      @Describe("For the whole answer, from this filter's turn on; instead of timeout.request.")
          Duration request) {

    public Config {
      if (request.isNegative() || request.isZero()) {
        throw new InvalidValue("request", request.toString(), "more than 0s");
      }
    }
  }

  private final Duration request;

  private TimeoutFilter(Config config) {
    request = config.request;
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    exchange.requestTimeout(request);
    return Verdict.proceed();
  }
}
