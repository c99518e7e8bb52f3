package dev.yumen.filters.example;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.FailureCode;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.HeaderName;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Verdict;

/** Refuses requests without a certain header, and marks the answers of the others. */
public final class RequireHeaderFilter implements Filter {
  public static final FilterType<Config> TYPE =
      new FilterType<>(
          "require-header", Config.class, (config, context) -> new RequireHeaderFilter(config));

  /** Which header, and how answers are marked. */
  @Describe("Refuses requests without a certain header.")
  public record Config(
      @Describe("Header that every request must have.") String name,
      @Describe("Value of X-Checked in answers; empty for none.") @Default("'yes'") String mark) {

    public Config {
      HeaderName.readable("name", name);
    }
  }

  private final String name;
  private final String mark;

  private RequireHeaderFilter(Config config) {
    name = config.name;
    mark = config.mark;
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    if (!exchange.request().headers().contains(name)) {
      return Verdict.fail(FailureCode.BAD_REQUEST, "no header " + name);
    }
    return Verdict.proceed();
  }

  @Override
  public Verdict onResponse(Exchange exchange, ResponseHead response) {
    if (!mark.isEmpty()) {
      response.headers().set("X-Checked", mark);
    }
    return Verdict.proceed();
  }
}
