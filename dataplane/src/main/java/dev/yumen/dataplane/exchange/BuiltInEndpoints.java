package dev.yumen.dataplane.exchange;

import dev.yumen.api.RequestHead;
import dev.yumen.api.Response;
import dev.yumen.config.ListenerConfig.BuiltIn;
import dev.yumen.dataplane.observe.Metrics;
import dev.yumen.dataplane.observe.Scrape;
import dev.yumen.dataplane.upstream.Upstream;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway answers about itself: {@code /health} and {@code /healthz} (it runs), {@code
 * /ready} (it takes requests, and how the last reload went), {@code /upstreams} (how endpoints are
 * doing), {@code /version}, {@code /metrics}.
 */
public final class BuiltInEndpoints {

  /** What {@code /ready} and {@code /version} say. Any thread. */
  public interface Status {

    /** Whether requests are taken; false from the start of a drain on. */
    boolean ready();

    /** A JSON object about the configuration and its last reload. */
    String readyBody();

    /** The services of the live configuration, by name. */
    Map<String, Upstream> upstreams();

    /** A JSON object with name and version of the program. */
    String versionBody();
  }

  private static final Response HEALTHY =
      Response.of(200)
          .header("cache-control", "no-store")
          .body("application/json", "{\"status\":\"up\"}\n");

  private final Status status;
  private final Metrics metrics;

  public BuiltInEndpoints(Status status, Metrics metrics) {
    this.status = status;
    this.metrics = metrics;
  }

  /**
   * The endpoint at this address, or null. Making its answer may take milliseconds.
   *
   * @param offered which ones exist here
   */
  @Nullable Supplier<Response> find(RequestHead request, Collection<BuiltIn> offered) {
    if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
      return null;
    }
    return switch (request.path()) {
      case "/health", "/healthz" -> offered.contains(BuiltIn.HEALTH) ? () -> HEALTHY : null;
      case "/version" -> offered.contains(BuiltIn.VERSION) ? this::version : null;
      case "/metrics" -> {
        String accept = request.headers().first("accept");
        String encoding = request.headers().first("accept-encoding");
        yield offered.contains(BuiltIn.METRICS) ? () -> scrape(accept, encoding) : null;
      }
      default -> null;
    };
  }

  /** As {@link #find}, with everything there is: for the management port. */
  @Nullable Supplier<Response> findForManagement(RequestHead request) {
    boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
    if (reads && request.path().equals("/ready")) {
      return this::ready;
    }
    if (reads && request.path().equals("/upstreams")) {
      return this::upstreams;
    }
    return find(request, List.of(BuiltIn.values()));
  }

  private Response ready() {
    return Response.of(status.ready() ? 200 : 503)
        .header("cache-control", "no-store")
        .body("application/json", status.readyBody());
  }

  private Response upstreams() {
    return Response.of(200)
        .header("cache-control", "no-store")
        .body("application/json", UpstreamsPage.of(status.upstreams()));
  }

  private Response version() {
    return Response.of(200).body("application/json", status.versionBody());
  }

  private Response scrape(@Nullable String accept, @Nullable String acceptEncoding) {
    Scrape scrape = metrics.scrape(accept, acceptEncoding);
    Response response = Response.of(200).header("content-type", scrape.contentType());
    if (scrape.contentEncoding() != null) {
      response = response.header("content-encoding", scrape.contentEncoding());
    }
    return response.body(scrape.body());
  }
}
