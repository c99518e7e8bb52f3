package dev.yumen.filters.observe;

import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.Exchange;
import dev.yumen.api.Filter;
import dev.yumen.api.FilterType;
import dev.yumen.api.HeaderName;
import dev.yumen.api.LooksOnly;
import dev.yumen.api.ResponseHead;
import dev.yumen.api.Verdict;

/** Gives every exchange a trace id: the client's, or a new one. */
public final class TraceIdFilter implements Filter, LooksOnly {
  public static final FilterType<Config> TYPE =
      new FilterType<>("trace-id", Config.class, (config, context) -> new TraceIdFilter(config));

  /** Where the id stands, and whose is taken. */
  @Describe("Accepts or makes a trace id and passes it upstream and back.")
  public record Config(
      @Describe("Header that holds the id.") @Default("X-Trace-ID") String header,
      @Describe("Whether a client's id is taken; without, every request gets a new one.")
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

  private TraceIdFilter(Config config) {
    header = config.header;
    accept = config.accept;
    respond = config.respond;
  }

  @Override
  public Verdict onRequest(Exchange exchange) {
    String sent = accept ? Ids.sent(exchange, header) : null;
    if (sent != null) {
      exchange.traceId(sent);
      return Verdict.proceed();
    }
    boolean given = !exchange.traceId().equals(exchange.id());
    String id = given ? exchange.traceId() : Ids.create();
    exchange.traceId(id);
    exchange.request().headers().set(header, id);
    return Verdict.proceed();
  }

  @Override
  public Verdict onResponse(Exchange exchange, ResponseHead response) {
    if (respond) {
      response.headers().set(header, exchange.traceId());
    }
    return Verdict.proceed();
  }
}
