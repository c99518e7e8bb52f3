package dev.yumen.filters.token;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterContext;
import dev.yumen.api.FilterType;
import dev.yumen.api.HeaderName;
import dev.yumen.api.Headers;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.Shorthand;
import dev.yumen.api.Verdict;
import dev.yumen.filters.auth.ClientToken;

/** Shows the upstream the token by which the client was let in. */
public final class TokenRelayFilter implements Filter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>("token-relay", Config.class, TokenRelayFilter::new);

  /** Where. */
  @Shorthand("header")
  @Describe("Shows the upstream the token by which the client was let in.")
  public record Config(
      @Describe("Header that gets it: Authorization behind Bearer, others alone.")
          @Default("Authorization")
          String header) {

    public Config {
      HeaderName.writableInRequest("header", header);
    }
  }

  private final String header;
  private final String scheme;

  private TokenRelayFilter(Config config, FilterContext context) {
    header = config.header;
    scheme = header.equalsIgnoreCase("authorization") ? "Bearer " : "";
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    String token = ClientToken.of(exchange);
    Headers headers = exchange.request().headers();
    if (token == null) {
      headers.remove(header); // what the client says there was not checked
    } else {
      headers.set(header, scheme + token);
    }
    return Verdict.proceed();
  }
}
