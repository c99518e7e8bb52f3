package dev.yumen.filters.traffic;

import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.RetryRef;
import dev.yumen.api.Verdict;
import dev.yumen.config.RetryConfig;

/** Tries the requests of a route again by other rules than those of their upstream. */
public final class RetryFilter implements Filter, LooksOnly {
  public static final FilterType<RetryConfig> TYPE =
      new FilterType<>("retry", RetryConfig.class, RetryFilter::new);

  private final RetryRef rules;

  private RetryFilter(RetryConfig config, FilterContext context) {
    rules = context.retries(config.rules());
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    exchange.retries(rules);
    return Verdict.proceed();
  }
}
