package dev.yumen.filters.observe;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.HeaderName;
import dev.yumen.api.Key;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Verdict;

/** Passes the exchange's own id, or the client's, upstream and back. */
public final class RequestIdFilter implements Filter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>(
          "request-id", Config.class, (config, context) -> new RequestIdFilter(config));

  private static final Key<String> ACCEPTED = Key.of("request-id");

  /** Where the id stands, and whose is taken. */
  @Describe("Passes an id of the request upstream and back.")
  public record Config(
      @Describe("Header that holds the id.") @Default("X-Request-ID") String header,
      @Describe("Whether a client's id is kept; without, it is the id of the gateway's log lines.")
          @Default("true")
          boolean accept,
      @Describe("Whether the answer holds the id too.") @Default("true") boolean respond) {

    public Config {
      HeaderName.writableInRequest("header", header);
    }
  }

  private final String header;
  private final boolean accept;
  private final boolean respond;

  private RequestIdFilter(Config config) {
    header = config.header;
    accept = config.accept;
    respond = config.respond;
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    String sent = accept ? Ids.sent(exchange, header) : null;
    if (sent == null) {
      exchange.request().headers().set(header, exchange.id());
    } else if (respond) {
      exchange.put(ACCEPTED, sent);
    }
    return Verdict.proceed();
  }

  @Override
  public Verdict onResponse(Exchange exchange, ResponseHead response) {
    if (respond) {
      String accepted = exchange.get(ACCEPTED);
      response.headers().set(header, accepted == null ? exchange.id() : accepted);
    }
    return Verdict.proceed();
  }
}
