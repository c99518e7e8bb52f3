package dev.yumen.config;

import dev.yumen.api.Advised;
import dev.yumen.api.Default;
import dev.yumen.api.Describe;
import dev.yumen.api.InvalidValue;
import dev.yumen.api.OneOrMany;
import dev.yumen.api.Shorthand;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A service that requests are forwarded to. */
@Describe("A service that requests are forwarded to.")
public record UpstreamConfig(
    @Describe("Addresses of the service. A name stands for every address it resolves to.")
        @OneOrMany
        List<Endpoint> endpoints,
    @Describe("How one endpoint is chosen.") @Default("round-robin") BalanceConfig balance,
    @Describe("Asks each endpoint now and then whether it is well.")
        @Nullable HealthCheckConfig healthCheck,
    @Describe("Takes an endpoint out of use for a while when requests to it fail.") @Default("{}")
        OutlierConfig outlierEjection,
    @Describe("Time in which an endpoint that is new or back gets more and more requests.")
        @Default("0s")
        Duration slowStart,
    @Describe(
            "When the share of endpoints that are well is below this, or none is, all are used: the"
                + " checks are more likely wrong than so many endpoints. 0 never does that.")
        @Default("0.1")
        double panicThreshold,
    @Describe("When a request is tried again.") @Default("{}") RetryConfig retry,
    @Describe(
            "Sends a request that may be tried again and is slow to be answered to another endpoint,"
                + " too; the first answer counts.")
        @Nullable HedgeConfig hedge,
    @Describe("Refuses requests at once while the service fails.")
        @Nullable CircuitBreakerConfig circuitBreaker,
    @Describe("Bounds how many requests are under way at once.")
        @Nullable ConcurrencyConfig concurrency,
    @Describe("How long things may take.") @Default("{}") Timeout timeout,
    @Describe("Connections kept open, on each event loop.") @Default("{}") Pool pool,
    @Describe("Resolution of endpoint names.") @Default("{}") Dns dns,
    @Describe("TLS towards the service.") @Default("false") UpstreamTlsConfig tls,
    @Describe(
            "What is spoken: http1; h2c, which is HTTP/2 without TLS; http2, which is with TLS;"
                + " auto, which is http1 without TLS and with TLS what both agree on (ALPN).")
        @Default("auto")
        Protocol protocol,
    @Describe(
            "Another upstream, which this name stands for: changing it moves all requests there."
                + " Nothing else can be set beside it.")
        @Nullable String use)
    implements Advised {

  /** What is spoken with a service. */
  public enum Protocol {
    AUTO,
    HTTP1,
    H2C,
    HTTP2
  }

  public UpstreamConfig {
    endpoints = List.copyOf(endpoints);
    if (protocol == Protocol.HTTP2 && !tls.enabled()) {
      throw new InvalidValue("protocol", "http2", "tls beside it, or h2c");
    }
    if (protocol == Protocol.H2C && tls.enabled()) {
      throw new InvalidValue("protocol", "h2c", "no tls beside it, or http2");
    }
    Check.range("slow-start", slowStart, Duration.ZERO, Duration.ofHours(1));
    Check.ratio("panic-threshold", panicThreshold);
  }

  @Override
  public List<InvalidValue> advice() {
    boolean lonely = endpoints.size() == 1 && endpoints.getFirst().address().isLiteral();
    return hedge == null || !lonely
        ? List.of()
        : List.of(
            InvalidValue.found(
                "hedge",
                "set beside one endpoint",
                "at least two: the other attempt goes to another endpoint"));
  }

  /** One address of the service. */
  @Describe("One address of the service.")
  @Shorthand("address")
  public record Endpoint(
      @Describe("host:port.") Address address,
      @Describe("Share of the requests against the other endpoints; 0 gets none.") @Default("1")
          int weight,
      @Describe("Endpoints with a higher number are used while those with lower ones are not well.")
          @Default("0")
          int priority,
      @Describe("Where the endpoint is; those in the gateway's own zone (runtime.zone) come first.")
          @Nullable String zone) {
    public Endpoint {
      Check.range("priority", priority, 0, 100);
      Check.range("weight", weight, 0, 1_000_000);
    }
  }

  /** How long things may take. */
  @Describe("How long things may take.")
  public record Timeout(
      @Describe("For a connection to be made.") @Default("5s") Duration connect,
      @Describe(
              "For the whole answer with its body, from the moment the request is forwarded. 0s is"
                  + " unlimited, which streams need.")
          @Default("0s")
          Duration request,
      @Describe("For the head of the answer, from the moment the request was sent in full.")
          @Default("60s")
          Duration header,
      @Describe("Longest pause within an answer's body.") @Default("60s") Duration idle) {
    public Timeout {
      Check.positive("connect", connect);
      Check.notNegative("request", request);
      Check.positive("header", header);
      Check.positive("idle", idle);
    }
  }

  /** Connections kept open. */
  @Describe("Connections kept open, counted on each event loop.")
  public record Pool(
      @Describe("Most idle connections to one endpoint.") @Default("1024") int maxIdle,
      @Describe("How long a connection may rest; keep below the service's own.") @Default("30s")
          Duration idle,
      @Describe("Longest life of a connection.") @Default("1h") Duration lifetime,
      @Describe("Requests after which a connection is closed. 0 is unlimited.") @Default("0")
          int maxRequests) {
    public Pool {
      Check.range("max-idle", maxIdle, 0, 1_000_000);
      Check.positive("idle", idle);
      Check.positive("lifetime", lifetime);
      Check.range("max-requests", maxRequests, 0, Integer.MAX_VALUE);
    }
  }

  /** Resolution of endpoint names. */
  @Describe("Resolution of endpoint names.")
  public record Dns(
      @Describe("Name servers to ask, instead of the system's.") @OneOrMany List<Address> servers,
      @Describe("Shortest time between two look-ups, whatever the TTL says.") @Default("1s")
          Duration minTtl,
      @Describe("Longest time between two look-ups, whatever the TTL says.") @Default("5m")
          Duration maxTtl) {
    public Dns {
      servers = List.copyOf(servers);
      Check.positive("min-ttl", minTtl);
      Check.positive("max-ttl", maxTtl);
    }
  }
}
